//! What an auth depends on outside of the file.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use onecred_core::{Attempt, Env, Fingerprint, Secret};

use crate::file;

/// What an auth was made of besides its text in the file: compared at a reload.
#[derive(Default)]
pub(crate) struct Noted {
    inner: Mutex<Dependencies>,
    attempts: Mutex<Vec<Attempt>>,
}

#[derive(Default, Clone, PartialEq, Eq)]
pub(crate) struct Dependencies {
    pub(crate) variables: Vec<(String, Option<Fingerprint>)>,
    pub(crate) files: Vec<(PathBuf, Option<Fingerprint>)>,
    pub(crate) commands: bool,
}

impl Noted {
    pub(crate) fn file(&self, path: PathBuf, content: Fingerprint) {
        self.change(|noted| noted.files.push((path, Some(content))));
    }

    fn change(&self, change: impl FnOnce(&mut Dependencies)) {
        change(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner));
    }

    pub(crate) fn variable(&self, env: &Env, name: &str) {
        self.change(|noted| noted.variables.push((name.to_owned(), variable(env, name))));
    }

    pub(crate) fn commands(&self) {
        self.change(|noted| noted.commands = true);
    }

    pub(crate) fn attempts(&self, attempts: &[Attempt]) {
        let mut all = self.attempts.lock().unwrap_or_else(PoisonError::into_inner);
        all.extend_from_slice(attempts);
    }

    pub(crate) fn take_attempts(&self) -> Vec<Attempt> {
        std::mem::take(&mut *self.attempts.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn take(&self) -> Dependencies {
        std::mem::take(&mut *self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Dependencies {
    /// Whether everything is still as it was.
    pub(crate) fn hold(&self, env: &Env) -> bool {
        let variables = self
            .variables
            .iter()
            .all(|(name, before)| variable(env, name) == *before);
        variables
            && self
                .files
                .iter()
                .all(|(path, before)| content(path) == *before)
    }
}

fn variable(env: &Env, name: &str) -> Option<Fingerprint> {
    env.var(name)
        .map(|value| Fingerprint::of(value.as_encoded_bytes()))
}

fn content(path: &Path) -> Option<Fingerprint> {
    file::read(path, crate::MAX_FILE_BYTES)
        .ok()
        .map(|bytes| Secret::new(bytes).fingerprint())
}
