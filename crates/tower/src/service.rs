//! The service: authorizes a request in `call`, without an allocation of its own when it need not wait.

use std::fmt;
use std::mem;
use std::task::{Context, Poll};

use http::{Request, Response};
use onecred_core::{AuthRequest, Authenticator};
use tower_service::Service;

use crate::body::{HttpBodies, InspectBody};
use crate::error::{BoxError, MissingAuthenticator};
use crate::future::ResponseFuture;
use crate::layer::AuthLayer;
use crate::origins::{self, OtherOrigins};
use crate::replay::{Exchange, Kept, authorize};
use crate::response_body::AuthBody;

/// A service that puts one credential on every request; see [`AuthLayer`].
#[derive(Clone)]
pub struct AuthService<S, M = HttpBodies> {
    inner: S,
    layer: AuthLayer<M>,
}

impl<S, M> AuthService<S, M> {
    /// Wraps `inner` as `layer` says.
    pub fn new(inner: S, layer: AuthLayer<M>) -> Self {
        Self { inner, layer }
    }

    /// The authenticator for requests that bring none.
    pub fn authenticator(&self) -> Option<&Authenticator> {
        self.layer.authenticator.as_ref()
    }

    /// The wrapped service.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// The wrapped service, which has no credential.
    pub fn into_inner(self) -> S {
        self.inner
    }

    /// Takes the service that was polled ready and leaves a clone that was not.
    fn take_ready(&mut self) -> S
    where
        S: Clone,
    {
        let unready = self.inner.clone();
        mem::replace(&mut self.inner, unready)
    }
}

impl<S, M, B, R> Service<Request<B>> for AuthService<S, M>
where
    S: Service<Request<B>, Response = Response<R>> + Clone,
    S::Error: Into<BoxError>,
    M: InspectBody<B>,
    R: http_body::Body,
{
    type Response = Response<AuthBody<R>>;
    type Error = BoxError;
    type Future = ResponseFuture<S, B, R, M>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (mut parts, body) = request.into_parts();
        let own = parts.extensions.remove::<Authenticator>();
        let Some(authenticator) = own.or_else(|| self.layer.authenticator.clone()) else {
            return ResponseFuture::failed(MissingAuthenticator.into());
        };
        if self.layer.other_origins == OtherOrigins::SendBare
            && origins::is_elsewhere(authenticator.target(), &parts.uri)
        {
            origins::strip(&mut parts.headers, authenticator.target());
            return ResponseFuture::bare(self.inner.call(Request::from_parts(parts, body)));
        }

        let bodies = &self.layer.bodies;
        let kept = Kept::of(&authenticator, bodies, &parts, &body);
        let view = bodies.view(&body);
        let mut seen = AuthRequest::from_parts(&mut parts, view.as_body());
        match authenticator.try_authorize(&mut seen) {
            Some(Ok(receipt)) => {
                let exchange = Exchange {
                    authenticator,
                    receipt: Some(receipt),
                    service: kept.is_some().then(|| self.inner.clone()),
                    kept,
                    bodies: bodies.clone(),
                };
                let sent = self.inner.call(Request::from_parts(parts, body));
                ResponseFuture::sent(sent, exchange)
            }
            Some(Err(error)) => ResponseFuture::failed(error.into()),
            None => {
                let pending = authorize(authenticator.clone(), parts, view.into_owned());
                let exchange = Exchange {
                    authenticator,
                    receipt: None,
                    kept,
                    bodies: bodies.clone(),
                    service: Some(self.take_ready()),
                };
                ResponseFuture::authorizing(pending, body, exchange)
            }
        }
    }
}

impl<S, M> fmt::Debug for AuthService<S, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthService")
            .field("authenticator", &self.layer.authenticator)
            .field("other_origins", &self.layer.other_origins)
            .finish_non_exhaustive()
    }
}
