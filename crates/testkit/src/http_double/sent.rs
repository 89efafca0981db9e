use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Uri};
use onecred_core::Route;

/// A request that reached an [`HttpDouble`](crate::HttpDouble).
///
/// Its `Debug` shows header names and the size of the body only: what a provider sends to a token
/// endpoint is full of secrets.
#[derive(Clone)]
#[non_exhaustive]
pub struct SentRequest {
    /// How it was to travel.
    pub route: Route,
    /// The method.
    pub method: Method,
    /// The absolute URI.
    pub uri: Uri,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl SentRequest {
    pub(super) fn new(route: Route, request: Request<Bytes>) -> Self {
        let (parts, body) = request.into_parts();
        Self {
            route,
            method: parts.method,
            uri: parts.uri,
            headers: parts.headers,
            body,
        }
    }

    /// The first value of a header as text; empty if there is none.
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// The body as text, with `�` for what is not UTF-8.
    pub fn body_text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl fmt::Debug for SentRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.keys().map(http::HeaderName::as_str).collect();
        f.debug_struct("SentRequest")
            .field("route", &self.route)
            .field("method", &self.method)
            .field("host", &self.uri.host())
            .field("path", &self.uri.path())
            .field("headers", &names)
            .field("body", &self.body.len())
            .finish_non_exhaustive()
    }
}
