//! A part of the file, as factories get it.

use std::fmt;
use std::ops::Range;

use serde::de::DeserializeOwned;

use crate::document::{Data, Document, Node, NodeDeserializer};
use crate::error::{ConfigError, ConfigErrorKind};

/// A part of the file, as a factory gets it: the value behind its key, which knows where it stands.
///
/// ```
/// # use onecred_config::{ConfigError, Section};
/// #[derive(serde::Deserialize)]
/// #[serde(deny_unknown_fields)]
/// struct Vault { path: String, retries: Option<u32> }
///
/// fn read(section: Section<'_>) -> Result<Vault, ConfigError> {
///     let vault: Vault = section.deserialize()?; // unknown keys and wrong types: with line and column
///     if vault.path.is_empty() {
///         return Err(section.error("path", "the path is empty")); // so are mistakes of your own
///     }
///     Ok(vault)
/// }
/// ```
#[derive(Clone, Copy)]
pub struct Section<'a> {
    pub(crate) document: &'a Document,
    pub(crate) node: &'a Node,
}

impl<'a> Section<'a> {
    pub(crate) fn new(document: &'a Document, node: &'a Node) -> Self {
        Self { document, node }
    }

    /// Reads it as any type that serde can read. Put `#[serde(deny_unknown_fields)]` on tables: unknown
    /// keys are errors here, with a suggestion. Secrets are read as [`SecretRef`](crate::SecretRef).
    ///
    /// # Errors
    /// With the position of what does not fit. Values are not shown.
    pub fn deserialize<T: DeserializeOwned>(&self) -> Result<T, ConfigError> {
        T::deserialize(NodeDeserializer(self.node))
            .map_err(|error| error.into_config(self.document, self.node))
    }

    /// The text, if it is a string.
    pub fn as_str(&self) -> Option<&'a str> {
        self.node.as_str()
    }

    /// What stands behind `key`, if this is a table that has it.
    pub fn get(&self, key: &str) -> Option<Section<'a>> {
        let entry = self.node.get(key)?;
        Some(Self::new(self.document, &entry.value))
    }

    /// The element of this number, from 0, if this is an array that has it.
    pub fn element(&self, index: usize) -> Option<Section<'a>> {
        match &self.node.data {
            Data::Array(values) => Some(Self::new(self.document, values.get(index)?)),
            _ => None,
        }
    }

    /// A mistake at `path` below this part, keys separated by dots; at this part itself if `path` is
    /// empty or not there. `message` is one fact without any value.
    pub fn error(&self, path: &str, message: impl AsRef<str>) -> ConfigError {
        self.document
            .error(ConfigErrorKind::Invalid, &self.place(path), message)
    }

    /// Line and column, both from 1.
    pub fn position(&self) -> (usize, usize) {
        self.document.position(&self.node.at)
    }

    fn place(&self, path: &str) -> Range<usize> {
        let mut node = self.node;
        for key in path.split('.') {
            match node.get(key) {
                Some(entry) => node = &entry.value,
                None => break,
            }
        }
        node.at.clone()
    }
}

impl fmt::Debug for Section<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Values are never shown: one of them may be a secret in the wrong place.
        f.debug_struct("Section")
            .field("position", &self.position())
            .field("is", &self.node.kind())
            .finish()
    }
}
