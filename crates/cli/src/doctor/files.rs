//! Files, looked at with bounds.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use onecred_core::{Shape, Untrusted};

/// No settings and no store of a login is longer.
const MAX: u64 = 1024 * 1024;

/// No directory of logins holds more that matter.
const MAX_ENTRIES: usize = 64;

/// No name of a program or profile is longer, and hardly a key is shorter.
const MAX_WORD: usize = 24;

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

/// A path that a variable names. What is not written as a whole path may be the secret itself, in the wrong
/// variable, and is not shown.
pub(crate) fn shown_if_path(path: &Path) -> String {
    if path.is_absolute() || path.starts_with("~") {
        shown(path)
    } else {
        "something that is not a whole path".to_owned()
    }
}

/// A word of a setting, or `…` where it may be a secret.
pub(crate) fn shown_word(word: &str) -> String {
    let is_long = word.len() > MAX_WORD && !word.contains(std::path::is_separator);
    if is_long || Shape::of(word).is_some() {
        "…".to_owned()
    } else {
        Untrusted::sanitize(word)
    }
}

/// A path for people.
pub(crate) fn shown(path: &Path) -> String {
    Untrusted::sanitize(&path.to_string_lossy())
}
