//! What a factory may use while it builds.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use onecred_core::{
    Auth, CachePolicy, CachedProvider, Clock, CredentialProvider, Env, HttpSend, InvalidTarget,
    Observer, Runtime, Secret, Target,
};

use crate::dependencies::Noted;
use crate::document::{Document, Node};
use crate::error::{ConfigError, ConfigErrorKind as Kind};
use crate::factory::Built;
use crate::file;
use crate::registry::{Permit, Settings, SharedClock, SharedRuntime};
use crate::secret::{SecretRef, SecretSource};
use crate::section::Section;

/// What a factory may use while it builds one client's auth or target: the registry's ports, the
/// client's target, and the file's rules for paths, secrets and commands.
pub struct BuildContext<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) document: &'a Document,
    pub(crate) permit: &'a Permit,
    pub(crate) client: &'a str,
    pub(crate) target: Option<&'a Target>,
    /// The part of the file that is being built, for errors without a section of their own.
    pub(crate) at: Range<usize>,
    pub(crate) noted: &'a Noted,
}

impl<'a> BuildContext<'a> {
    /// The client's name.
    pub fn client(&self) -> &str {
        self.client
    }

    /// The client's target, for audiences and regions; `None` while the target itself is built.
    pub fn target(&self) -> Option<&Target> {
        self.target
    }

    /// The snapshot of the environment.
    pub fn env(&self) -> &Env {
        &self.settings.env
    }

    /// The network, for token endpoints.
    ///
    /// # Errors
    /// When the program has registered none.
    pub fn http(&self) -> Result<Arc<dyn HttpSend>, ConfigError> {
        self.settings.http.clone().ok_or_else(|| {
            self.document
                .error(
                    Kind::Invalid,
                    &self.at,
                    "this needs the network, and the program has given none",
                )
                .with_help("a program calls Registry::builder().http(…)")
        })
    }

    /// The registry's clock.
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.settings.clock)
    }

    /// Where refreshes run; `None`: onecred's own thread.
    pub fn runtime(&self) -> Option<Arc<dyn Runtime>> {
        self.settings.runtime.clone()
    }

    /// Who hears of refreshes.
    pub fn observer(&self) -> Option<Arc<dyn Observer>> {
        self.settings.observer.clone()
    }

    /// A cache for `provider` on the registry's clock, runtime and observer, for factories that share
    /// one between clients.
    pub fn cached(&self, provider: impl CredentialProvider, policy: CachePolicy) -> CachedProvider {
        let mut builder = CachedProvider::builder(provider)
            .policy(policy)
            .clock(SharedClock(self.clock()));
        if let Some(runtime) = self.runtime() {
            builder = builder.runtime(SharedRuntime(runtime));
        }
        if let Some(observer) = self.observer() {
            builder = builder.observer(observer);
        }
        builder.build()
    }

    pub(crate) fn finish(&self, built: Built) -> Auth {
        match built {
            Built::Auth(auth) => auth,
            Built::Provider(provider, policy) => Auth::Provider(self.cached(provider, policy)),
        }
    }

    /// The path that `section` holds, resolved against the file's directory; `~/` is the home.
    ///
    /// # Errors
    /// When it is not a string, empty, or relative where there is no directory.
    pub fn path(&self, section: Section<'_>) -> Result<PathBuf, ConfigError> {
        let Some(text) = section.as_str() else {
            let message = format!("expected a path, found {}", section.node.kind());
            return Err(section.error("", message).with_kind(Kind::WrongType));
        };
        self.resolve(text, &section.node.at)
    }

    pub(crate) fn resolve(&self, text: &str, at: &Range<usize>) -> Result<PathBuf, ConfigError> {
        let refuse = |message: &str| self.document.error(Kind::Invalid, at, message);
        if text.trim().is_empty() {
            return Err(refuse("the path is empty"));
        }
        if text.contains(char::is_control) {
            return Err(refuse("the path contains a control character"));
        }
        if let Some(rest) = text.strip_prefix("~/") {
            return match self.env().home() {
                Some(home) => Ok(home.join(rest)),
                None => Err(refuse("the home directory is not known")),
            };
        }
        let path = Path::new(text);
        match &self.document.directory {
            _ if path.is_absolute() => Ok(path.to_owned()),
            Some(directory) => Ok(directory.join(path)),
            None => Err(refuse("a relative path needs a file to be relative to")),
        }
    }

    /// Reads a file now, such as a key set; at most [`MAX_FILE_BYTES`](crate::MAX_FILE_BYTES). The client
    /// is rebuilt when a reload finds another content. What rotates is better read by the provider.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(&self, section: Section<'_>) -> Result<Secret, ConfigError> {
        let path = self.path(section)?;
        match file::read(&path, crate::MAX_FILE_BYTES) {
            Ok(bytes) => {
                let secret = Secret::new(bytes);
                let print = secret.fingerprint();
                self.noted.file(path, print);
                Ok(secret)
            }
            Err(refused) => Err(section
                .error("", refused.to_string())
                .with_kind(Kind::Secret)),
        }
    }

    /// Where the secret of a reference comes from. Variables are looked at now, files and commands when
    /// the provider asks.
    ///
    /// `section` is where the reference stands, for errors.
    ///
    /// # Errors
    /// When the variable is not set or blank, or the file may not run commands.
    pub fn secret(
        &self,
        reference: &SecretRef,
        section: Section<'_>,
    ) -> Result<SecretSource, ConfigError> {
        crate::secret::open(self, reference, section)
    }

    /// Says that what is built will run a program of the user's choice.
    ///
    /// # Errors
    /// When the file is not trusted to.
    pub fn require_commands(&self, section: Section<'_>) -> Result<(), ConfigError> {
        self.require_commands_at(section.node)
    }

    pub(crate) fn require_commands_at(&self, node: &Node) -> Result<(), ConfigError> {
        self.noted.commands();
        let refuse = |message, help: &str| {
            let error = self.document.error(Kind::Untrusted, &node.at, message);
            Err(error.with_help(help))
        };
        match self.permit {
            Permit::Commands => Ok(()),
            Permit::UntrustedFile(path) => refuse(
                "this runs a command, and the file is not trusted to",
                &format!("read the file, then run `onecred trust {}`", path.display()),
            ),
            Permit::Text => refuse(
                "this runs a command, and the text did not come from a trusted file",
                "a program calls Registry::builder().allow_commands()",
            ),
        }
    }

    /// An error about the target as a whole.
    pub fn target_error(&self, error: InvalidTarget) -> ConfigError {
        self.document
            .error(Kind::Target, &self.at, "the target cannot be built")
            .with_source(error)
    }
}

impl fmt::Debug for BuildContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BuildContext")
            .field("client", &self.client)
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}
