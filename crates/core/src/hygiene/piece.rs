//! A part of a text that knows where it stands in the whole.

use super::{InvalidSecret, Note, Rule};

/// The part of a text that is still taken for the secret. Offsets are bytes, on character boundaries.
pub(super) struct Piece<'a> {
    whole: &'a str,
    start: usize,
    end: usize,
}

impl<'a> Piece<'a> {
    pub(super) fn of(whole: &'a str) -> Self {
        Self {
            whole,
            start: 0,
            end: whole.len(),
        }
    }

    pub(super) fn text(&self) -> &'a str {
        self.whole.get(self.start..self.end).unwrap_or_default()
    }

    /// The first and the last character, with their byte offsets.
    pub(super) fn ends(&self) -> impl Iterator<Item = (usize, char)> {
        let mut chars = self.text().char_indices();
        [chars.next(), chars.next_back()].into_iter().flatten()
    }

    /// Removes ASCII white space from both ends and notes it.
    pub(super) fn trim(&mut self, notes: &mut Vec<Note>) {
        let text = self.text();
        let body = text.trim_ascii_start();
        if body.len() < text.len() {
            self.start += text.len() - body.len();
            note(notes, Note::TrimmedLeadingWhitespace);
        }
        let kept = body.trim_ascii_end();
        let tail = body.get(kept.len()..).unwrap_or_default();
        if !tail.is_empty() {
            self.end -= tail.len();
            let newline = tail.chars().all(|c| matches!(c, '\r' | '\n'));
            note(
                notes,
                if newline {
                    Note::TrimmedTrailingNewline
                } else {
                    Note::TrimmedTrailingWhitespace
                },
            );
        }
    }

    /// Whether the same straight quote stands at both ends.
    pub(super) fn is_quoted(&self) -> bool {
        let text = self.text();
        ['"', '\'']
            .into_iter()
            .any(|quote| text.len() >= 2 && text.starts_with(quote) && text.ends_with(quote))
    }

    /// Removes the quotes that [`is_quoted`](Self::is_quoted) found.
    pub(super) fn unquote(&mut self, notes: &mut Vec<Note>) {
        self.start += 1;
        self.end -= 1;
        note(notes, Note::RemovedQuotes);
    }

    /// The error for what stands at byte `at` of this piece. Its position counts characters of the whole.
    pub(super) fn refuse(&self, at: usize, rule: Rule) -> InvalidSecret {
        let before = self.whole.get(..self.start + at).unwrap_or_default();
        InvalidSecret::new(rule, Some(before.chars().count()))
    }
}

/// White space outside and inside of quotes is one note.
fn note(notes: &mut Vec<Note>, new: Note) {
    if !notes.contains(&new) {
        notes.push(new);
    }
}
