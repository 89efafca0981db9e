//! A secret in the form in which a header carries it.

use std::fmt;
use std::sync::Arc;

use http::HeaderValue;

use crate::fingerprint::Fingerprint;
use crate::hygiene::{self, InvalidSecret, Note, Rule, Shape, TextFrom};
use crate::wiped::Wiped;

/// A secret that a header may carry: an API key, a bearer token.
///
/// Made from text only by [`parse`](Self::parse), so it is visible ASCII and never empty. Cheap to clone; clones
/// and the header values made from it share one buffer, which is overwritten with zeros when the last of them is
/// dropped. (What an HTTP client copies out of a header value on its way to the socket is beyond our reach.)
///
/// There is no `Display` and no `Serialize`, and `Debug` shows the fingerprint. Equality compares full digests.
#[derive(Clone)]
pub struct HeaderSecret(Arc<Inner>);

struct Inner {
    /// The only copy of the secret.
    value: HeaderValue,
    fingerprint: Fingerprint,
    shape: Option<Shape>,
    notes: Vec<Note>,
}

impl HeaderSecret {
    /// Cleans `text` and takes a copy of it; what was cleaned is in [`notes`](Self::notes). Wiping `text` itself is
    /// up to the caller.
    ///
    /// # Errors
    ///
    /// [`InvalidSecret`] names the rule and the position, never the value, and says what to do. A text that may
    /// legitimately be unset is to be tested with [`is_blank`](hygiene::is_blank) first.
    pub fn parse(text: &str, from: TextFrom) -> Result<Self, InvalidSecret> {
        let clean = hygiene::clean(text, from)?;
        let secret = clean.text.as_bytes();
        let shape = Shape::of(clean.text);
        let mut notes = clean.notes;
        notes.extend(shape.and_then(|shape| shape.odd_length(secret.len())));
        Ok(Self(Arc::new(Inner {
            value: header_value(&[secret])?,
            fingerprint: Fingerprint::of(secret),
            shape,
            notes,
        })))
    }

    /// The same for what may not even be text, such as the content of a file.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse); bytes that are not UTF-8 are refused with the position in bytes.
    pub fn parse_bytes(bytes: &[u8], from: TextFrom) -> Result<Self, InvalidSecret> {
        Self::parse(hygiene::text_of(bytes)?, from)
    }

    /// The secret itself. Do not log it, format it or keep a copy.
    #[must_use]
    pub fn expose(&self) -> &str {
        // Visible ASCII since `parse`, so there is always a string.
        self.0.value.to_str().unwrap_or_default()
    }

    /// The secret alone as a header value, marked sensitive. Shares the buffer, copies nothing.
    #[must_use]
    pub fn header_value(&self) -> HeaderValue {
        self.0.value.clone()
    }

    /// The secret behind `prefix`, such as `"Bearer "`, as a header value that is marked sensitive and wiped on drop.
    /// Allocates: for when a credential is made, not for every request.
    ///
    /// # Errors
    ///
    /// [`Rule::InvalidPrefix`] if `prefix` is not visible ASCII and spaces; never for a constant such as `"Bearer "`.
    pub fn prefixed(&self, prefix: &str) -> Result<HeaderValue, InvalidSecret> {
        if prefix.bytes().any(|byte| !matches!(byte, b' '..=b'~')) {
            return Err(InvalidSecret::new(Rule::InvalidPrefix, None));
        }
        if prefix.is_empty() {
            return Ok(self.header_value());
        }
        header_value(&[prefix.as_bytes(), self.0.value.as_bytes()])
    }

    /// What may be shown of it.
    #[must_use]
    pub fn fingerprint(&self) -> &Fingerprint {
        &self.0.fingerprint
    }

    /// What was cleaned, and warnings that hold wherever it is put. For those that depend on where, see
    /// [`Shape::mismatch`].
    #[must_use]
    pub fn notes(&self) -> &[Note] {
        &self.0.notes
    }

    /// What it looks like, if that is known.
    #[must_use]
    pub fn shape(&self) -> Option<Shape> {
        self.0.shape
    }

    /// The length in characters, which are bytes here.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.value.len()
    }

    /// Always false: an empty text is refused.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.value.is_empty()
    }
}

/// Both parts have been checked byte by byte, so `http` finds nothing to refuse; if it did, this is what it found.
fn header_value(parts: &[&[u8]]) -> Result<HeaderValue, InvalidSecret> {
    Wiped::concat(parts)
        .into_header_value()
        .map_err(|_| InvalidSecret::new(Rule::Nul, None))
}

impl fmt::Debug for HeaderSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HeaderSecret({})", self.0.fingerprint)
    }
}

impl PartialEq for HeaderSecret {
    fn eq(&self, other: &Self) -> bool {
        self.0.fingerprint == other.0.fingerprint
    }
}

impl Eq for HeaderSecret {}

#[cfg(test)]
mod tests;
