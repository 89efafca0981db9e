use std::fmt;
use std::path::{Path, PathBuf};

use onecred_core::Untrusted;

use super::list::digest;
use crate::document::{Data, Document, Node};
use crate::error::ConfigError;
use crate::file;

/// A file as it was read, to be looked at and then trusted: what was shown is what is trusted, even if
/// the file is changed in between.
#[derive(Clone)]
pub struct TrustCandidate {
    pub(super) path: PathBuf,
    text: String,
    pub(super) sha256: String,
}

impl TrustCandidate {
    /// Reads the file, with the same checks as a registry.
    ///
    /// # Errors
    /// When a registry would refuse the file too: it is missing, writable by others, or too large.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        let path = path.as_ref();
        let bytes = file::read_owned(path).map_err(|refused| refused.into_config(path))?;
        let canonical = path
            .canonicalize()
            .map_err(|error| file::Refused::Io(error).into_config(path))?;
        let sha256 = digest(&bytes);
        let text = String::from_utf8(bytes).map_err(|error| {
            let bytes = error.as_bytes().to_owned();
            match Document::parse(&path.to_string_lossy(), None, &bytes) {
                Err(error) => error,
                Ok(_) => file::Refused::NotAFile.into_config(path),
            }
        })?;
        Ok(Self {
            path: canonical,
            text,
            sha256,
        })
    }

    /// The canonical path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The content, raw: show it through something that strips control characters.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The SHA-256 of the content, in hexadecimal.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The commands that the file would run, as far as they are called that: line, and the words, fit for
    /// display. Kinds of other names may run programs too.
    ///
    /// # Errors
    /// When the file is not TOML.
    pub fn commands(&self) -> Result<Vec<(usize, Vec<String>)>, ConfigError> {
        let name = self.path.to_string_lossy();
        let document = Document::parse(&name, None, self.text.as_bytes())?;
        let mut found = Vec::new();
        collect(&document, &document.root, &mut found);
        Ok(found)
    }
}

fn collect(document: &Document, node: &Node, found: &mut Vec<(usize, Vec<String>)>) {
    match &node.data {
        Data::Array(values) => {
            for value in values {
                collect(document, value, found);
            }
        }
        Data::Table(entries) => {
            for entry in entries {
                let words = match &entry.value.data {
                    _ if entry.key != "command" => None,
                    Data::String(text) => Some(vec![Untrusted::sanitize(text)]),
                    Data::Array(values) => Some(
                        values
                            .iter()
                            .filter_map(Node::as_str)
                            .map(Untrusted::sanitize)
                            .collect(),
                    ),
                    _ => None,
                };
                match words {
                    Some(words) => found.push((document.position(&entry.at).0, words)),
                    None => collect(document, &entry.value, found),
                }
            }
        }
        _ => {}
    }
}

impl fmt::Debug for TrustCandidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrustCandidate")
            .field("path", &self.path)
            .field("sha256", &self.sha256)
            .finish_non_exhaustive()
    }
}
