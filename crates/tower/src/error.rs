//! The layer's own error; everything else is core's or the inner service's.

use std::fmt;

/// The error of [`AuthService`](crate::AuthService): the inner service's, an
/// [`AuthError`](onecred_core::AuthError), or [`MissingAuthenticator`]. Downcast to tell them apart.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A request came without an [`Authenticator`](onecred_core::Authenticator) to a layer that has none
/// of its own; it was not sent.
///
/// Put one into the request's extensions. If the request was redirected to another origin, the
/// redirect layer dropped it: allow the extension there
/// (`FilterCredentials::allow_extension::<Authenticator>()` of `tower-http`) or do not follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct MissingAuthenticator;

impl fmt::Display for MissingAuthenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the request has no Authenticator in its extensions, and the layer has none")
    }
}

impl std::error::Error for MissingAuthenticator {}
