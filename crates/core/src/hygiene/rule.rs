//! Why a text was refused.

use std::error::Error;
use std::fmt;

use super::chars;

/// The rule that a text broke. Those that carry a character are displayed with its code point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// Nothing but white space, or nothing inside the quotes. Set a value or remove the setting.
    Empty,
    /// A space or tab between other characters. Usually two values, or a line break that a terminal turned into one.
    InteriorWhitespace,
    /// A carriage return between other characters. Save the file with one line.
    CarriageReturn,
    /// A line feed between other characters. The value must be one line.
    LineFeed,
    /// A NUL byte. The text is probably UTF-16 or binary.
    Nul,
    /// Any other control character.
    ControlCharacter(char),
    /// A byte order mark (U+FEFF). Save the file as UTF-8 without one.
    ByteOrderMark,
    /// A character without a width, which is copied along unseen from web pages and chats.
    ZeroWidth(char),
    /// A space that is not ASCII, as web pages and word processors write them.
    NoBreakSpace(char),
    /// A typographic quote, as word processors and chats write them.
    SmartQuote(char),
    /// Any other character outside ASCII.
    NonAscii(char),
    /// Bytes that are not UTF-8. The position counts bytes.
    NotUtf8,
    /// UTF-16, as PowerShell's `>` writes it. Save the file as UTF-8.
    Utf16,
    /// Quotes around a value that is neither from the environment nor from a file (nobody added them by a `.env`
    /// convention, so they are not removed). Pass the value without them.
    SurroundedByQuotes,
    /// A quote at one end only, or a second pair. Part of the value may be missing.
    StrayQuote,
    /// `export NAME=…` or `NAME=…`. Keep what is behind the `=`.
    Assignment,
    /// `Bearer …` or `Basic …`. The scheme is added on the way out; keep what is behind it.
    AuthScheme,
    /// `x-api-key: …` or the like. Keep what is behind the colon.
    HeaderLine,
    /// A PEM block: a private key or a certificate, which never goes into a header.
    PemBlock,
    /// The path of an existing file, where its content belongs. Checked by the sources, which can look.
    FilePath,
    /// The target wants a prefix that no header can carry. An error in the target, not in the secret.
    InvalidPrefix,
}

impl Rule {
    /// A stable name for machines, such as `zero-width-character`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::InteriorWhitespace => "interior-whitespace",
            Self::CarriageReturn => "carriage-return",
            Self::LineFeed => "line-feed",
            Self::Nul => "nul",
            Self::ControlCharacter(_) => "control-character",
            Self::ByteOrderMark => "byte-order-mark",
            Self::ZeroWidth(_) => "zero-width-character",
            Self::NoBreakSpace(_) => "no-break-space",
            Self::SmartQuote(_) => "smart-quote",
            Self::NonAscii(_) => "non-ascii",
            Self::NotUtf8 => "not-utf-8",
            Self::Utf16 => "utf-16",
            Self::SurroundedByQuotes => "surrounded-by-quotes",
            Self::StrayQuote => "stray-quote",
            Self::Assignment => "assignment",
            Self::AuthScheme => "auth-scheme",
            Self::HeaderLine => "header-line",
            Self::PemBlock => "pem-block",
            Self::FilePath => "file-path",
            Self::InvalidPrefix => "invalid-prefix",
        }
    }

    const fn what(self) -> &'static str {
        match self {
            Self::Empty => "is empty",
            Self::InteriorWhitespace => "contains white space",
            Self::CarriageReturn => "contains a carriage return",
            Self::LineFeed => "contains a line break",
            Self::Nul => "contains a NUL",
            Self::ControlCharacter(_) => "contains a control character",
            Self::ByteOrderMark => "contains a byte order mark (U+FEFF)",
            Self::ZeroWidth(_) => "contains an invisible character",
            Self::NoBreakSpace(_) => "contains a no-break space",
            Self::SmartQuote(_) => "contains a typographic quote",
            Self::NonAscii(_) => "contains a non-ASCII character",
            Self::NotUtf8 => "is not UTF-8 text",
            Self::Utf16 => "is UTF-16 text",
            Self::SurroundedByQuotes => "is surrounded by quotes",
            Self::StrayQuote => "has a stray quote",
            Self::Assignment => "is a whole NAME=value assignment",
            Self::AuthScheme => "begins with Bearer or Basic",
            Self::HeaderLine => "is a whole header line",
            Self::PemBlock => "contains a PEM block",
            Self::FilePath => "is the path of a file",
            Self::InvalidPrefix => "cannot follow the target's header prefix",
        }
    }

    const fn fix(self) -> &'static str {
        match self {
            Self::Empty => "set a value or remove the setting",
            Self::InteriorWhitespace => "paste the key again, alone and as one word",
            Self::CarriageReturn | Self::LineFeed => "keep the key alone, on one line",
            Self::Nul => "save it again as plain UTF-8 text",
            Self::ByteOrderMark => "save it as UTF-8 without a byte order mark",
            Self::ControlCharacter(_)
            | Self::ZeroWidth(_)
            | Self::NoBreakSpace(_)
            | Self::SmartQuote(_)
            | Self::NonAscii(_) => "paste the key again from its source",
            Self::NotUtf8 | Self::Utf16 => "save it as plain UTF-8 text",
            Self::SurroundedByQuotes => "pass it without them",
            Self::StrayQuote => "remove it, and check that the value is complete",
            Self::Assignment => "keep only what is behind the =",
            Self::AuthScheme => {
                "keep only what is behind that word, which is added when it is sent"
            }
            Self::HeaderLine => "keep only what is behind the colon",
            Self::PemBlock => {
                "give a private key to a source that signs with it, not as a key or token"
            }
            Self::FilePath => "name it as a file instead",
            Self::InvalidPrefix => "use visible ASCII and spaces in the prefix",
        }
    }

    const fn character(self) -> Option<char> {
        match self {
            Self::ControlCharacter(c)
            | Self::ZeroWidth(c)
            | Self::NoBreakSpace(c)
            | Self::SmartQuote(c)
            | Self::NonAscii(c) => Some(c),
            _ => None,
        }
    }
}

/// A text that cannot be used as a credential: which rule it broke and where, never what it was.
///
/// Displayed as one sentence without a subject ("contains a zero-width space (U+200B) at character 12; paste the key
/// again from its source"), to stand behind the name of the source. The reader should do what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidSecret {
    rule: Rule,
    position: Option<usize>,
}

impl InvalidSecret {
    /// For sources with checks of their own, such as [`Rule::FilePath`].
    #[must_use]
    pub const fn new(rule: Rule, position: Option<usize>) -> Self {
        Self { rule, position }
    }

    /// The broken rule.
    #[must_use]
    pub const fn rule(&self) -> Rule {
        self.rule
    }

    /// Where, counted from 0 in characters of the text as it was given, before anything was trimmed (in bytes if it
    /// is not text: [`Rule::NotUtf8`]). `None` if the rule is about the whole.
    #[must_use]
    pub const fn position(&self) -> Option<usize> {
        self.position
    }
}

impl fmt::Display for InvalidSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.rule.character() {
            Some(c) => {
                match chars::name(c) {
                    Some(name) => write!(f, "contains {} {name}", article(name))?,
                    None => f.write_str(self.rule.what())?,
                }
                write!(f, " (U+{:04X})", u32::from(c))?;
            }
            None => f.write_str(self.rule.what())?,
        }
        if let Some(position) = self.position {
            let unit = if self.rule == Rule::NotUtf8 {
                "byte"
            } else {
                "character"
            };
            write!(f, " at {unit} {position}")?;
        }
        write!(f, "; {}", self.rule.fix())
    }
}

fn article(name: &str) -> &'static str {
    if name.starts_with(['a', 'e', 'i', 'o', 'u']) {
        "an"
    } else {
        "a"
    }
}

impl Error for InvalidSecret {}
