//! Reads the head of one request, strictly: what a lenient parser would repair is what a test wants to see.

use std::io::{BufRead, Read};

use super::malformed::Malformed;
use super::request::RawHeader;

const MAX_HEAD: usize = 256 * 1024;

/// The request line and header lines as they arrived.
#[derive(Clone)]
pub(super) struct Head {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) version: String,
    pub(super) headers: Vec<RawHeader>,
}

impl Head {
    pub(super) fn is_http_1_0(&self) -> bool {
        self.version == "HTTP/1.0"
    }

    /// Whether a comma list in that header holds that word, in any case.
    pub(super) fn lists(&self, header: &str, word: &str) -> bool {
        self.headers.iter().filter(|h| h.is(header)).any(|h| {
            h.value()
                .split(|byte| *byte == b',')
                .any(|item| item.trim_ascii().eq_ignore_ascii_case(word.as_bytes()))
        })
    }

    pub(super) fn wants_close(&self) -> bool {
        self.lists("connection", "close")
            || (self.is_http_1_0() && !self.lists("connection", "keep-alive"))
    }
}

/// The next head, or none if the connection ended cleanly before it.
pub(super) fn read_head(reader: &mut impl BufRead) -> Result<Option<Head>, Malformed> {
    // Waiting here is idling: whatever ends it, no request was cut.
    if !reader.fill_buf().is_ok_and(|bytes| !bytes.is_empty()) {
        return Ok(None);
    }
    let mut budget = MAX_HEAD;
    let line = read_line(reader, &mut budget)?;
    let (method, target, version) = request_line(&line).ok_or(Malformed::RequestLine)?;
    let headers = read_fields(reader, &mut budget)?;
    Ok(Some(Head {
        method,
        target,
        version,
        headers,
    }))
}

/// The trailer lines after a chunked body.
pub(super) fn read_trailers(reader: &mut impl BufRead) -> Result<Vec<RawHeader>, Malformed> {
    let mut budget = MAX_HEAD;
    read_fields(reader, &mut budget)
}

fn read_fields(reader: &mut impl BufRead, budget: &mut usize) -> Result<Vec<RawHeader>, Malformed> {
    let mut fields = Vec::new();
    loop {
        let line = read_line(reader, budget)?;
        if line.is_empty() {
            return Ok(fields);
        }
        fields.push(RawHeader::parse(line).ok_or(Malformed::HeaderLine)?);
    }
}

/// One line without its CRLF, counted against the budget.
pub(super) fn read_line(
    reader: &mut impl BufRead,
    budget: &mut usize,
) -> Result<Vec<u8>, Malformed> {
    let mut line = Vec::new();
    let limit = u64::try_from(*budget).unwrap_or(u64::MAX);
    let read = reader
        .by_ref()
        .take(limit)
        .read_until(b'\n', &mut line)
        .map_err(|_| Malformed::Truncated)?;
    if line.last() != Some(&b'\n') {
        return Err(if read == *budget {
            Malformed::HeadTooLarge
        } else {
            Malformed::Truncated
        });
    }
    *budget -= read;
    line.pop();
    if line.pop() != Some(b'\r') || line.iter().any(|byte| matches!(byte, b'\r' | 0)) {
        return Err(Malformed::LineBreak);
    }
    Ok(line)
}

fn request_line(line: &[u8]) -> Option<(String, String, String)> {
    let line = std::str::from_utf8(line).ok()?;
    let mut parts = line.split(' ');
    let (method, target, version) = (parts.next()?, parts.next()?, parts.next()?);
    let good = parts.next().is_none()
        && is_token(method.as_bytes())
        && !target.is_empty()
        && target.bytes().all(|byte| byte.is_ascii_graphic())
        && matches!(version, "HTTP/1.0" | "HTTP/1.1");
    good.then(|| (method.to_owned(), target.to_owned(), version.to_owned()))
}

/// RFC 9110, section 5.6.2.
pub(super) fn is_token(bytes: &[u8]) -> bool {
    !bytes.is_empty()
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte))
}
