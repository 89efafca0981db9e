//! Why bytes on a connection were not an HTTP/1.1 request.

use std::{error, fmt};

/// Why bytes that arrived were not a request. Such a connection is answered with `400` and closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Malformed {
    /// The connection ended inside a request. Usual for a client that gave up; there is nobody left to answer.
    Truncated,
    /// A line did not end in CRLF, or held another CR or a NUL: look for a value that was not checked for line breaks.
    LineBreak,
    /// The first line was not `METHOD target HTTP/1.x` with single spaces and visible ASCII.
    RequestLine,
    /// A header or trailer line was not `token:value`; a folded line is one.
    HeaderLine,
    /// The head was longer than 256 KiB.
    HeadTooLarge,
    /// The length of the body was not clear: two lengths, a length and an encoding, or an encoding that is not `chunked`.
    BodyLength,
    /// A chunk was not framed as the encoding asks.
    Chunk,
    /// The body was longer than 64 MiB.
    BodyTooLarge,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Truncated => "the connection ended inside a request",
            Self::LineBreak => "a line has a bare CR, a bare LF or a NUL",
            Self::RequestLine => "the request line is not `METHOD target HTTP/1.x`",
            Self::HeaderLine => "a header line is not `token:value`",
            Self::HeadTooLarge => "the head is too large",
            Self::BodyLength => "the length of the body is ambiguous",
            Self::Chunk => "a chunk is framed wrongly",
            Self::BodyTooLarge => "the body is too large",
        })
    }
}

impl error::Error for Malformed {}
