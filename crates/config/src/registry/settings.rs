//! What a registry was built with.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use onecred_core::{
    BoxFuture, Clock, Env, ForeignPolicy, HttpSend, Observer, Runtime, SystemClock,
};

use crate::factory::{AuthFactory, TargetFactory};
use crate::trust::TrustStore;

/// Whether the user named the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Consent {
    /// Nobody named it; the program came across it. Outside of the user's configuration directory it is
    /// read only if it is trusted. The default.
    #[default]
    TrustedOnly,
    /// The user named this very file, as by `--config FILE`: its targets are accepted. Its commands still
    /// need trust.
    Explicit,
}

/// Whether commands of a loaded file may be run.
pub(crate) enum Permit {
    Commands,
    UntrustedFile(PathBuf),
    Text,
}

#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) env: Env,
    pub(crate) http: Option<Arc<dyn HttpSend>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) runtime: Option<Arc<dyn Runtime>>,
    pub(crate) observer: Option<Arc<dyn Observer>>,
    pub(super) foreign: ForeignPolicy,
    pub(super) consent: Consent,
    pub(super) trust: Option<TrustStore>,
    pub(super) allow_commands: bool,
    pub(super) only: Option<Vec<String>>,
    pub(super) auths: BTreeMap<String, Arc<dyn AuthFactory>>,
    pub(super) targets: BTreeMap<String, Arc<dyn TargetFactory>>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            env: Env::empty(),
            http: None,
            clock: Arc::new(SystemClock::new()),
            runtime: None,
            observer: None,
            foreign: ForeignPolicy::default(),
            consent: Consent::default(),
            trust: None,
            allow_commands: false,
            only: None,
            auths: BTreeMap::new(),
            targets: BTreeMap::new(),
        }
    }
}

impl Settings {
    pub(crate) fn auth_factory(&self, kind: &str) -> Option<&dyn AuthFactory> {
        self.auths.get(kind).map(AsRef::as_ref)
    }

    pub(crate) fn auth_kinds(&self) -> impl Iterator<Item = &str> {
        self.auths.keys().map(String::as_str)
    }

    pub(crate) fn target_factory(&self, name: &str) -> Option<&dyn TargetFactory> {
        self.targets.get(name).map(AsRef::as_ref)
    }

    pub(crate) fn target_names(&self) -> impl Iterator<Item = &str> {
        self.targets.keys().map(String::as_str)
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("env", &self.env)
            .field("auths", &self.auths.keys())
            .field("targets", &self.targets.keys())
            .field("consent", &self.consent)
            .field("allow_commands", &self.allow_commands)
            .finish_non_exhaustive()
    }
}

/// A clock behind an `Arc` is a clock.
#[derive(Debug)]
pub(crate) struct SharedClock(pub(crate) Arc<dyn Clock>);

impl Clock for SharedClock {
    fn now(&self) -> SystemTime {
        self.0.now()
    }

    fn monotonic(&self) -> Duration {
        self.0.monotonic()
    }
}

/// A runtime behind an `Arc` is a runtime.
#[derive(Debug)]
pub(crate) struct SharedRuntime(pub(crate) Arc<dyn Runtime>);

impl Runtime for SharedRuntime {
    fn spawn(&self, future: BoxFuture<'static, ()>) {
        self.0.spawn(future);
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.0.sleep(duration)
    }
}
