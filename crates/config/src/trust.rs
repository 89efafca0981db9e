//! Which files outside of the user's configuration directory may have their commands run.

use std::ffi::OsStr;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use onecred_core::{Env, Untrusted};
use sha2::{Digest, Sha256};

use crate::document::{Data, Document, Node};
use crate::error::ConfigError;
use crate::{file, paths};

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

/// A file as it was read, to be looked at and then trusted: what was shown is what is trusted, even if
/// the file is changed in between.
#[derive(Clone)]
pub struct TrustCandidate {
    path: PathBuf,
    text: String,
    sha256: String,
}

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

fn digest(bytes: &[u8]) -> String {
    use fmt::Write;
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        // Writing to a string cannot fail.
        let _written = write!(hex, "{byte:02x}");
    }
    hex
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

/// `None`: the path does not fit on a line.
fn line(entry: &Trusted) -> Option<String> {
    let path = entry.path.to_str()?;
    (!path.contains(char::is_control)).then(|| format!("{}  {path}\n", entry.sha256))
}

/// Lines that are not ours are no trust, and are gone at the next change.
fn parse(line: &str) -> Option<Trusted> {
    let (sha256, path) = line.split_once("  ")?;
    let is_digest = sha256.len() == 64 && sha256.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_digest.then(|| Trusted {
        sha256: sha256.to_owned(),
        path: PathBuf::from(path),
    })
}

fn create_private(directory: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        let flags = rustix::fs::OFlags::NOFOLLOW.bits();
        options.mode(0o600).custom_flags(flags.cast_signed());
    }
    options
}

/// Atomically, so that nobody ever sees half a list.
fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let new = beside(path, &format!(".{}.new", std::process::id()));
    // One that was left behind by a process of this number. The lock is held.
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let written = private(OpenOptions::new().write(true).create_new(true))
        .open(&new)
        .and_then(|mut file| {
            file.write_all(content)?;
            file.sync_all()
        })
        .and_then(|()| fs::rename(&new, path));
    if written.is_err() {
        let _gone = fs::remove_file(&new);
    }
    written
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or(OsStr::new("trusted")).to_owned();
    name.push(suffix);
    path.with_file_name(name)
}

impl fmt::Debug for TrustCandidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrustCandidate")
            .field("path", &self.path)
            .field("sha256", &self.sha256)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for TrustError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |path: &Path| Untrusted::sanitize(&path.to_string_lossy());
        match self {
            Self::Io { path, .. } => {
                write!(f, "the list of trusted files {} cannot be used", shown(path))
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
