//! The forms in which a secret is looked for.

use std::fmt;

use super::encode;

/// The form in which a secret appeared, plainest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum LeakForm {
    /// As it is, or as `Debug` escapes it.
    Plain,
    /// Percent-encoded, wholly or in part.
    Percent,
    /// In Base64 of either alphabet, also inside of something longer.
    Base64,
    /// As hexadecimal digits.
    Hex,
    /// As a list of byte values, which is how `Vec<u8>` prints.
    Bytes,
    /// Its first 8 characters or more.
    Prefix,
    /// Its last 8 characters or more.
    Suffix,
}

impl fmt::Display for LeakForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "as it is",
            Self::Percent => "percent-encoded",
            Self::Base64 => "in Base64",
            Self::Hex => "in hexadecimal",
            Self::Bytes => "as a list of bytes",
            Self::Prefix => "with its first 8 characters",
            Self::Suffix => "with its last 8 characters",
        })
    }
}

/// A piece this long is a leak; a shorter one may be chance.
const PIECE: usize = 8;
/// Encodings are looked for from this many characters on: below it, they are found in anything.
const ENCODED: usize = 6;

/// One output, prepared for looking.
pub(super) struct Haystack {
    plain: String,
    percent: String,
    hex: String,
    bytes: String,
}

impl Haystack {
    pub(super) fn new(text: &str, allowed: &[String]) -> Self {
        let plain = allowed
            .iter()
            .fold(text.to_owned(), |text, allowed| text.replace(allowed, "\0"));
        let no_blanks: String = plain.chars().filter(|c| !c.is_whitespace()).collect();
        Self {
            percent: encode::percent_decoded(&plain),
            hex: no_blanks.replace([':', '-'], "").to_ascii_lowercase(),
            bytes: no_blanks,
            plain,
        }
    }

    /// The plainest form in which `secret` is there.
    pub(super) fn find(&self, secret: &str) -> Option<LeakForm> {
        let escaped = secret.escape_debug().to_string();
        if self.plain.contains(secret) || self.plain.contains(&escaped) {
            return Some(LeakForm::Plain);
        }
        if self.percent.contains(secret) {
            return Some(LeakForm::Percent);
        }
        let raw = secret.as_bytes();
        let long_enough = raw.len() >= ENCODED;
        if long_enough {
            let mut inside = encode::base64_inside(raw);
            if inside.any(|text| self.holds_base64(&text)) {
                return Some(LeakForm::Base64);
            }
            if self.hex.contains(&encode::hex(raw)) {
                return Some(LeakForm::Hex);
            }
            if self.bytes.contains(&encode::decimal_list(raw)) {
                return Some(LeakForm::Bytes);
            }
        }
        let count = secret.chars().count();
        if count <= PIECE {
            return None;
        }
        let head: String = secret.chars().take(PIECE).collect();
        let tail: String = secret.chars().skip(count - PIECE).collect();
        let holds = |piece: &str| self.plain.contains(piece) || self.percent.contains(piece);
        if holds(&head) {
            Some(LeakForm::Prefix)
        } else if holds(&tail) {
            Some(LeakForm::Suffix)
        } else {
            None
        }
    }

    fn holds_base64(&self, standard: &str) -> bool {
        self.plain.contains(standard)
            || self.plain.contains(&encode::url_safe(standard))
            // Padding and `+` are percent-encoded in queries.
            || self.percent.contains(standard)
    }
}
