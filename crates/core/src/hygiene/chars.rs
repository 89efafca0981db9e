//! Which characters have no place in a credential, and what they are called.

use super::Rule;
use crate::untrusted::is_invisible;

/// The rule against `c`, or `None` for visible ASCII.
pub(super) fn refused(c: char) -> Option<Rule> {
    Some(match c {
        '!'..='~' => return None,
        ' ' | '\t' => Rule::InteriorWhitespace,
        '\r' => Rule::CarriageReturn,
        '\n' => Rule::LineFeed,
        '\0' => Rule::Nul,
        '\u{feff}' => Rule::ByteOrderMark,
        '\u{a0}' | '\u{2007}' | '\u{202f}' => Rule::NoBreakSpace(c),
        '\u{ab}' | '\u{bb}' | '\u{2018}'..='\u{201f}' | '\u{2039}' | '\u{203a}' => {
            Rule::SmartQuote(c)
        }
        c if c.is_control() => Rule::ControlCharacter(c),
        c if is_invisible(c) => Rule::ZeroWidth(c),
        c => Rule::NonAscii(c),
    })
}

/// A name for those that are met in practice.
pub(super) fn name(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{9}' => "tab",
        '\u{1b}' => "escape character",
        '\u{a0}' => "no-break space",
        '\u{ad}' => "soft hyphen",
        '\u{200b}' => "zero-width space",
        '\u{200c}' => "zero-width non-joiner",
        '\u{200d}' => "zero-width joiner",
        '\u{200e}' => "left-to-right mark",
        '\u{200f}' => "right-to-left mark",
        '\u{2007}' => "figure space",
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => "bidirectional control",
        '\u{202f}' => "narrow no-break space",
        '\u{2060}' => "word joiner",
        '\u{2013}' | '\u{2014}' => "typographic dash",
        '\u{2022}' | '\u{25cf}' => "bullet, as in a masked key,",
        '\u{2026}' => "ellipsis, as in a shortened key,",
        _ => return None,
    })
}
