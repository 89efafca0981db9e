//! The text of a configuration as a tree in which everything knows its place.

mod de;
mod literal;
mod names;
mod node;

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(crate) use de::NodeDeserializer;
pub(crate) use literal::refuse_secrets;
pub(crate) use names::{is_plain_name, is_variable_name, shown, suggestion};
pub(crate) use node::{Data, Entry, Node};

use crate::error::{ConfigError, ConfigErrorKind as Kind};

/// A parsed configuration.
#[derive(Clone)]
pub(crate) struct Document {
    /// What errors call it.
    pub(crate) name: Arc<str>,
    /// Against which relative paths resolve; `None` for a text without a directory.
    pub(crate) directory: Option<PathBuf>,
    text: Arc<str>,
    pub(crate) root: Node,
}

impl Document {
    pub(crate) fn parse(
        name: &str,
        directory: Option<&Path>,
        bytes: &[u8],
    ) -> Result<Self, ConfigError> {
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => return Err(not_utf8(name, bytes, error.valid_up_to())),
        };
        let (table, errors) = toml::de::DeTable::parse_recoverable(text);
        let start = |error: &toml::de::Error| error.span().map_or(usize::MAX, |span| span.start);
        if let Some(first) = errors.iter().min_by_key(|error| start(error)) {
            return Err(syntax(name, text, first));
        }
        Ok(Self {
            name: Arc::from(name),
            directory: directory.map(Path::to_owned),
            text: Arc::from(text),
            root: Node::of_table(&table),
        })
    }

    /// Line and column of a byte offset, both from 1.
    pub(crate) fn position(&self, at: &Range<usize>) -> (usize, usize) {
        position(&self.text, at.start)
    }

    pub(crate) fn error(
        &self,
        kind: Kind,
        at: &Range<usize>,
        message: impl AsRef<str>,
    ) -> ConfigError {
        ConfigError::new(kind, &self.name, Some(self.position(at)), message)
    }
}

fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let last = before.rsplit('\n').next().unwrap_or_default();
    (line, last.chars().count() + 1)
}

fn not_utf8(name: &str, bytes: &[u8], valid: usize) -> ConfigError {
    let before = String::from_utf8_lossy(bytes.get(..valid).unwrap_or_default());
    let position = position(&before, before.len());
    let error = ConfigError::new(Kind::Encoding, name, Some(position), "not UTF-8");
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        error.with_help("this is UTF-16; save the file as UTF-8")
    } else {
        error.with_help("save the file as UTF-8")
    }
}

/// By which a type says that a secret stands where a reference belongs.
pub(crate) fn literal_message() -> &'static str {
    de::LITERAL
}

/// The parser's messages are fixed texts; what it would show of the source is left out.
fn syntax(name: &str, text: &str, error: &toml::de::Error) -> ConfigError {
    let span = error.span();
    let place = span.as_ref().map(|span| position(text, span.start));
    if error.message() == "duplicate key" {
        let key = span.and_then(|span| text.get(span)).unwrap_or_default();
        let message = format!("{} is given twice", shown(key, "a key"));
        return ConfigError::new(Kind::Duplicate, name, place, message).with_help("remove one");
    }
    ConfigError::new(
        Kind::Syntax,
        name,
        place,
        format!("not TOML: {}", error.message()),
    )
}
