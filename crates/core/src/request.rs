//! The request as an authenticator sees it.

use http::{HeaderMap, Method, Uri};

/// The head of one request, borrowed for the time of one `authorize`, and what is known of its body.
#[non_exhaustive]
pub struct AuthRequest<'a> {
    /// The method.
    pub method: &'a Method,
    /// The absolute URI that goes on the wire. Signers that sign by query change it.
    pub uri: &'a mut Uri,
    /// The headers.
    pub headers: &'a mut HeaderMap,
    /// The body, as far as a signer may look at it.
    pub body: Body<'a>,
}

impl<'a> AuthRequest<'a> {
    /// A request with an absolute `uri`, for example `https://api.anthropic.com/v1/messages`.
    pub fn new(
        method: &'a Method,
        uri: &'a mut Uri,
        headers: &'a mut HeaderMap,
        body: Body<'a>,
    ) -> Self {
        Self {
            method,
            uri,
            headers,
            body,
        }
    }

    /// The head of an `http::Request`, with `body` seen apart.
    pub fn from_parts(parts: &'a mut http::request::Parts, body: Body<'a>) -> Self {
        Self::new(&parts.method, &mut parts.uri, &mut parts.headers, body)
    }
}

impl std::fmt::Debug for AuthRequest<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Header values and the query may be credentials, of the caller if not ours.
        let names: Vec<_> = self.headers.keys().collect();
        f.debug_struct("AuthRequest")
            .field("method", &self.method)
            .field("path", &self.uri.path())
            .field("headers", &names)
            .field("body", &self.body)
            .finish_non_exhaustive()
    }
}

/// What an adapter can tell a signer about the body.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Body<'a> {
    /// There is none.
    Empty,
    /// All of it.
    Bytes(&'a [u8]),
    /// Its SHA-256, computed while it was produced.
    Sha256([u8; 32]),
    /// It is not at hand, and the caller accepts a signature that does not cover it.
    UnsignedAllowed,
    /// It is not at hand. Signers that must cover it answer
    /// [`AuthError::BodyUnavailable`](crate::AuthError::BodyUnavailable).
    Stream,
}

impl std::fmt::Debug for Body<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Bodies hold prompts and personal data; only their size is shown.
        match self {
            Self::Empty => f.write_str("Empty"),
            Self::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
            Self::Sha256(_) => f.write_str("Sha256"),
            Self::UnsignedAllowed => f.write_str("UnsignedAllowed"),
            Self::Stream => f.write_str("Stream"),
        }
    }
}
