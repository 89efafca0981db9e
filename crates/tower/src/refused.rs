//! Why a rejected request was not sent again.

use std::fmt;

use onecred_core::AuthError;

/// An extension of a response that rejects the credential: why it was handed on and not replayed.
///
/// ```
/// # use onecred_tower::ReplayRefused;
/// # fn explain<B>(response: &http::Response<B>) {
/// if let Some(why) = response.extensions().get::<ReplayRefused>() {
///     eprintln!("{}: {why}", response.status());
/// }
/// # }
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ReplayRefused {
    /// The authenticator has nothing to offer: the credential is static, or was deferred to the
    /// caller's own, the issuer is being left alone after failures, or this was the replay already.
    /// Check that the credential is the right one for this server.
    NothingToOffer,
    /// There is no newer credential that this request may be replayed with: the client was given
    /// another subject's meanwhile, for example. Send the request again if that is what you want.
    NothingNewer,
    /// There is no copy of the request: its body cannot be sent twice, or its credential could not be
    /// refreshed when it was sent. The rejected credential is out of use, so send the request again.
    NotKept,
    /// The refresh failed, or brought the rejected credential again. The error says what to do.
    Failed(AuthError),
}

impl fmt::Display for ReplayRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NothingToOffer => "the credential was rejected and there is no other",
            Self::NothingNewer => {
                "the credential was rejected and there is none newer for this request"
            }
            Self::NotKept => "the credential was rejected and the request cannot be sent twice",
            Self::Failed(_) => "the credential was rejected and no other could be had",
        })
    }
}

impl std::error::Error for ReplayRefused {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Failed(error) => Some(error),
            _ => None,
        }
    }
}
