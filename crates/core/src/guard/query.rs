//! Credentials in the query of a URI.

use http::Uri;
use http::uri::PathAndQuery;

/// Parameters that are credentials by name, compared without case.
const NAMES: [&str; 6] = [
    "access_token", // RFC 6750 section 2.3
    "X-Amz-Signature",
    "X-Amz-Credential",
    "X-Amz-Security-Token",
    "X-Goog-Signature",
    "X-Goog-Credential",
];
/// Google's API key parameter; `key` alone is too common a name, so the value decides.
const KEY: &str = "key";

/// The first credential parameter of a query.
#[inline]
pub(crate) fn find(query: &str) -> Option<&'static str> {
    find_all(query).next()
}

/// Every signature or token counts once: the parts of one signature are one credential.
pub(crate) fn find_all(query: &str) -> impl Iterator<Item = &'static str> {
    let mut signature_seen = false;
    query.split('&').filter_map(move |pair| {
        let name = credential_name(pair)?;
        let is_signature_part = name.starts_with("X-");
        if is_signature_part && std::mem::replace(&mut signature_seen, true) {
            return None;
        }
        Some(name)
    })
}

fn credential_name(pair: &str) -> Option<&'static str> {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    // No name of the list is longer than this even when every character is percent-encoded.
    if name.len() < KEY.len() || name.len() > 3 * 20 {
        return None;
    }
    if let Some(known) = NAMES.into_iter().find(|known| decoded_eq(name, known)) {
        return Some(known);
    }
    (decoded_eq(name, KEY) && starts_with_decoded(value, "AIza")).then_some("key")
}

/// Compares without case while decoding `%XX`, so that `access%5Ftoken` is found too.
fn decoded_eq(encoded: &str, plain: &str) -> bool {
    let mut decoded = decode(encoded);
    let same = plain.bytes().all(|byte| {
        decoded
            .next()
            .is_some_and(|d| d.eq_ignore_ascii_case(&byte))
    });
    same && decoded.next().is_none()
}

fn starts_with_decoded(encoded: &str, prefix: &str) -> bool {
    let mut decoded = decode(encoded);
    prefix.bytes().all(|byte| decoded.next() == Some(byte))
}

fn decode(encoded: &str) -> impl Iterator<Item = u8> {
    let mut bytes = encoded.bytes();
    std::iter::from_fn(move || {
        let byte = bytes.next()?;
        if byte != b'%' {
            return Some(byte);
        }
        let mut ahead = bytes.clone();
        let high = ahead.next().and_then(hex);
        let low = ahead.next().and_then(hex);
        match (high, low) {
            (Some(high), Some(low)) => {
                bytes = ahead;
                Some(high << 4 | low)
            }
            _ => Some(byte),
        }
    })
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

/// The same URI without credential parameters and without the rest of a query signature. `None` if
/// it cannot be put together again.
pub(crate) fn without_credentials(uri: &Uri) -> Option<Uri> {
    let query = uri.query()?;
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| credential_name(pair).is_none() && !is_signature_part(pair))
        .collect();
    let path = uri.path();
    let path_and_query = if kept.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", kept.join("&"))
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(path_and_query).ok()?);
    Uri::from_parts(parts).ok()
}

fn is_signature_part(pair: &str) -> bool {
    let name = pair.split_once('=').map_or(pair, |(name, _)| name);
    ["X-Amz-", "X-Goog-"].iter().any(|prefix| {
        name.get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    })
}
