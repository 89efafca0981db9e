//! Named clients of one file, kept up to date.

mod apply;
mod builder;
mod plan;
mod settings;
#[cfg(all(unix, feature = "signal"))]
mod signal;
mod source;
mod spec;
mod watch;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use onecred_core::{Attempt, Authenticator, Env};

pub use apply::Reloaded;
pub use builder::RegistryBuilder;
pub use settings::Consent;
pub use watch::Watch;

pub(crate) use settings::{Permit, Settings, SharedClock, SharedRuntime};

use crate::error::ConfigError;
use apply::apply;
use plan::Identity;
use source::Source;

/// The named clients of one configuration file. Cheap to clone; clones are the same registry.
///
/// An [`Authenticator`] that it gives stays up to date: a reload replaces its auth in place, atomically
/// for each client, and touches only clients whose effective configuration changed. All others keep their
/// slot, their cache and what is in it. After a successful reload nothing is sent any more that the file no
/// longer says:
///
/// | the client | handles that were given before |
/// |---|---|
/// | is as it was | go on, nothing happened to them |
/// | has another auth | carry the new credential from the next request on |
/// | has another target | fail with an error that says so: take the client from the registry again |
/// | is gone | fail with an error that says so |
///
/// A target decides where a credential may go, so it never changes under a holder of the handle. A
/// reload that fails changes nothing at all and is kept in [`last_error`](Self::last_error).
///
/// ```
/// use onecred_config::Registry;
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let env = onecred_core::Env::empty().with("GATEWAY_KEY", "a-key-of-yours"); // Env::from_process()
/// let registry = Registry::builder().env(env).build_from_str(r#"
///     [client.gateway]
///     target = { origin = "https://llm.corp.example", key_header = "api-key" }
///     auth = { env = "GATEWAY_KEY" }
/// "#)?;
/// let authenticator = registry.get("gateway").expect("it is in the text");
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Registry {
    inner: Arc<Inner>,
}

struct Inner {
    source: Source,
    /// Held for a whole reload, so that two of them do not interleave.
    state: Mutex<State>,
    /// What readers see; changed at the end of a reload, under the lock of the state.
    handles: RwLock<Arc<BTreeMap<String, Authenticator>>>,
    last_error: Mutex<Option<ConfigError>>,
}

struct State {
    settings: Settings,
    clients: Clients,
    /// Of the content that was loaded last.
    digest: [u8; 32],
}

type Clients = BTreeMap<String, Client>;

struct Client {
    handle: Authenticator,
    identity: Identity,
}

impl Registry {
    /// Starts a registry.
    pub fn builder() -> RegistryBuilder {
        RegistryBuilder::default()
    }

    fn load(settings: Settings, source: Source) -> Result<Self, ConfigError> {
        let registry = Self {
            inner: Arc::new(Inner {
                source,
                state: Mutex::new(State {
                    settings,
                    clients: Clients::new(),
                    digest: [0; 32],
                }),
                handles: RwLock::default(),
                last_error: Mutex::default(),
            }),
        };
        registry.reload()?;
        Ok(registry)
    }

    /// The client of this name. Every call gives a clone of the same handle, until its target changes.
    /// Take it once and keep it; it stays up to date.
    pub fn get(&self, name: &str) -> Option<Authenticator> {
        self.handles().get(name).cloned()
    }

    /// The names of all clients, sorted.
    pub fn names(&self) -> Vec<String> {
        self.handles().keys().cloned().collect()
    }

    /// The variables that were looked at for this client, in the order of the file, with what was cleaned
    /// or looks odd in them. What other kinds found is in [`Authenticator::status`]. Waits for a reload
    /// that is under way.
    pub fn attempts(&self, name: &str) -> Vec<Attempt> {
        let state = lock(&self.inner.state);
        let client = state.clients.get(name);
        client.map_or_else(Vec::new, |client| client.identity.attempts.clone())
    }

    /// The file, if there is one.
    pub fn file(&self) -> Option<&Path> {
        self.inner.source.file()
    }

    /// Why the last reload failed, until one succeeds. For readiness checks and metrics: the clients go
    /// on with what was loaded before.
    pub fn last_error(&self) -> Option<ConfigError> {
        lock(&self.inner.last_error).clone()
    }

    /// Reads the file again and swaps what changed. The environment is the snapshot of the builder; see
    /// [`reload_with_env`](Self::reload_with_env). Reads the file on this thread.
    ///
    /// # Errors
    /// When anything at all is wrong with the new configuration; nothing changed then.
    pub fn reload(&self) -> Result<Reloaded, ConfigError> {
        self.inner.reload(None)
    }

    /// The same with another snapshot of the environment, which is kept if the reload succeeds. Clients
    /// whose variables hold something else are replaced.
    ///
    /// # Errors
    /// As [`reload`](Self::reload).
    pub fn reload_with_env(&self, env: Env) -> Result<Reloaded, ConfigError> {
        self.inner.reload(Some(env))
    }

    fn handles(&self) -> Arc<BTreeMap<String, Authenticator>> {
        let handles = self.inner.handles.read();
        Arc::clone(&handles.unwrap_or_else(PoisonError::into_inner))
    }
}

impl Inner {
    fn reload(&self, env: Option<Env>) -> Result<Reloaded, ConfigError> {
        let mut state = lock(&self.state);
        let done = self.try_reload(&mut state, env);
        *lock(&self.last_error) = done.as_ref().err().cloned();
        done
    }

    fn try_reload(&self, state: &mut State, env: Option<Env>) -> Result<Reloaded, ConfigError> {
        let mut settings = state.settings.clone();
        if let Some(env) = env {
            settings.env = env;
        }
        let content = self.source.read()?;
        let loaded = self.source.load(&content, &settings)?;
        let changes = plan::plan(&settings, &loaded, &state.clients)?;
        // From here on nothing can fail but what the plan has tried already.
        let done = apply(&mut state.clients, changes)?;
        state.settings = settings;
        state.digest = content.digest;
        let handles = state
            .clients
            .iter()
            .map(|(name, client)| (name.clone(), client.handle.clone()))
            .collect();
        *self.handles.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(handles);
        Ok(done)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry")
            .field("file", &self.file())
            .field("clients", &self.names())
            .field("last_error", &self.last_error())
            .finish_non_exhaustive()
    }
}
