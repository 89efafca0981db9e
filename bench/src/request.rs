//! The request that every candidate authorizes, and the token it puts there.

use http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Uri};

use crate::candidate::Failure;

/// Scheme of the only origin that the credential is bound to.
pub const SCHEME: &str = "https";
/// Authority of that origin, as written in the request.
pub const AUTHORITY: &str = "api.example.com";
/// Where the request goes. No query: that a credential query parameter is looked for costs nothing here.
const URI: &str = "https://api.example.com/v1/messages";
/// Length of the bearer token, about that of a JWT with a few claims.
const TOKEN_LENGTH: usize = 1024;

/// The 8 other headers of an ordinary API call, in every candidate's map.
const OTHERS: [(&str, &str); 8] = [
    ("accept", "application/json"),
    ("accept-encoding", "gzip, br"),
    ("anthropic-version", "2023-06-01"),
    ("content-length", "1024"),
    ("content-type", "application/json"),
    (
        "traceparent",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    ),
    ("user-agent", "onecred-bench/0.0.0"),
    ("x-request-id", "7b1e6b6a-6f0c-4f6e-9f59-0f2d2f0e7b11"),
];

/// The head of a request.
#[derive(Debug)]
pub struct Request {
    /// Not looked at by any candidate but ours.
    pub method: Method,
    /// Absolute, as HTTP clients have it.
    pub uri: Uri,
    /// The 8 other headers; a candidate adds its `authorization`.
    pub headers: HeaderMap,
}

impl Default for Request {
    fn default() -> Self {
        Self::new()
    }
}

impl Request {
    /// A request without a credential.
    pub fn new() -> Self {
        let headers = OTHERS
            .iter()
            .map(|&(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect();
        Self {
            method: Method::POST,
            uri: Uri::from_static(URI),
            headers,
        }
    }

    /// Inserts a ready header value.
    pub fn insert(&mut self, value: HeaderValue) {
        self.headers.insert(AUTHORIZATION, value);
    }

    /// Builds the header value of a token that a peer handed out as text, and inserts it. The leanest way there is:
    /// one allocation, one copy, one validating pass.
    pub fn insert_token(&mut self, token: &str) -> Result<(), Failure> {
        let mut text = String::with_capacity("Bearer ".len() + token.len());
        text.push_str("Bearer ");
        text.push_str(token);
        let mut value = HeaderValue::try_from(text)?;
        value.set_sensitive(true);
        self.insert(value);
        Ok(())
    }

    /// Takes the credential off again, so that each call starts alike.
    pub fn remove(&mut self) -> Option<HeaderValue> {
        self.headers.remove(AUTHORIZATION)
    }

    /// Checks that a candidate did the work: our token on the request, beside the 8 other headers.
    pub fn check(&self) -> Result<(), Failure> {
        let placed = self
            .headers
            .get(AUTHORIZATION)
            .ok_or("no authorization header was placed")?;
        if *placed != bearer()? {
            return Err("another value than the bearer token was placed".into());
        }
        if self.headers.len() != OTHERS.len() + 1 {
            return Err("the other headers did not stay as they were".into());
        }
        Ok(())
    }
}

/// The token that all candidates place. Not a secret.
pub fn token() -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    ALPHABET
        .iter()
        .cycle()
        .take(TOKEN_LENGTH)
        .map(|&byte| char::from(byte))
        .collect()
}

/// The header value that belongs to [`token`].
pub fn bearer() -> Result<HeaderValue, Failure> {
    let mut value = HeaderValue::try_from(format!("Bearer {}", token()))?;
    value.set_sensitive(true);
    Ok(value)
}
