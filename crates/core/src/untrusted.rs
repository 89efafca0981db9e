//! The one way in which text from outside is shown.

use std::fmt::{self, Write};

mod ansi;

/// How many characters of a text from outside are shown at most, the final `…` included.
const LIMIT: usize = 200;

/// Text from outside, made safe to print: an `error_description`, the stderr of a helper, a profile's name.
///
/// `Display` drops ANSI escape sequences whole, control characters, bidirectional controls and characters without
/// a width; newlines and tabs become spaces; after 200 characters it ends with `…`. `Debug` shows the same in
/// quotes. Nothing is allocated. Whoever wrote the text can then neither move the cursor, nor colour or reorder
/// what stands beside it, nor begin a line of their own.
///
/// It does not look for secrets: what may contain one must not be shown at all.
#[derive(Clone, Copy)]
pub struct Untrusted<'a>(&'a str);

impl<'a> Untrusted<'a> {
    /// Wraps `text` for showing.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Self(text)
    }

    /// What `Display` would print of `text`, for errors that must own their text.
    #[must_use]
    pub fn sanitize(text: &str) -> String {
        Untrusted(text).to_string()
    }

    fn write(self, f: &mut fmt::Formatter<'_>, quoted: bool) -> fmt::Result {
        let mut chars = ansi::Printable::new(self.0);
        let mut put = |c: char| {
            if quoted && matches!(c, '"' | '\\') {
                f.write_char('\\')?;
            }
            f.write_char(c)
        };
        for c in chars.by_ref().take(LIMIT - 1) {
            put(c)?;
        }
        // The last place goes to the last character, if it is the last one.
        match (chars.next(), chars.next()) {
            (Some(last), None) => put(last),
            (Some(_), Some(_)) => put('…'),
            (None, _) => Ok(()),
        }
    }
}

impl fmt::Display for Untrusted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, false)
    }
}

impl fmt::Debug for Untrusted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        self.write(f, true)?;
        f.write_char('"')
    }
}

/// Whether `c` shows nothing of its own but changes what others look like, or hides between them: bidirectional
/// controls, characters without a width, fillers, variation selectors, tags.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'                  // soft hyphen
        | '\u{34f}'               // combining grapheme joiner
        | '\u{61c}'               // Arabic letter mark
        | '\u{115f}' | '\u{1160}' // Hangul fillers
        | '\u{17b4}' | '\u{17b5}' // Khmer inherent vowels
        | '\u{180b}'..='\u{180f}' // Mongolian selectors and vowel separator
        | '\u{200b}'..='\u{200f}' // zero-width space and joiners, direction marks
        | '\u{202a}'..='\u{202e}' // embeddings and overrides
        | '\u{2060}'..='\u{206f}' // word joiner, invisible operators, isolates, deprecated controls
        | '\u{3164}'              // Hangul filler
        | '\u{fe00}'..='\u{fe0f}' // variation selectors
        | '\u{feff}'              // byte order mark
        | '\u{ffa0}'              // halfwidth Hangul filler
        | '\u{fff0}'..='\u{fffb}' // unassigned and annotation controls
        | '\u{1bca0}'..='\u{1bca3}' // shorthand format controls
        | '\u{1d173}'..='\u{1d17a}' // musical format controls
        | '\u{e0000}'..='\u{e0fff}' // tags, more variation selectors
    )
}

#[cfg(test)]
mod tests;
