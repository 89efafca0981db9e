//! What a response says besides its status: extensions that explain why it was handed on as it is.

use std::sync::Arc;

use crate::error::Error;

/// An extension of a response: its 401 called for a replay, and no new credential could be had.
///
/// ```
/// fn explain(response: &reqwest::Response) -> Option<String> {
///     let failed = response.extensions().get::<onecred_reqwest::ReauthorizeFailed>()?;
///     Some(failed.error().to_string())
/// }
/// ```
#[derive(Debug, Clone)]
pub struct ReauthorizeFailed(Arc<Error>);

impl ReauthorizeFailed {
    pub(crate) fn new(error: Error) -> Self {
        Self(Arc::new(error))
    }

    /// Why there was none.
    pub fn error(&self) -> &Error {
        &self.0
    }
}

/// An extension of a 3xx response of [`Client`](crate::Client): why it was handed on instead of followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NotFollowed {
    /// It leads to another origin. Send a request there with a client of its own, or choose
    /// [`Redirects::AnyOriginWithoutCredential`](crate::Redirects::AnyOriginWithoutCredential).
    OtherOrigin,
    /// It leads from https to http.
    Downgrade,
    /// The body is a stream, which cannot be sent twice. Send it again to the new place.
    BodyNotReplayable,
    /// Its location brings a credential of its own (a user, a token, a signature), beside which ours cannot be sent.
    CarriesCredential,
    /// Its location is not one http or https URL.
    InvalidLocation,
}
