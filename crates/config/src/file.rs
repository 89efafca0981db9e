//! Reads a file that decides about credentials, and only if nobody else can have written it.

use std::fmt;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

use crate::MAX_FILE_BYTES;
use crate::error::{ConfigError, ConfigErrorKind};

/// Why a file is not read.
#[derive(Debug)]
pub(crate) enum Refused {
    Io(io::Error),
    NotAFile,
    TooLarge(usize),
    /// Its permission bits.
    WritableByOthers(u32),
    /// Its owner, who is neither this user nor root.
    ForeignOwner(u32),
}

/// Reads the file behind `path`; symbolic links are followed (Kubernetes mounts are made of them), and
/// what is checked is the file that was opened.
pub(crate) fn read_owned(path: &Path) -> Result<Vec<u8>, Refused> {
    let file = open(path)?;
    check_owner(&file.metadata().map_err(Refused::Io)?)?;
    read_to_end(file, MAX_FILE_BYTES)
}

/// Reads a file whose owner does not matter: one that holds a secret.
pub(crate) fn read(path: &Path, most: usize) -> Result<Vec<u8>, Refused> {
    read_to_end(open(path)?, most)
}

fn open(path: &Path) -> Result<File, Refused> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        // Opening a pipe must not wait for somebody to write into it.
        let flags = rustix::fs::OFlags::NONBLOCK.bits();
        options.custom_flags(flags.cast_signed());
    }
    let file = options.open(path).map_err(Refused::Io)?;
    let metadata = file.metadata().map_err(Refused::Io)?;
    if metadata.is_file() {
        Ok(file)
    } else {
        Err(Refused::NotAFile)
    }
}

fn read_to_end(file: File, most: usize) -> Result<Vec<u8>, Refused> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    file.take(limit)
        .read_to_end(&mut bytes)
        .map_err(Refused::Io)?;
    if bytes.len() > most {
        return Err(Refused::TooLarge(most));
    }
    Ok(bytes)
}

#[cfg(unix)]
pub(crate) fn check_owner(metadata: &Metadata) -> Result<(), Refused> {
    use std::os::unix::fs::MetadataExt;
    let me = rustix::process::geteuid().as_raw();
    check(metadata.mode(), metadata.uid(), me)
}

/// Other systems have other permissions, which are not looked at.
#[cfg(not(unix))]
pub(crate) fn check_owner(_: &Metadata) -> Result<(), Refused> {
    Ok(())
}

#[cfg(unix)]
fn check(mode: u32, owner: u32, me: u32) -> Result<(), Refused> {
    if owner != me && owner != 0 {
        return Err(Refused::ForeignOwner(owner));
    }
    if mode & 0o022 != 0 {
        return Err(Refused::WritableByOthers(mode & 0o7777));
    }
    Ok(())
}

impl Refused {
    pub(crate) fn into_config(self, path: &Path) -> ConfigError {
        use ConfigErrorKind as Kind;
        let (kind, help) = match &self {
            Self::Io(error) if error.kind() == io::ErrorKind::NotFound => {
                (Kind::Unreadable, "check the path")
            }
            Self::Io(_) | Self::NotAFile => {
                (Kind::Unreadable, "check the path and its permissions")
            }
            Self::TooLarge(_) => (Kind::TooLarge, "check that it is the file that was meant"),
            Self::WritableByOthers(_) => (
                Kind::Permissions,
                "look at its content, then `chmod go-w` it",
            ),
            Self::ForeignOwner(_) => (Kind::Permissions, "use a file of your own"),
        };
        let error = ConfigError::of_file(kind, path, self.to_string()).with_help(help);
        match self {
            Self::Io(source) => error.with_source(source),
            _ => error,
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) if error.kind() == io::ErrorKind::NotFound => {
                f.write_str("there is no such file")
            }
            Self::Io(_) => f.write_str("the file cannot be read"),
            Self::NotAFile => f.write_str("not a regular file"),
            Self::TooLarge(most) => write!(f, "the file has more than {most} bytes"),
            Self::WritableByOthers(mode) => {
                write!(f, "others may write the file (mode {mode:04o})")
            }
            Self::ForeignOwner(uid) => write!(
                f,
                "the file belongs to another user (id {uid}), who could write anything into it"
            ),
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn only_this_user_and_root_may_be_able_to_write() {
        for (mode, owner, me, accepted) in [
            (0o100_600, 1000, 1000, true),
            (0o100_644, 1000, 1000, true),
            (0o100_444, 0, 1000, true),
            (0o100_644, 0, 0, true),
            (0o100_664, 1000, 1000, false),
            (0o100_646, 1000, 1000, false),
            (0o100_622, 0, 1000, false),
            (0o100_600, 1001, 1000, false),
            (0o100_600, 1000, 0, false),
        ] {
            assert_eq!(
                check(mode, owner, me).is_ok(),
                accepted,
                "{mode:o} of {owner} for {me}"
            );
        }
    }
}
