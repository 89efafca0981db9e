use std::path::{Path, PathBuf};
use std::sync::Arc;

use onecred_core::{Clock, Env, ForeignPolicy, HttpSend, Observer, Runtime};

use super::Registry;
use super::settings::{Consent, Settings};
use super::source::Source;
use crate::error::{ConfigError, ConfigErrorKind};
use crate::factory::{AuthFactory, TargetFactory};
use crate::paths;
use crate::trust::TrustStore;

/// Builds a [`Registry`]: what it may use, and which kinds of auth and targets a file may name.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct RegistryBuilder {
    settings: Settings,
    directory: Option<PathBuf>,
}

impl RegistryBuilder {
    /// The environment: for `env`, `~/`, the user's directories and the list of trusted files. Empty
    /// by default, so that nothing ambient is read by accident: give [`Env::from_process`].
    pub fn env(mut self, env: Env) -> Self {
        self.settings.env = env;
        self
    }

    /// The network for providers that need it.
    pub fn http(mut self, http: Arc<dyn HttpSend>) -> Self {
        self.settings.http = Some(http);
        self
    }

    /// The clock of all clients; the system's by default.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.settings.clock = Arc::new(clock);
        self
    }

    /// Where refreshes and watches run; onecred's own thread by default.
    pub fn runtime(mut self, runtime: impl Runtime) -> Self {
        self.settings.runtime = Some(Arc::new(runtime));
        self
    }

    /// Who hears of refreshes, rejections, replays and replaces of all clients.
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.settings.observer = Some(observer);
        self
    }

    /// What clients do with a credential that is on a request already.
    pub fn foreign(mut self, policy: ForeignPolicy) -> Self {
        self.settings.foreign = policy;
        self
    }

    /// One more kind of auth. A second of the same kind replaces the first; the kinds that are built in
    /// cannot be replaced.
    pub fn with(mut self, factory: impl AuthFactory) -> Self {
        let kind = factory.kind().to_owned();
        self.settings.auths.insert(kind, Arc::new(factory));
        self
    }

    /// One more named target. A second of the same name replaces the first.
    pub fn target(mut self, factory: impl TargetFactory) -> Self {
        let name = factory.name().to_owned();
        self.settings.targets.insert(name, Arc::new(factory));
        self
    }

    /// Whether the user named the file.
    pub fn consent(mut self, consent: Consent) -> Self {
        self.settings.consent = consent;
        self
    }

    /// The list of trusted files; the user's own by default ([`TrustStore::of_user`]).
    pub fn trust(mut self, store: TrustStore) -> Self {
        self.settings.trust = Some(store);
        self
    }

    /// Lets whatever is loaded run commands: the program vouches for the text or the file, because it
    /// wrote it itself or the deployment protects it.
    pub fn allow_commands(mut self) -> Self {
        self.settings.allow_commands = true;
        self
    }

    /// Builds this client only (call it again for more). The whole file must be well-formed, but what the
    /// other clients refer to need not be there.
    pub fn only(mut self, client: impl Into<String>) -> Self {
        self.settings
            .only
            .get_or_insert_default()
            .push(client.into());
        self
    }

    /// The directory against which relative paths of a text resolve. Files have their own.
    pub fn base_directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.directory = Some(directory.into());
        self
    }

    #[cfg(feature = "schema")]
    pub(crate) fn factories(&self) -> impl Iterator<Item = &dyn AuthFactory> {
        self.settings.auths.values().map(AsRef::as_ref)
    }

    #[cfg(feature = "schema")]
    pub(crate) fn target_names(&self) -> impl Iterator<Item = &str> {
        self.settings.target_names()
    }

    /// Reads this file. Nothing is run and nothing is fetched.
    ///
    /// # Errors
    /// [`ConfigError`], with line and column where there are any. The file must be this user's or root's
    /// and writable by nobody else, and outside of the user's configuration directory it needs
    /// [`consent`](Self::consent) or trust.
    pub fn build_from_file(self, path: impl AsRef<Path>) -> Result<Registry, ConfigError> {
        Registry::load(self.settings, Source::File(path.as_ref().to_owned()))
    }

    /// Reads the user's own file, [`default_path`](crate::default_path).
    ///
    /// # Errors
    /// As [`build_from_file`](Self::build_from_file); [`ConfigErrorKind::Unreadable`] also when there is
    /// none.
    pub fn build_default(self) -> Result<Registry, ConfigError> {
        let path = paths::default_path(&self.settings.env).ok_or_else(|| {
            ConfigError::new(
                ConfigErrorKind::Unreadable,
                "onecred.toml",
                None,
                "the user's configuration directory is not known",
            )
            .with_help("set HOME or XDG_CONFIG_HOME, or name the file")
        })?;
        self.build_from_file(path)
    }

    /// Reads a text. It has no file to reload from, and may not run commands unless
    /// [`allow_commands`](Self::allow_commands) says so.
    ///
    /// # Errors
    /// As [`build_from_file`](Self::build_from_file), for what applies to a text.
    pub fn build_from_str(self, text: &str) -> Result<Registry, ConfigError> {
        let source = Source::Text {
            text: Arc::from(text),
            directory: self.directory,
        };
        Registry::load(self.settings, source)
    }
}
