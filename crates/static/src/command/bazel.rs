//! Bazel's credential helper protocol: a URI in, headers out.

use http::{HeaderName, HeaderValue};
use onecred_core::{Companion, Credential, HeaderSecret, ProviderError, TextFrom};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use zeroize::Zeroizing;

use super::{failure, rfc3339, with_jwt_expiry};

const LONGEST_URI: usize = 8 * 1024;

/// Names that carry credentials wherever they are. A header that stands alone needs none of them.
const CREDENTIALS: [&str; 8] = [
    "authorization",
    "proxy-authorization",
    "x-api-key",
    "api-key",
    "x-goog-api-key",
    "x-amz-security-token",
    "dpop",
    "cookie",
];

/// What the helper is asked.
pub(super) fn request(uri: &str) -> Result<Vec<u8>, ProviderError> {
    if uri.len() > LONGEST_URI {
        return Err(ProviderError::misconfigured(
            "the URI for the helper is too long",
        ));
    }
    let mut request = serde_json::json!({ "uri": uri }).to_string().into_bytes();
    request.push(b'\n');
    Ok(request)
}

/// The credential of an answer, and whether it states its end.
pub(super) fn read(bytes: &[u8]) -> Result<(Credential, bool), ProviderError> {
    // The parser's message may quote the answer.
    let answer: Answer = serde_json::from_slice(bytes).map_err(|_quotes| {
        ProviderError::misconfigured("the helper did not print an answer of the Bazel protocol")
    })?;
    let (credential, mut ends) = only_credential(answer.headers.0)?;
    let Some(expires) = answer.expires else {
        return Ok((credential, ends));
    };
    let end = rfc3339::parse(&expires).ok_or_else(|| {
        ProviderError::misconfigured("the helper's `expires` is not a time of RFC 3339")
    })?;
    ends = true;
    // The sooner of the two, where the token itself says something.
    let end = credential.expiry().map_or(end, |other| other.min(end));
    Ok((credential.expires_at(end), ends))
}

fn only_credential(headers: Vec<Header>) -> Result<(Credential, bool), ProviderError> {
    if headers.is_empty() {
        return Err(ProviderError::not_configured(
            "the helper has no credential for this URI",
        ));
    }
    let is_alone = headers.len() == 1;
    let (found, others): (Vec<_>, Vec<_>) = headers.into_iter().partition(|header| {
        is_alone || CREDENTIALS.contains(&header.name.to_ascii_lowercase().as_str())
    });
    let [header] = <[Header; 1]>::try_from(found).map_err(|found| {
        ProviderError::misconfigured(format!(
            "the helper printed {} headers that carry a credential, where one belongs",
            found.len()
        ))
    })?;
    let (mut credential, ends) = header.credential()?;
    for other in others {
        credential = credential.companion(other.companion()?);
    }
    Ok((credential, ends))
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    headers: Headers,
    #[serde(default)]
    expires: Option<String>,
}

/// In the order of the answer and with repetitions, which a map would hide.
#[derive(Default)]
struct Headers(Vec<Header>);

struct Header {
    name: String,
    values: Vec<Zeroizing<String>>,
}

impl Header {
    fn name(&self) -> Result<HeaderName, ProviderError> {
        self.name
            .parse()
            .map_err(|_| ProviderError::misconfigured("the helper printed no name of a header"))
    }

    fn value(&self) -> Result<&str, ProviderError> {
        match self.values.as_slice() {
            [value] => Ok(value),
            _ => Err(ProviderError::misconfigured(
                "the helper printed a header that does not have exactly one value",
            )),
        }
    }

    fn credential(&self) -> Result<(Credential, bool), ProviderError> {
        let (name, value) = (self.name()?, self.value()?);
        let parse =
            |text: &str| HeaderSecret::parse(text, TextFrom::Command).map_err(failure::not_a_token);
        if name != http::header::AUTHORIZATION {
            return Ok((Credential::header(name, parse(value)?), false));
        }
        match value.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
                Ok(with_jwt_expiry(parse(token)?))
            }
            _ => Err(ProviderError::misconfigured(
                "the helper printed an `authorization` of another scheme than Bearer",
            )),
        }
    }

    fn companion(&self) -> Result<Companion, ProviderError> {
        let broken = |_| ProviderError::misconfigured("the helper printed no value of a header");
        let mut value = HeaderValue::from_str(self.value()?).map_err(broken)?;
        // Nobody knows what it is.
        value.set_sensitive(true);
        Companion::set(self.name()?, value).map_err(|error| {
            ProviderError::misconfigured("the helper printed a header that it may not set")
                .with_source(error)
        })
    }
}

impl<'de> Deserialize<'de> for Headers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AllOfThem;

        impl<'de> Visitor<'de> for AllOfThem {
            type Value = Headers;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("headers")
            }

            fn visit_unit<E>(self) -> Result<Headers, E> {
                Ok(Headers::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Headers, A::Error> {
                let mut headers = Vec::new();
                while let Some((name, values)) = map.next_entry::<String, Vec<String>>()? {
                    let values = values.into_iter().map(Zeroizing::new).collect();
                    headers.push(Header { name, values });
                }
                Ok(Headers(headers))
            }
        }

        deserializer.deserialize_any(AllOfThem)
    }
}
