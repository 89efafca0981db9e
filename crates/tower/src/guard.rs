//! A last check below everything: no credential goes to a place it is not for.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{HeaderMap, Request};
use onecred_core::{Auth, AuthError, AuthRequest, Authenticator, Body, Target};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use crate::error::BoxError;
use crate::origins;

/// Refuses, below every other layer, a request that carries a credential to an origin of none of the
/// targets.
///
/// [`AuthLayer`](crate::AuthLayer) needs no guard where it is inside the redirect layer. Where it had
/// to be outside, the redirect layer copies its header to the next origin; the guard stops that
/// request with [`AuthError::OriginNotAllowed`]. A header counts as a credential by its name, or if its
/// value is marked sensitive, which all of ours are. Signatures in the query are not looked at.
///
/// It wants absolute URIs: put it directly around the HTTP client.
#[derive(Debug, Clone)]
#[must_use = "a layer does nothing until it wraps a service"]
pub struct OriginGuardLayer {
    first: Target,
    more: Arc<[Target]>,
}

impl OriginGuardLayer {
    /// Credentials may go to the origins of this target, and nowhere else.
    pub fn new(target: Target) -> Self {
        Self {
            first: target,
            more: Arc::new([]),
        }
    }

    /// They may go to the origins of this target too, for services of several. Whose credential it is
    /// cannot be told here: that of one target may then go to the origins of the other.
    pub fn also(mut self, target: Target) -> Self {
        self.more = self.more.iter().cloned().chain([target]).collect();
        self
    }

    fn check<B>(&self, request: &Request<B>) -> Result<(), AuthError> {
        let (uri, headers) = (request.uri(), request.headers());
        let mut targets = std::iter::once(&self.first).chain(&*self.more);
        if targets.clone().any(|target| target.allows(uri))
            || !targets.any(|target| origins::has_credential(headers, target))
        {
            return Ok(());
        }
        // The same error that an authenticator has for such a request, from one without a credential.
        let nobody = Authenticator::new(self.first.clone(), Auth::Anonymous)?;
        let (mut uri, mut headers) = (uri.clone(), HeaderMap::new());
        let mut head = AuthRequest::new(request.method(), &mut uri, &mut headers, Body::Empty);
        match nobody.try_authorize(&mut head) {
            Some(Err(error)) => Err(error),
            _ => Err(AuthError::signer("its credential is on its way elsewhere")),
        }
    }
}

impl<S> Layer<S> for OriginGuardLayer {
    type Service = OriginGuard<S>;

    fn layer(&self, inner: S) -> OriginGuard<S> {
        OriginGuard {
            inner,
            layer: self.clone(),
        }
    }
}

/// The service of [`OriginGuardLayer`].
#[derive(Clone)]
pub struct OriginGuard<S> {
    inner: S,
    layer: OriginGuardLayer,
}

impl<S, B> Service<Request<B>> for OriginGuard<S>
where
    S: Service<Request<B>>,
    S::Error: Into<BoxError>,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = OriginGuardFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let state = match self.layer.check(&request) {
            Ok(()) => State::Sent {
                sent: self.inner.call(request),
            },
            Err(error) => State::Refused {
                error: Some(error.into()),
            },
        };
        OriginGuardFuture { state }
    }
}

pin_project! {
    /// The response of an [`OriginGuard`].
    pub struct OriginGuardFuture<F> {
        #[pin]
        state: State<F>,
    }
}

pin_project! {
    #[project = StateProj]
    enum State<F> {
        Refused { error: Option<BoxError> },
        Sent { #[pin] sent: F },
    }
}

impl<F, R, E> Future for OriginGuardFuture<F>
where
    F: Future<Output = Result<R, E>>,
    E: Into<BoxError>,
{
    type Output = Result<R, BoxError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().state.project() {
            StateProj::Refused { error } => Poll::Ready(Err(error
                .take()
                .unwrap_or_else(|| "the future was polled after it had ended".into()))),
            StateProj::Sent { sent } => sent.poll(cx).map_err(Into::into),
        }
    }
}

impl<S> fmt::Debug for OriginGuard<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OriginGuard")
            .field("layer", &self.layer)
            .finish_non_exhaustive()
    }
}

impl<F> fmt::Debug for OriginGuardFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OriginGuardFuture").finish_non_exhaustive()
    }
}
