//! Credentials in the query of a URI.

use std::borrow::Cow;

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
/// The parts of one signature by query share a prefix.
const SIGNATURES: [&str; 2] = ["X-Amz-", "X-Goog-"];

/// The first credential parameter of a query; `own` are those of the client's signers.
#[inline]
pub(crate) fn find(query: &str, own: &[Box<str>]) -> Option<Cow<'static, str>> {
    query.split('&').find_map(|pair| credential_name(pair, own))
}

/// Whether a query carries any.
pub(crate) fn has_any(query: &str, own: &[Box<str>]) -> bool {
    find(query, own).is_some()
}

/// Each credential of a query once: the parts of one signature are one credential, a second signature
/// is a second one.
pub(crate) fn find_all(query: &str, own: &[Box<str>]) -> Vec<Cow<'static, str>> {
    let mut all: Vec<Cow<'static, str>> = Vec::new();
    for name in query
        .split('&')
        .filter_map(|pair| credential_name(pair, own))
    {
        let vendor = SIGNATURES.iter().find(|prefix| name.starts_with(**prefix));
        let of_one_seen = vendor.is_some_and(|prefix| {
            let repeats_itself = all.contains(&name);
            !repeats_itself && all.iter().any(|seen| seen.starts_with(prefix))
        });
        if !of_one_seen {
            all.push(name);
        }
    }
    all
}

fn credential_name(pair: &str, own: &[Box<str>]) -> Option<Cow<'static, str>> {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    if name.is_empty() {
        return None;
    }
    if let Some(known) = NAMES.into_iter().find(|known| decoded_eq(name, known)) {
        return Some(Cow::Borrowed(known));
    }
    if decoded_eq(name, KEY) && starts_with_decoded(value, "AIza") {
        return Some(Cow::Borrowed(KEY));
    }
    own.iter()
        .find(|own| decoded_eq(name, own))
        .map(|own| Cow::Owned(own.to_string()))
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
pub(crate) fn without_credentials(uri: &Uri, own: &[Box<str>]) -> Option<Uri> {
    let query = uri.query()?;
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| credential_name(pair, own).is_none() && !is_signature_part(pair))
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
    SIGNATURES.iter().any(|prefix| {
        name.get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    })
}
