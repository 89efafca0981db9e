//! One look at a file: opened once, judged by the handle, read only if it changed.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::Path;
use std::time::{Duration, SystemTime};

use onecred_core::{Clock, Secret, SystemClock};

/// A key file is small; whatever is larger is not one.
const MOST_BYTES: usize = 64 * 1024;

/// A swap of symbolic links may pull the directory away between two steps of one look.
const ATTEMPTS: usize = 3;

/// A file that changed so recently may change again without its times showing it.
const SETTLED: Duration = Duration::from_secs(2);

/// What tells one state of a file from the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    place: Place,
    /// The times were old enough to be trusted.
    pub(super) settled: bool,
}

#[cfg(unix)]
type Place = (u64, u64, i64, i64);
#[cfg(not(unix))]
type Place = ();

pub(super) enum Looked {
    /// As it was when the stamp was taken.
    Unchanged,
    Read(Secret, Stamp),
}

#[derive(Debug)]
pub(super) enum Trouble {
    Missing,
    Changing,
    NotAFile,
    TooLarge,
    Unreadable(io::Error),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Missing,
            _ => Self::Unreadable(error),
        }
    }
}

/// Looks at the file. One that is what `before` says is not read.
pub(super) fn look(path: &Path, before: Option<&Stamp>) -> Result<Looked, Trouble> {
    let mut seen = Err(Trouble::Missing);
    for _ in 0..ATTEMPTS {
        seen = look_once(path, before);
        if !matches!(seen, Err(Trouble::Missing | Trouble::Changing)) {
            break;
        }
    }
    seen
}

fn look_once(path: &Path, before: Option<&Stamp>) -> Result<Looked, Trouble> {
    let mut file = open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(Trouble::NotAFile);
    }
    if metadata.len() > MOST_BYTES as u64 {
        return Err(Trouble::TooLarge);
    }
    let stamp = Stamp::of(&metadata);
    if before.is_some_and(|before| before.settled && before.is_same(&stamp)) {
        return Ok(Looked::Unchanged);
    }
    let bytes = read(&mut file)?;
    if bytes.len() > MOST_BYTES {
        return Err(Trouble::TooLarge);
    }
    // Somebody who writes in place, and not by renaming, may be half-way.
    if !stamp.is_same(&Stamp::of(&file.metadata()?)) {
        return Err(Trouble::Changing);
    }
    Ok(Looked::Read(bytes, stamp))
}

/// Reads into one buffer that never moves, so that no copy is left behind.
fn read(file: &mut File) -> Result<Secret, Trouble> {
    let mut bytes = Vec::with_capacity(MOST_BYTES + 64);
    let read = file.take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes);
    let bytes = Secret::new(bytes);
    read?;
    Ok(bytes)
}

/// Opening a FIFO would wait for a writer; the handle says soon enough what it is.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    // The type is the platform's `c_int`, and the value fits it.
    let flags = i32::try_from((rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY).bits());
    OpenOptions::new()
        .read(true)
        .custom_flags(flags.unwrap_or(0))
        .open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).open(path)
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        let modified = metadata.modified().ok();
        // File times are the system's, whatever clock the caller goes by.
        let now = SystemClock::new().now();
        let is_old = |time: SystemTime| now.duration_since(time).is_ok_and(|age| age >= SETTLED);
        Self {
            length: metadata.len(),
            modified,
            place: place(metadata),
            settled: modified.is_some_and(is_old) && changed(metadata).is_none_or(is_old),
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        (self.length, self.modified, self.place) == (other.length, other.modified, other.place)
    }
}

#[cfg(unix)]
fn place(metadata: &Metadata) -> Place {
    use std::os::unix::fs::MetadataExt as _;
    (
        metadata.dev(),
        metadata.ino(),
        metadata.ctime(),
        metadata.ctime_nsec(),
    )
}

#[cfg(not(unix))]
fn place(_metadata: &Metadata) -> Place {}

/// When anything about the file changed, where the system says so; unlike the time of modification
/// nobody can set it.
#[cfg(unix)]
fn changed(metadata: &Metadata) -> Option<SystemTime> {
    use std::os::unix::fs::MetadataExt as _;
    let since_epoch = Duration::from_secs(u64::try_from(metadata.ctime()).ok()?);
    SystemTime::UNIX_EPOCH.checked_add(since_epoch)
}

#[cfg(not(unix))]
fn changed(_metadata: &Metadata) -> Option<SystemTime> {
    None
}
