//! The environment port: a snapshot, taken once.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A snapshot of the environment variables and of the home directory.
///
/// It is taken once and handed to resolvers. Clients never hold one, so no clone, no derive and no
/// refresh can read the environment again. Cheap to clone.
///
/// ```
/// use onecred_core::Env;
/// let env = Env::empty().with("ANTHROPIC_API_KEY", "sk-ant-…").with_home("/home/me");
/// assert!(env.var("ANTHROPIC_API_KEY").is_some());
/// assert!(env.var("ANTHROPIC_AUTH_TOKEN").is_none());
/// ```
#[derive(Clone, Default)]
pub struct Env {
    inner: Arc<Snapshot>,
}

#[derive(Clone, Default)]
struct Snapshot {
    variables: BTreeMap<OsString, OsString>,
    home: Option<PathBuf>,
}

impl Env {
    /// An environment without variables and without a home: what tests start from.
    pub fn empty() -> Self {
        Self::default()
    }

    /// The process's environment, as it is now.
    #[expect(clippy::disallowed_methods, reason = "this is the environment port")]
    pub fn from_process() -> Self {
        let variables: BTreeMap<_, _> = std::env::vars_os().collect();
        let home = std::env::home_dir().filter(|home| !home.as_os_str().is_empty());
        Self {
            inner: Arc::new(Snapshot { variables, home }),
        }
    }

    /// The same environment with one more variable.
    #[must_use]
    pub fn with(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        Arc::make_mut(&mut self.inner)
            .variables
            .insert(name.into(), value.into());
        self
    }

    /// The same environment without this variable.
    #[must_use]
    pub fn without(mut self, name: impl AsRef<OsStr>) -> Self {
        Arc::make_mut(&mut self.inner)
            .variables
            .remove(name.as_ref());
        self
    }

    /// The same environment with this home directory.
    #[must_use]
    pub fn with_home(mut self, home: impl Into<PathBuf>) -> Self {
        Arc::make_mut(&mut self.inner).home = Some(home.into());
        self
    }

    /// The variable as the system has it, which need not be text. Empty values are returned too:
    /// sources treat them as absent.
    pub fn var(&self, name: impl AsRef<OsStr>) -> Option<&OsStr> {
        self.inner
            .variables
            .get(name.as_ref())
            .map(OsString::as_os_str)
    }

    /// The variable as text, without surrounding ASCII whitespace; `None` where it is unset, blank or
    /// not Unicode. For settings such as a base URL, never for secrets (those go through
    /// [`HeaderSecret`](crate::HeaderSecret)).
    pub fn text(&self, name: impl AsRef<OsStr>) -> Option<&str> {
        let text = self.var(name)?.to_str()?.trim_ascii();
        (!text.is_empty()).then_some(text)
    }

    /// The user's home directory, if known.
    pub fn home(&self) -> Option<&Path> {
        self.inner.home.as_deref()
    }

    /// The names of all variables.
    pub fn names(&self) -> impl Iterator<Item = &OsStr> {
        self.inner.variables.keys().map(OsString::as_os_str)
    }
}

impl<N: Into<OsString>, V: Into<OsString>> FromIterator<(N, V)> for Env {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        let variables = variables
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()))
            .collect();
        Self {
            inner: Arc::new(Snapshot {
                variables,
                home: None,
            }),
        }
    }
}

impl std::fmt::Debug for Env {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Values are never shown: any of them may be a secret.
        f.debug_struct("Env")
            .field("variables", &self.inner.variables.len())
            .field("home", &self.inner.home)
            .finish()
    }
}
