//! Requests to places that the credential is not for.

use http::header::{self, HeaderName};
use http::{HeaderMap, Uri};
use onecred_core::{KeyPlacement, Origin, OriginRule, Target};

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

/// Credential headers of this field, whatever the target.
const KNOWN: [HeaderName; 6] = [
    header::AUTHORIZATION,
    HeaderName::from_static("x-api-key"),
    HeaderName::from_static("api-key"),
    HeaderName::from_static("x-goog-api-key"),
    HeaderName::from_static("x-amz-security-token"),
    HeaderName::from_static("dpop"),
];

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
        .any(|(name, value)| value.is_sensitive() || KNOWN.contains(name) || carries(target, name))
}

/// Removes every header that looks like a credential.
pub(crate) fn strip(headers: &mut HeaderMap, target: &Target) {
    for name in &KNOWN {
        headers.remove(name);
    }
    let more: Vec<HeaderName> = headers
        .iter()
        .filter(|(name, value)| value.is_sensitive() || carries(target, name))
        .map(|(name, _)| name.clone())
        .collect();
    for name in more {
        headers.remove(name);
    }
}

fn carries(target: &Target, name: &HeaderName) -> bool {
    target.key_placement().map(KeyPlacement::header) == Some(name)
        || target.gateway_headers().any(|gateway| gateway == name)
}
