//! From a file or a text to a document, and what it may do.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::settings::{Consent, Permit, Settings};
use crate::document::{Document, refuse_secrets};
use crate::error::{ConfigError, ConfigErrorKind as Kind};
use crate::trust::TrustStore;
use crate::{file, paths};

/// Where a registry's configuration comes from.
#[derive(Debug, Clone)]
pub(super) enum Source {
    File(PathBuf),
    Text {
        text: Arc<str>,
        directory: Option<PathBuf>,
    },
}

/// The content of now.
pub(super) struct Content {
    bytes: Vec<u8>,
    pub(super) digest: [u8; 32],
}

pub(super) struct Loaded {
    pub(super) document: Document,
    pub(super) permit: Permit,
}

impl Source {
    pub(super) fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Text { .. } => None,
        }
    }

    pub(super) fn read(&self) -> Result<Content, ConfigError> {
        let bytes = match self {
            Self::File(path) => {
                file::read_owned(path).map_err(|refused| refused.into_config(path))?
            }
            Self::Text { text, .. } if text.len() > crate::MAX_FILE_BYTES => {
                let most = crate::MAX_FILE_BYTES;
                let message = format!("the text has more than {most} bytes");
                return Err(ConfigError::new(Kind::TooLarge, TEXT, None, message));
            }
            Self::Text { text, .. } => text.as_bytes().to_vec(),
        };
        let digest = Sha256::digest(&bytes).into();
        Ok(Content { bytes, digest })
    }

    pub(super) fn load(
        &self,
        content: &Content,
        settings: &Settings,
    ) -> Result<Loaded, ConfigError> {
        let (name, directory, permit) = match self {
            Self::File(path) => {
                let canonical = path
                    .canonicalize()
                    .map_err(|error| file::Refused::Io(error).into_config(path))?;
                let permit = permit(path, &canonical, content, settings)?;
                let directory = canonical_directory(path);
                (path.to_string_lossy(), directory, permit)
            }
            Self::Text { directory, .. } => {
                let permit = match settings.allow_commands {
                    true => Permit::Commands,
                    false => Permit::Text,
                };
                (TEXT.into(), directory.clone(), permit)
            }
        };
        let document = Document::parse(&name, directory.as_deref(), &content.bytes)?;
        refuse_secrets(&document, &document.root)?;
        Ok(Loaded { document, permit })
    }
}

const TEXT: &str = "the configuration";

/// The directory in which the file is named, absolute, so that it does not depend on the current one.
/// The link itself is not followed: a Kubernetes mount swaps what is behind it.
fn canonical_directory(path: &Path) -> Option<PathBuf> {
    let absolute = std::path::absolute(path).ok()?;
    absolute.parent().map(Path::to_owned)
}

fn permit(
    path: &Path,
    canonical: &Path,
    content: &Content,
    settings: &Settings,
) -> Result<Permit, ConfigError> {
    let of_user = paths::config_directory(&settings.env)
        .is_some_and(|directory| paths::is_within(path, &directory));
    if settings.allow_commands || of_user {
        return Ok(Permit::Commands);
    }
    let of_environment = || TrustStore::of_user(&settings.env);
    if let Some(store) = settings.trust.clone().or_else(of_environment)
        && store.knows(canonical, &content.bytes).map_err(|error| {
            ConfigError::of_file(
                Kind::Untrusted,
                path,
                "whether the file is trusted is not known",
            )
            .with_source(error)
        })?
    {
        return Ok(Permit::Commands);
    }
    match settings.consent {
        Consent::Explicit => Ok(Permit::UntrustedFile(path.to_owned())),
        Consent::TrustedOnly => Err(ConfigError::of_file(
            Kind::Untrusted,
            path,
            "the file is not in the user's configuration directory, and not trusted",
        )
        .with_help(format!(
            "read it, then run `onecred trust {}`",
            path.display()
        ))),
    }
}
