use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use onecred_core::Untrusted;

/// Why the list of trusted files cannot be used.
#[derive(Debug)]
#[non_exhaustive]
pub enum TrustError {
    /// The list cannot be read or written. Check the path and its permissions.
    #[non_exhaustive]
    Io {
        /// The list.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The list is a symbolic link, belongs to another user, or others may write it; it is neither
    /// believed nor replaced. Look at it, then remove it.
    #[non_exhaustive]
    Unsafe {
        /// The list.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The path of the file to be trusted cannot be written into a list of lines (it is not UTF-8, or
    /// contains a control character). Move the file.
    Path,
}

impl fmt::Display for TrustError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |path: &Path| Untrusted::sanitize(&path.to_string_lossy());
        match self {
            Self::Io { path, .. } => {
                write!(
                    f,
                    "the list of trusted files {} cannot be used",
                    shown(path)
                )
            }
            Self::Unsafe { path, why } => write!(
                f,
                "the list of trusted files {} is not believed: {why}",
                shown(path)
            ),
            Self::Path => f.write_str("a file whose path is not plain text cannot be trusted"),
        }
    }
}

impl std::error::Error for TrustError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { error, .. } => Some(error),
            _ => None,
        }
    }
}
