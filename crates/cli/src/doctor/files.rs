//! Files, looked at with bounds.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use onecred_core::Untrusted;

/// No settings and no store of a login is longer.
const MAX: u64 = 1024 * 1024;

/// No directory of logins holds more that matter.
const MAX_ENTRIES: usize = 64;

/// What became of reading a file.
#[derive(Debug)]
pub(crate) enum Content {
    Missing,
    /// There is something, and why it cannot be read.
    Unreadable(String),
    Bytes(Vec<u8>),
}

pub(crate) fn read(path: &Path) -> Content {
    // A pipe or a device would be waited for.
    match fs::metadata(path) {
        Ok(about) if about.is_file() => {}
        Ok(_) => return Content::Unreadable("is not a regular file".to_owned()),
        Err(error) => return failed(error.kind()),
    }
    let mut bytes = Vec::new();
    let done = File::open(path).and_then(|file| file.take(MAX + 1).read_to_end(&mut bytes));
    match done {
        Err(error) => failed(error.kind()),
        Ok(_) if bytes.len() as u64 > MAX => Content::Unreadable("is longer than 1 MiB".to_owned()),
        Ok(_) => Content::Bytes(bytes),
    }
}

fn failed(kind: ErrorKind) -> Content {
    match kind {
        ErrorKind::NotFound | ErrorKind::NotADirectory => Content::Missing,
        kind => Content::Unreadable(format!("cannot be read: {kind}")),
    }
}

/// The text of a file, or nothing where there is no such text.
pub(crate) fn text(path: &Path) -> Option<String> {
    match read(path) {
        Content::Bytes(bytes) => String::from_utf8(bytes).ok(),
        _ => None,
    }
}

/// What is in a directory, in order.
pub(crate) fn entries(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(directory) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries
        .take(MAX_ENTRIES)
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    paths.sort();
    paths
}

/// A path for people.
pub(crate) fn shown(path: &Path) -> String {
    Untrusted::sanitize(&path.to_string_lossy())
}
