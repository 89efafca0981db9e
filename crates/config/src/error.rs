//! What is wrong with a configuration, and where.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use onecred_core::{Conflict, Untrusted};

/// What kind of mistake it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConfigErrorKind {
    /// The file cannot be read. Check that it exists and that this user may read it.
    Unreadable,
    /// Others could have written the file. Take their write permission away, or take it over.
    Permissions,
    /// The file is larger than [`MAX_FILE_BYTES`](crate::MAX_FILE_BYTES): not the file that was meant.
    TooLarge,
    /// The file is not UTF-8. Save it as such.
    Encoding,
    /// Not TOML. Correct what the position points at.
    Syntax,
    /// The same key or client twice. Remove one.
    Duplicate,
    /// A key that nothing knows. Correct its spelling.
    UnknownKey,
    /// An auth kind or a target that is not registered. Correct its spelling, or register it.
    UnknownName,
    /// A value of the wrong type. Write what the message expects.
    WrongType,
    /// Something that must be there is not. Add it.
    Missing,
    /// Two auths in one client. Keep one.
    Conflict,
    /// A secret is written into the file. Move it out and write a reference; then replace the secret,
    /// because it has been in a file.
    Literal,
    /// What a reference points at is not set, blank, or unfit for a header.
    Secret,
    /// The target cannot be built, or does not say where a key goes.
    Target,
    /// The file is not trusted for this. Read it, then run `onecred trust FILE`.
    Untrusted,
    /// A value that is of the right type and still wrong.
    Invalid,
}

/// A mistake in a configuration: the file, line and column, what it is and what to write instead.
///
/// It never contains a value from the file, only names that look like names: a secret that was pasted
/// into the wrong place does not get into a log this way. Displayed as `FILE:LINE:COLUMN: what; help`.
#[derive(Clone)]
pub struct ConfigError {
    inner: Box<Inner>,
}

#[derive(Clone)]
struct Inner {
    kind: ConfigErrorKind,
    file: String,
    position: Option<(usize, usize)>,
    message: String,
    help: Option<String>,
    conflict: Option<Conflict>,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl ConfigError {
    /// `position` is line and column, both from 1.
    pub(crate) fn new(
        kind: ConfigErrorKind,
        file: &str,
        position: Option<(usize, usize)>,
        message: impl AsRef<str>,
    ) -> Self {
        Self {
            inner: Box::new(Inner {
                kind,
                file: Untrusted::sanitize(file),
                position,
                message: Untrusted::sanitize(message.as_ref()),
                help: None,
                conflict: None,
                source: None,
            }),
        }
    }

    pub(crate) fn of_file(kind: ConfigErrorKind, path: &Path, message: impl AsRef<str>) -> Self {
        Self::new(kind, &path.to_string_lossy(), None, message)
    }

    /// The same, with what to do about it. One short sentence without a full stop.
    #[must_use]
    pub fn with_help(mut self, help: impl AsRef<str>) -> Self {
        self.inner.help = Some(Untrusted::sanitize(help.as_ref()));
        self
    }

    /// The same, caused by `source`, which must not contain a secret.
    #[must_use]
    pub fn with_source(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.inner.source = Some(Arc::from(source.into()));
        self
    }

    /// The same as another kind of mistake; factories begin with [`ConfigErrorKind::Invalid`].
    #[must_use]
    pub fn with_kind(mut self, kind: ConfigErrorKind) -> Self {
        self.inner.kind = kind;
        self
    }

    pub(crate) fn with_conflict(mut self, conflict: Conflict) -> Self {
        self.inner.conflict = Some(conflict);
        self
    }

    /// What kind of mistake it is.
    pub fn kind(&self) -> ConfigErrorKind {
        self.inner.kind
    }

    /// The file as it was named, or the name of the text; fit for display.
    pub fn file(&self) -> &str {
        &self.inner.file
    }

    /// The line, from 1; `None` when the whole file is meant.
    pub fn line(&self) -> Option<usize> {
        self.inner.position.map(|(line, _)| line)
    }

    /// The column in characters, from 1; `None` when the whole file is meant.
    pub fn column(&self) -> Option<usize> {
        self.inner.position.map(|(_, column)| column)
    }

    /// What is wrong, without the position.
    pub fn message(&self) -> &str {
        &self.inner.message
    }

    /// What to do about it.
    pub fn help(&self) -> Option<&str> {
        self.inner.help.as_deref()
    }

    /// The two auths, when that is the mistake.
    pub fn conflict(&self) -> Option<&Conflict> {
        self.inner.conflict.as_ref()
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.inner.file)?;
        if let Some((line, column)) = self.inner.position {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.inner.message)?;
        match &self.inner.help {
            Some(help) => write!(f, "; {help}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfigError")
            .field("kind", &self.inner.kind)
            .field("text", &self.to_string())
            .field("source", &self.inner.source)
            .finish()
    }
}

impl std::error::Error for ConfigError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.inner
            .source
            .as_deref()
            .map(|source| source as &(dyn std::error::Error + 'static))
    }
}
