//! What text must pass before it may become a header value: cleaned, and said so, or refused with the rule.
//!
//! The checks run from the most telling to the least, so that a pasted PEM block is called that and not "interior
//! whitespace". No message contains any part of the value, apart from the code point of a character that has no
//! place in a credential.

mod chars;
mod note;
mod paste;
mod piece;
mod rule;
mod shape;

pub use note::Note;
pub use rule::{InvalidSecret, Rule};
pub use shape::{SecretKind, Shape, Vendor};

use piece::Piece;

/// Where a text came from, which decides whether quotes around it are removed or refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TextFrom {
    /// The program itself: a function argument or a command-line flag.
    Argument,
    /// An environment variable. Tools that read `.env` files differ in whether they keep quotes, so a pair is removed.
    Environment,
    /// A file. A pair of quotes is removed, as for [`Environment`](Self::Environment).
    File,
    /// The output of a helper command.
    Command,
    /// The answer of a token endpoint, a metadata server or a secret store.
    Provider,
}

impl TextFrom {
    fn is_hand_quoted(self) -> bool {
        matches!(self, Self::Environment | Self::File)
    }
}

/// Whether `text` is empty or only white space (of Unicode), which counts as not set everywhere.
#[must_use]
pub fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

/// A text that may go into a header: visible ASCII, not empty.
pub(crate) struct Clean<'a> {
    pub(crate) text: &'a str,
    pub(crate) notes: Vec<Note>,
}

/// Cleans `text` or says why it cannot be used.
pub(crate) fn clean(text: &str, from: TextFrom) -> Result<Clean<'_>, InvalidSecret> {
    if is_blank(text) {
        return Err(InvalidSecret::new(Rule::Empty, None));
    }
    let mut notes = Vec::new();
    let mut piece = Piece::of(text);
    piece.trim(&mut notes);

    if let Some(at) = piece.text().find("-----BEGIN") {
        return Err(piece.refuse(at, Rule::PemBlock));
    }
    // A byte order mark before `"key"` would else be reported as a stray quote after it.
    for (at, c) in piece.ends() {
        if let Some(rule) = chars::refused(c).filter(|_| !c.is_ascii()) {
            return Err(piece.refuse(at, rule));
        }
    }
    if piece.is_quoted() {
        if !from.is_hand_quoted() {
            return Err(piece.refuse(0, Rule::SurroundedByQuotes));
        }
        piece.unquote(&mut notes);
        piece.trim(&mut notes);
        if piece.text().is_empty() {
            return Err(InvalidSecret::new(Rule::Empty, None));
        }
    }
    if let Some(rule) = paste::refused(piece.text()) {
        return Err(piece.refuse(0, rule));
    }
    if from.is_hand_quoted()
        && let Some((at, _)) = piece.ends().find(|(_, c)| matches!(c, '"' | '\''))
    {
        return Err(piece.refuse(at, Rule::StrayQuote));
    }
    for (at, c) in piece.text().char_indices() {
        if let Some(rule) = chars::refused(c) {
            return Err(piece.refuse(at, rule));
        }
    }
    Ok(Clean {
        text: piece.text(),
        notes,
    })
}

/// Reads bytes as text, or says why they are none.
pub(crate) fn text_of(bytes: &[u8]) -> Result<&str, InvalidSecret> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(InvalidSecret::new(Rule::Utf16, Some(0)));
    }
    std::str::from_utf8(bytes)
        .map_err(|error| InvalidSecret::new(Rule::NotUtf8, Some(error.valid_up_to())))
}

#[cfg(test)]
mod tests;
