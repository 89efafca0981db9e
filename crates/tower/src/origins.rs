//! Requests to places that the credential is not for.

use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use onecred_core::{Origin, OriginRule, Target};

/// What happens to a request to an origin that is not in the target's list, such as the second hop of
/// a redirect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum OtherOrigins {
    /// [`AuthError::OriginNotAllowed`](onecred_core::AuthError::OriginNotAllowed); nothing is sent.
    #[default]
    Refuse,
    /// It is sent without any credential: ours is not added, and credential headers that are on it
    /// are removed, with every header that is marked sensitive. The query is left alone, since a
    /// redirect to a presigned URL carries its credential there. For downloads that end in a storage
    /// service. URIs that are no plain absolute ones (a user, a trailing dot, a path alone) are refused all
    /// the same.
    SendBare,
}

/// Whether a request to `uri` goes to another place than the target's, and one that can be told.
pub(crate) fn is_elsewhere(target: &Target, uri: &Uri) -> bool {
    !target.allows(uri)
        && match Origin::of_uri(uri) {
            Ok(_) => true,
            // Good enough for a request without a secret.
            Err(error) => error.rule() == OriginRule::PlainHttp,
        }
}

/// Whether a header of this request looks like a credential.
pub(crate) fn has_credential(headers: &HeaderMap, target: &Target) -> bool {
    headers
        .iter()
        .any(|(name, value)| looks_like_one(target, name, value))
}

/// Removes every header that looks like a credential.
pub(crate) fn strip(headers: &mut HeaderMap, target: &Target) {
    let found: Vec<HeaderName> = headers
        .iter()
        .filter(|(name, value)| looks_like_one(target, name, value))
        .map(|(name, _)| name.clone())
        .collect();
    for name in found {
        headers.remove(name);
    }
}

fn looks_like_one(target: &Target, name: &HeaderName, value: &HeaderValue) -> bool {
    value.is_sensitive() || target.is_credential_header(name)
}
