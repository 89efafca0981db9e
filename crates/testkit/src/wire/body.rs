//! Reads the body of one request.

use std::io::{BufRead, Read};

use super::head::{Head, read_line, read_trailers};
use super::malformed::Malformed;
use super::request::RawHeader;

const MAX_BODY: usize = 64 * 1024 * 1024;
const MAX_CHUNK_LINE: usize = 4096;

/// How long the body is, as the head says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Length {
    Known(usize),
    Chunked,
}

/// A body and the trailer lines behind it.
#[derive(Clone, Default)]
pub(super) struct Body {
    pub(super) bytes: Vec<u8>,
    pub(super) trailers: Vec<RawHeader>,
}

/// Says how long the body is. Whatever two readers could understand differently is refused.
pub(super) fn length(head: &Head) -> Result<Length, Malformed> {
    let values = |name| {
        head.headers
            .iter()
            .filter(move |header| header.is(name))
            .map(RawHeader::value)
    };
    let mut encodings = values("transfer-encoding");
    let mut lengths = values("content-length");
    match (encodings.next(), lengths.next()) {
        (None, None) => Ok(Length::Known(0)),
        (Some(encoding), None)
            if encodings.next().is_none() && encoding.eq_ignore_ascii_case(b"chunked") =>
        {
            Ok(Length::Chunked)
        }
        (None, Some(length)) if lengths.next().is_none() => match number(length, 10) {
            Some(length) if length <= MAX_BODY => Ok(Length::Known(length)),
            Some(_) => Err(Malformed::BodyTooLarge),
            None => Err(Malformed::BodyLength),
        },
        _ => Err(Malformed::BodyLength),
    }
}

pub(super) fn read_body(reader: &mut impl BufRead, length: Length) -> Result<Body, Malformed> {
    let mut body = Body::default();
    match length {
        Length::Known(length) => read_exactly(reader, length, &mut body.bytes)?,
        Length::Chunked => {
            read_chunks(reader, &mut body.bytes)?;
            body.trailers = read_trailers(reader)?;
        }
    }
    Ok(body)
}

fn read_chunks(reader: &mut impl BufRead, bytes: &mut Vec<u8>) -> Result<(), Malformed> {
    loop {
        let line = chunk_line(reader)?;
        let size = line.split(|byte| *byte == b';').next().unwrap_or_default();
        let size = number(size.trim_ascii_end(), 16).ok_or(Malformed::Chunk)?;
        if size == 0 {
            return Ok(());
        }
        if size > MAX_BODY - bytes.len() {
            return Err(Malformed::BodyTooLarge);
        }
        read_exactly(reader, size, bytes)?;
        if !chunk_line(reader)?.is_empty() {
            return Err(Malformed::Chunk);
        }
    }
}

fn chunk_line(reader: &mut impl BufRead) -> Result<Vec<u8>, Malformed> {
    let mut budget = MAX_CHUNK_LINE;
    read_line(reader, &mut budget).map_err(|error| match error {
        Malformed::HeadTooLarge => Malformed::Chunk,
        other => other,
    })
}

/// Reads as it arrives: a length that was only claimed allocates nothing.
fn read_exactly(
    reader: &mut impl BufRead,
    length: usize,
    bytes: &mut Vec<u8>,
) -> Result<(), Malformed> {
    let limit = u64::try_from(length).unwrap_or(u64::MAX);
    match reader.by_ref().take(limit).read_to_end(bytes) {
        Ok(read) if read == length => Ok(()),
        _ => Err(Malformed::Truncated),
    }
}

/// Digits only: `from_str_radix` would take a sign too.
fn number(digits: &[u8], radix: u32) -> Option<usize> {
    let digits = std::str::from_utf8(digits).ok()?;
    if !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    usize::from_str_radix(digits, radix).ok()
}
