//! What was done to a text, and what is odd about it.

use std::fmt;

use super::Shape;

/// Something about an accepted text that its owner may want to know. Never fatal, never with any of the value.
///
/// `Display` is what reports print, such as "trimmed trailing newline".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Note {
    /// White space was removed from the beginning.
    TrimmedLeadingWhitespace,
    /// White space was removed from the end.
    TrimmedTrailingWhitespace,
    /// Only line ends were removed from the end, as `echo` and editors write them.
    TrimmedTrailingNewline,
    /// One pair of quotes was removed.
    RemovedQuotes,
    /// The length is not that of other keys of this shape: probably cut off when it was copied.
    UnusualLength {
        /// What it looks like.
        shape: Shape,
        /// Its length in characters.
        length: usize,
        /// The length that such keys usually have, in characters.
        usual: usize,
    },
}

impl Note {
    /// Whether something may be wrong, rather than put right.
    #[must_use]
    pub const fn is_warning(&self) -> bool {
        matches!(self, Self::UnusualLength { .. })
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TrimmedLeadingWhitespace => "trimmed leading whitespace",
            Self::TrimmedTrailingWhitespace => "trimmed trailing whitespace",
            Self::TrimmedTrailingNewline => "trimmed trailing newline",
            Self::RemovedQuotes => "removed surrounding quotes",
            Self::UnusualLength { shape, length, usual } => {
                let verb = if length < usual { "cut off" } else { "too long" };
                return write!(
                    f,
                    "looks {verb}: {length} characters, where {shape} usually has {usual}; copy it again"
                );
            }
        })
    }
}
