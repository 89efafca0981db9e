//! Which files outside of the user's configuration directory may have their commands run.

mod candidate;
mod error;
mod list;

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use onecred_core::Env;

pub use candidate::TrustCandidate;
pub use error::TrustError;

use crate::{file, paths};
use list::{beside, create_private, digest, line, parse, private, replace};

/// The list of trusted files: for each the SHA-256 of its content and its canonical path. A file that is
/// changed, moved or copied is no longer trusted.
///
/// What is trusted is the text of the file. A program that it names can be changed without it, so look
/// twice at commands that lie in a directory that others write to.
///
/// The list is a file of mode 0600 in the format of `sha256sum`, replaced atomically, by default
/// `onecred/trusted` in `XDG_STATE_HOME` (`~/.local/state`).
///
/// ```
/// # use onecred_config::{TrustCandidate, TrustStore};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = std::env::temp_dir().join(format!("onecred-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&directory)?;
/// # let path = directory.join("onecred.toml");
/// # std::fs::write(&path, "")?;
/// let store = TrustStore::new(directory.join("trusted")); // or TrustStore::of_user(&env)
/// let candidate = TrustCandidate::read(&path)?;
/// println!("{}", candidate.text()); // what is shown to the user is what is trusted
/// store.trust(&candidate)?;
/// assert!(store.is_trusted(&path)?);
/// # std::fs::remove_dir_all(&directory)?;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustStore {
    path: PathBuf,
}

/// One entry of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Trusted {
    /// The SHA-256 of the content, in hexadecimal.
    pub sha256: String,
    /// The canonical path.
    pub path: PathBuf,
}

impl TrustStore {
    /// The list at this path.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The user's list; `None` without a home.
    pub fn of_user(env: &Env) -> Option<Self> {
        Some(Self::new(paths::state_directory(env)?.join("trusted")))
    }

    /// Where the list is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Trusts the file with the content that the candidate has. An older content of the same file is no
    /// longer trusted then.
    ///
    /// # Errors
    /// When the list cannot be written.
    pub fn trust(&self, candidate: &TrustCandidate) -> Result<Trusted, TrustError> {
        let entry = Trusted {
            sha256: candidate.sha256.clone(),
            path: candidate.path.clone(),
        };
        if line(&entry).is_none() {
            return Err(TrustError::Path);
        }
        self.change(|entries| {
            entries.retain(|other| other.path != entry.path);
            entries.push(entry.clone());
        })?;
        Ok(entry)
    }

    /// Takes the file from the list, whatever its content; it need not exist any more. Returns whether it
    /// was there.
    ///
    /// # Errors
    /// When the list cannot be written.
    pub fn untrust(&self, file: impl AsRef<Path>) -> Result<bool, TrustError> {
        let path = canonical(file.as_ref());
        let mut found = false;
        self.change(|entries| {
            let before = entries.len();
            entries.retain(|entry| entry.path != path);
            found = entries.len() < before;
        })?;
        Ok(found)
    }

    /// Whether the file is trusted as it is now.
    ///
    /// # Errors
    /// When the list cannot be used. A file that cannot be read is not trusted.
    pub fn is_trusted(&self, file: impl AsRef<Path>) -> Result<bool, TrustError> {
        let file = file.as_ref();
        match (file.canonicalize(), file::read_owned(file)) {
            (Ok(path), Ok(bytes)) => self.knows(&path, &bytes),
            _ => Ok(false),
        }
    }

    /// All entries, in the order in which they were trusted.
    ///
    /// # Errors
    /// When the list cannot be used.
    pub fn entries(&self) -> Result<Vec<Trusted>, TrustError> {
        self.check()?;
        match file::read_owned(&self.path) {
            Ok(bytes) => Ok(String::from_utf8_lossy(&bytes)
                .lines()
                .filter_map(parse)
                .collect()),
            Err(file::Refused::Io(error)) if error.kind() == io::ErrorKind::NotFound => {
                Ok(Vec::new())
            }
            Err(file::Refused::Io(error)) => Err(self.io(error)),
            Err(refused) => Err(self.refuse(refused.to_string())),
        }
    }

    pub(crate) fn knows(&self, path: &Path, content: &[u8]) -> Result<bool, TrustError> {
        let sha256 = digest(content);
        let entries = self.entries()?;
        Ok(entries
            .iter()
            .any(|entry| entry.path == path && entry.sha256 == sha256))
    }

    fn change(&self, change: impl FnOnce(&mut Vec<Trusted>)) -> Result<(), TrustError> {
        let directory = self.path.parent().unwrap_or(Path::new("."));
        create_private(directory).map_err(|error| self.io(error))?;
        let _lock = self.lock().map_err(|error| self.io(error))?;
        let mut entries = self.entries()?;
        change(&mut entries);
        let text: String = entries.iter().filter_map(line).collect();
        replace(&self.path, text.as_bytes()).map_err(|error| self.io(error))
    }

    /// A link in the place of the list was not made by us.
    fn check(&self) -> Result<(), TrustError> {
        match fs::symlink_metadata(&self.path) {
            Ok(metadata) if metadata.is_symlink() => {
                Err(self.refuse("it is a symbolic link".to_owned()))
            }
            Ok(_) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(self.io(error)),
        }
    }

    /// Two programs that change the list wait for one another. Released when it is dropped.
    fn lock(&self) -> io::Result<File> {
        let path = beside(&self.path, ".lock");
        let file = private(OpenOptions::new().write(true).create(true)).open(path)?;
        #[cfg(unix)]
        rustix::fs::flock(&file, rustix::fs::FlockOperation::LockExclusive)?;
        Ok(file)
    }

    fn io(&self, error: io::Error) -> TrustError {
        let path = self.path.clone();
        TrustError::Io { path, error }
    }

    fn refuse(&self, why: String) -> TrustError {
        let path = self.path.clone();
        TrustError::Unsafe { path, why }
    }
}

/// The path of a file that may be gone.
fn canonical(path: &Path) -> PathBuf {
    let gone = || {
        let parent = match path.parent() {
            Some(parent) if parent == Path::new("") => Path::new(".").canonicalize(),
            Some(parent) => parent.canonicalize(),
            None => return path.to_owned(),
        };
        match (parent, path.file_name()) {
            (Ok(parent), Some(name)) => parent.join(name),
            _ => path.to_owned(),
        }
    };
    path.canonicalize().unwrap_or_else(|_| gone())
}
