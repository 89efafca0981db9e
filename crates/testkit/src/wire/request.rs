//! What arrived, byte for byte. Debug shows names and lengths only: tests plant secrets, and logs must not get them.

use std::borrow::Cow;
use std::fmt;

use super::body::Body;
use super::credentials::{self, FoundCredential};
use super::head::{Head, is_token};

/// One header line as it arrived.
#[derive(Clone, PartialEq, Eq)]
pub struct RawHeader {
    line: Vec<u8>,
    colon: usize,
}

impl RawHeader {
    /// None if the line is not `token:value`.
    pub(super) fn parse(line: Vec<u8>) -> Option<Self> {
        let colon = line.iter().position(|byte| *byte == b':')?;
        is_token(&line[..colon]).then_some(Self { line, colon })
    }

    /// The name in the case in which it was written.
    #[must_use]
    pub fn name(&self) -> &str {
        // A token is ASCII.
        std::str::from_utf8(&self.line[..self.colon]).unwrap_or_default()
    }

    /// The value without the spaces and tabs around it.
    #[must_use]
    pub fn value(&self) -> &[u8] {
        let mut value = &self.line[self.colon + 1..];
        while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
            value = rest;
        }
        value
    }

    /// The value as text, with replacement characters for what is not UTF-8.
    #[must_use]
    pub fn value_lossy(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self.value())
    }

    /// The whole line exactly as received, without its CRLF.
    #[must_use]
    pub fn line(&self) -> &[u8] {
        &self.line
    }

    /// Whether this is that header, in any case.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.name().eq_ignore_ascii_case(name)
    }
}

impl fmt::Debug for RawHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: [{} bytes]", self.name(), self.value().len())
    }
}

/// One request as it arrived.
#[derive(Clone)]
pub struct RecordedRequest {
    pub(super) number: usize,
    connection: u64,
    head: Head,
    body: Body,
    credentials: Vec<FoundCredential>,
}

impl RecordedRequest {
    pub(super) fn new(connection: u64, head: Head, body: Body, extra: &[String]) -> Self {
        let lines = head.headers.iter().chain(&body.trailers);
        let credentials = credentials::find(lines, &head.target, extra);
        Self {
            number: 0,
            connection,
            head,
            body,
            credentials,
        }
    }

    /// Which request of the server this is, from 0, in the order in which they were complete.
    #[must_use]
    pub fn number(&self) -> usize {
        self.number
    }

    /// Which connection of the server it came on, from 0.
    #[must_use]
    pub fn connection(&self) -> u64 {
        self.connection
    }

    /// The method as written.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.head.method
    }

    /// The request target as written: path and query, or an absolute URI if the client takes us for a proxy.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.head.target
    }

    /// The target up to its query.
    #[must_use]
    pub fn path(&self) -> &str {
        self.target().split(['?', '#']).next().unwrap_or_default()
    }

    /// `HTTP/1.1` or `HTTP/1.0`.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.head.version
    }

    /// Every header line in the order of arrival, duplicates kept.
    #[must_use]
    pub fn headers(&self) -> &[RawHeader] {
        &self.head.headers
    }

    /// Every line behind the last chunk of a chunked body.
    #[must_use]
    pub fn trailers(&self) -> &[RawHeader] {
        &self.body.trailers
    }

    /// The values of that header, in any case, one for each line.
    #[must_use]
    pub fn header_values(&self, name: &str) -> Vec<Cow<'_, str>> {
        self.headers()
            .iter()
            .filter(|header| header.is(name))
            .map(RawHeader::value_lossy)
            .collect()
    }

    /// The body, with the chunked encoding taken off.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body.bytes
    }

    /// Every credential on the request: in headers and trailers, then in the query.
    #[must_use]
    pub fn credentials(&self) -> &[FoundCredential] {
        &self.credentials
    }

    pub(super) fn head(&self) -> &Head {
        &self.head
    }
}

impl fmt::Debug for RecordedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordedRequest")
            .field("number", &self.number)
            .field("connection", &self.connection)
            .field("method", &self.method())
            .field("target", &without_values(self.target()))
            .field("version", &self.version())
            .field("headers", &self.headers())
            .field("trailers", &self.trailers())
            .field("body_len", &self.body().len())
            .field("credentials", &self.credentials)
            .finish()
    }
}

/// The target without user information and with the names of its query parameters only.
fn without_values(target: &str) -> String {
    let (path, query) = target
        .split_once(['?', '#'])
        .map_or((target, None), |(path, query)| (path, Some(query)));
    let mut shown = match path.rsplit_once('@') {
        Some((_, rest)) => format!("…@{rest}"),
        None => path.to_owned(),
    };
    let mut separator = '?';
    for parameter in query.into_iter().flat_map(|query| query.split(['&', '#'])) {
        shown.push(separator);
        match parameter.split_once('=') {
            Some((name, value)) => shown.push_str(&format!("{name}=[{} bytes]", value.len())),
            None => shown.push_str(&format!("[{} bytes]", parameter.len())),
        }
        separator = '&';
    }
    shown
}
