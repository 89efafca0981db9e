//! The name of a place where a credential may be found.

use std::borrow::Cow;
use std::fmt;

use crate::untrusted::Untrusted;

/// Names a source for people and for `--source`: `env:ANTHROPIC_API_KEY`, `argument`,
/// `profile:work`. Shown through [`Untrusted`], since part of it may come from a file.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceName(Cow<'static, str>);

impl SourceName {
    /// A source of this name.
    pub fn new(name: impl Into<Cow<'static, str>>) -> Self {
        Self(name.into())
    }

    /// `env:NAME`
    pub fn env(variable: &str) -> Self {
        Self(Cow::Owned(format!("env:{variable}")))
    }

    /// `argument`, the name of what the program itself passed.
    pub fn argument() -> Self {
        Self(Cow::Borrowed("argument"))
    }

    /// The name, raw, for comparing. Print the `SourceName` itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&'static str> for SourceName {
    fn from(name: &'static str) -> Self {
        Self::new(name)
    }
}

impl From<String> for SourceName {
    fn from(name: String) -> Self {
        Self::new(name)
    }
}

impl fmt::Display for SourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Untrusted::new(&self.0), f)
    }
}

impl fmt::Debug for SourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SourceName({self})")
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for SourceName {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
