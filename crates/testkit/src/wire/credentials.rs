//! Counts the credentials on a request.
//!
//! This is the oracle for the library under test, so it is written from the rules and shares no code with it.

use std::fmt;

use super::request::RawHeader;

const KEYS: [&str; 4] = ["authorization", "x-api-key", "api-key", "x-goog-api-key"];
const SESSION_TOKEN: &str = "x-amz-security-token";
const PROOF: &str = "dpop";

/// Where on a request a credential was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum CredentialPlace {
    /// A header or trailer line.
    Header,
    /// A parameter of the query.
    Query,
}

/// One credential that was found on a request. It does not hold the value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FoundCredential {
    place: CredentialPlace,
    name: String,
    value_len: usize,
}

impl FoundCredential {
    fn header(name: String, header: &RawHeader) -> Self {
        Self {
            place: CredentialPlace::Header,
            name,
            value_len: header.value().len(),
        }
    }

    /// Where it was.
    #[must_use]
    pub fn place(&self) -> CredentialPlace {
        self.place
    }

    /// The name of the header in lower case, or of the query parameter.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many bytes its value has. An empty one counts as a credential too.
    #[must_use]
    pub fn value_len(&self) -> usize {
        self.value_len
    }
}

/// `header:x-api-key` or `query:access_token`.
impl fmt::Display for FoundCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = match self.place {
            CredentialPlace::Header => "header",
            CredentialPlace::Query => "query",
        };
        write!(f, "{place}:{}", self.name)
    }
}

/// Every credential on the request. Each line counts, so a header that is there twice is two; `extra` is in lower case.
pub(super) fn find<'a>(
    headers: impl Iterator<Item = &'a RawHeader> + Clone,
    target: &str,
    extra: &[String],
) -> Vec<FoundCredential> {
    let authorizations = headers
        .clone()
        .filter(|header| header.is("authorization"))
        .map(RawHeader::value);
    // A signature or a bound token comes as two headers that are one credential: the first companion is not counted.
    let mut session_token_is_companion = authorizations
        .clone()
        .any(|value| value.starts_with(b"AWS4-"));
    let mut proof_is_companion = authorizations
        .clone()
        .any(|value| has_scheme(value, b"dpop"));

    let mut found = Vec::new();
    for header in headers {
        let name = header.name().to_ascii_lowercase();
        let counts = KEYS.contains(&name.as_str())
            || extra.contains(&name)
            || (name == SESSION_TOKEN && !std::mem::take(&mut session_token_is_companion))
            || (name == PROOF && !std::mem::take(&mut proof_is_companion));
        if counts {
            found.push(FoundCredential::header(name, header));
        }
    }
    found.extend(in_query(target));
    found
}

fn has_scheme(value: &[u8], scheme: &[u8]) -> bool {
    let word = value
        .split(|byte| matches!(byte, b' ' | b'\t'))
        .next()
        .unwrap_or_default();
    word.eq_ignore_ascii_case(scheme)
}

fn in_query(target: &str) -> impl Iterator<Item = FoundCredential> {
    let query = target
        .split('#')
        .next()
        .and_then(|uri| uri.split_once('?'))
        .map_or("", |(_, query)| query);
    query.split('&').filter_map(|parameter| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        // Decoded first, as a server does: `%6Bey=` is a key as well.
        let (name, value) = (percent_decoded(name), percent_decoded(value));
        let counts = match name.as_slice() {
            b"access_token" | b"X-Amz-Signature" => true,
            b"key" => value.starts_with(b"AIza"),
            _ => false,
        };
        counts.then(|| FoundCredential {
            place: CredentialPlace::Query,
            name: String::from_utf8_lossy(&name).into_owned(),
            value_len: value.len(),
        })
    })
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let hex = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    let mut rest = text.as_bytes();
    let mut decoded = Vec::with_capacity(rest.len());
    while let [first, tail @ ..] = rest {
        (rest, _) = match tail {
            [high, low, after @ ..] if *first == b'%' => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => (after, decoded.push(high * 16 + low)),
                _ => (tail, decoded.push(*first)),
            },
            _ => (tail, decoded.push(*first)),
        };
    }
    decoded
}
