//! What is kept of a request for its one replay, and the futures that wait for a credential.

use std::future::Future;
use std::pin::Pin;

use http::request::Parts;
use http::response;
use onecred_core::{AuthError, AuthRequest, Authenticator, Receipt, ResponseHead, Verdict};

use crate::body::{BodyView, InspectBody};
use crate::refused::ReplayRefused;

/// Waits for a credential. It owns the head, so that the request's future is not tied to a borrow, and
/// is given the body as an owned view, so that bodies that are not `Sync` can be sent.
pub(crate) type Pending =
    Pin<Box<dyn Future<Output = (Parts, Result<Option<Receipt>, AuthError>)> + Send>>;

/// The request as it was before it was authorized.
pub(crate) struct Kept<B> {
    pub(crate) parts: Parts,
    pub(crate) body: B,
}

impl<B> Kept<B> {
    /// A copy, if a replay is possible at all: it costs two allocations.
    pub(crate) fn of<M: InspectBody<B>>(
        authenticator: &Authenticator,
        bodies: &M,
        parts: &Parts,
        body: &B,
    ) -> Option<Self> {
        if !authenticator.may_reauthorize() {
            return None;
        }
        let body = bodies.replay(body)?;
        Some(Self {
            parts: parts.clone(),
            body,
        })
    }
}

/// One request on its way: what its answer is matched against, and what a replay needs.
pub(crate) struct Exchange<S, B, M> {
    pub(crate) authenticator: Authenticator,
    /// Set once the request is authorized.
    pub(crate) receipt: Option<Receipt>,
    pub(crate) kept: Option<Kept<B>>,
    pub(crate) bodies: M,
    /// To send with after a wait; `None` where no wait is to come.
    pub(crate) service: Option<S>,
}

impl<S, B, M: InspectBody<B>> Exchange<S, B, M> {
    pub(crate) fn verdict(&self, parts: &response::Parts, prefix: Option<&[u8]>) -> Verdict {
        let Some(receipt) = &self.receipt else {
            return Verdict::Accept;
        };
        let mut head = ResponseHead::new(parts.status, &parts.headers);
        if let Some(prefix) = prefix {
            head = head.with_body(prefix);
        }
        self.authenticator.on_response(receipt, &head)
    }

    /// Starts the one replay; `None` if there is nothing to replay.
    pub(crate) fn reauthorize(&mut self) -> Option<(Pending, B)> {
        let receipt = self.receipt?;
        let Kept { mut parts, body } = self.kept.take()?;
        let view = self.bodies.view(&body).into_owned();
        let authenticator = self.authenticator.clone();
        let pending = Box::pin(async move {
            let mut request = AuthRequest::from_parts(&mut parts, view.as_body());
            let result = authenticator.reauthorize(&receipt, &mut request).await;
            (parts, result)
        });
        Some((pending, body))
    }

    /// A refresh that failed leaves the rejected credential in place, since it may be all there is.
    pub(crate) fn why_nothing_newer(&self) -> ReplayRefused {
        match self.authenticator.status().last_error {
            Some(error) => ReplayRefused::Failed(error.into()),
            None => ReplayRefused::NothingNewer,
        }
    }
}

/// Authorizes a request that has to wait.
pub(crate) fn authorize(
    authenticator: Authenticator,
    mut parts: Parts,
    view: BodyView<'static>,
) -> Pending {
    Box::pin(async move {
        let mut request = AuthRequest::from_parts(&mut parts, view.as_body());
        let result = authenticator.authorize(&mut request).await.map(Some);
        (parts, result)
    })
}
