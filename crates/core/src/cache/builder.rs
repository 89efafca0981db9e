use std::fmt;
use std::sync::Arc;

use super::state::State;
use super::{CachePolicy, CachedProvider, Shared};
use crate::clock::{Clock, SystemClock};
use crate::observer::Observer;
use crate::provider::CredentialProvider;
use crate::runtime::{Runtime, default_runtime};
use crate::sync::{AtomicU64, Mutex};

/// Builds a [`CachedProvider`]. Nothing is spawned and nothing is asked until the first use.
#[must_use]
pub struct CachedProviderBuilder {
    provider: Arc<dyn CredentialProvider>,
    policy: CachePolicy,
    clock: Arc<dyn Clock>,
    runtime: Arc<dyn Runtime>,
    observer: Option<Arc<dyn Observer>>,
}

impl CachedProviderBuilder {
    pub(super) fn new(provider: Arc<dyn CredentialProvider>) -> Self {
        Self {
            provider,
            policy: CachePolicy::default(),
            clock: Arc::new(SystemClock::new()),
            runtime: default_runtime(),
            observer: None,
        }
    }

    /// When to refresh and how to retry.
    pub fn policy(mut self, policy: CachePolicy) -> Self {
        self.policy = policy;
        self
    }

    /// The clock that expiry and age are read from; the system's by default.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Where refreshes run; onecred's own thread by default.
    pub fn runtime(mut self, runtime: impl Runtime) -> Self {
        self.runtime = Arc::new(runtime);
        self
    }

    /// Who hears of refreshes and their failures.
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Shares what many caches have in common: an allocation less for each.
    pub(crate) fn shares(
        mut self,
        clock: &Arc<dyn Clock>,
        runtime: &Arc<dyn Runtime>,
        observer: Option<&Arc<dyn Observer>>,
    ) -> Self {
        self.clock = Arc::clone(clock);
        self.runtime = Arc::clone(runtime);
        self.observer = observer.cloned();
        self
    }

    /// The cached provider.
    pub fn build(self) -> CachedProvider {
        let name: Arc<str> = self.provider.name().into();
        CachedProvider {
            source: None,
            shared: Arc::new(Shared {
                provider: self.provider,
                timeout: self.policy.timeout,
                clock: self.clock,
                runtime: self.runtime,
                observer: self.observer,
                version: AtomicU64::new(0),
                state: Mutex::new(State::new(Arc::clone(&name), self.policy)),
                name,
            }),
        }
    }
}

impl fmt::Debug for CachedProviderBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachedProviderBuilder")
            .field("provider", &self.provider.name())
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}
