//! The response as an authenticator sees it.

use http::{HeaderMap, StatusCode};

/// Status, headers and, once asked for, the first bytes of the body of one response.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct ResponseHead<'a> {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The first bytes of the body, after [`Verdict::NeedBody`] asked for them.
    pub body: Option<&'a [u8]>,
}

impl<'a> ResponseHead<'a> {
    /// The head of a response whose body was not read.
    pub fn new(status: StatusCode, headers: &'a HeaderMap) -> Self {
        Self {
            status,
            headers,
            body: None,
        }
    }

    /// The same, with the first bytes of the body.
    #[must_use]
    pub fn with_body(mut self, prefix: &'a [u8]) -> Self {
        self.body = Some(prefix);
        self
    }
}

impl std::fmt::Debug for ResponseHead<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ResponseHead")
            .field("status", &self.status)
            .field("body", &self.body.map(<[u8]>::len))
            .finish_non_exhaustive()
    }
}

/// What an adapter does with a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[must_use = "a response may have to be read further, or the request sent again"]
pub enum Verdict {
    /// Hand it on: authentication is not in question.
    Accept,
    /// The credential was rejected or the signature must be made again. If the body can be sent
    /// again, call [`Authenticator::reauthorize`](crate::Authenticator::reauthorize) and replay once;
    /// else hand the response on.
    Reauthorize,
    /// Ask again with at least this many bytes of the body (or all, if it is shorter), and give them
    /// back to the caller afterwards.
    NeedBody(usize),
    /// Authentication failed and nothing can be done about it here: hand it on.
    Reject,
}
