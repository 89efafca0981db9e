//! What may be shown of headers and URLs.

use http::{HeaderName, HeaderValue, header};
use onecred_core::{CredentialKind, Fingerprint, Shape, Target};

/// Schemes of `authorization` behind which the secret begins.
const SCHEMES: [&str; 3] = ["Bearer ", "Basic ", "DPoP "];

/// The header that carries a credential of this kind at this target.
pub(crate) fn header_of(kind: CredentialKind, target: &Target) -> Option<String> {
    match kind {
        CredentialKind::ApiKey => target
            .key_placement()
            .map(|placement| placement.header().to_string()),
        CredentialKind::Bearer => Some(header::AUTHORIZATION.to_string()),
        _ => None,
    }
}

/// Whether only the fingerprint of the value may be shown.
pub(crate) fn is_secret(name: &HeaderName, value: &HeaderValue, is_credential: bool) -> bool {
    let is_session = [
        header::COOKIE,
        header::SET_COOKIE,
        header::PROXY_AUTHORIZATION,
    ]
    .contains(name);
    is_credential
        || is_session
        || value.is_sensitive()
        || has_secret_name(name.as_str())
        || value.to_str().map_or(true, looks_like_a_key)
}

/// Names that gateways and clouds use for tokens of their own.
fn has_secret_name(name: &str) -> bool {
    let within = ["secret", "password", "passwd", "signature", "authorization"];
    let at_the_end = ["token", "key", "auth", "session", "credential", "jwt"];
    within.iter().any(|part| name.contains(part))
        || at_the_end.iter().any(|end| name.ends_with(end))
}

fn looks_like_a_key(text: &str) -> bool {
    text.split([' ', ',', ';', '='])
        .any(|word| Shape::of(word).is_some())
}

/// The fingerprint of a header's value, behind its scheme if it has one.
pub(crate) fn fingerprint(value: &HeaderValue) -> String {
    let bytes = value.as_bytes();
    for scheme in SCHEMES {
        if let Some((start, secret)) = bytes.split_at_checked(scheme.len())
            && start.eq_ignore_ascii_case(scheme.as_bytes())
        {
            return format!("{scheme}{}", Fingerprint::of(secret));
        }
    }
    Fingerprint::of(bytes).to_string()
}

/// A base URL without the parts of its path that look like a key.
pub(crate) fn base_url(url: &str) -> String {
    let mut parts = url.split('/').map(|part| match Shape::of(part) {
        Some(_) => "…",
        None => part,
    });
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        shown.push('/');
        shown.push_str(part);
    }
    shown
}
