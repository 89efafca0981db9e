//! A provider with its one cache. The algorithm is one; this folder holds its parts: `state` decides,
//! `refresh` runs, `flight` lets callers wait, `entry` and `policy` know the times.

mod ahead;
mod builder;
mod entry;
mod flight;
mod policy;
pub(crate) mod refresh;
mod state;
mod status;

use std::fmt;
use std::future::Future;
use std::sync::{Arc, Weak};
use std::time::{Duration, SystemTime};

pub use builder::CachedProviderBuilder;
pub use policy::CachePolicy;
pub use status::CacheStatus;

pub(crate) use ahead::Ahead;
pub(crate) use entry::{Entry, Now};
pub(crate) use flight::{Flight, Outcome, Wait};
pub(crate) use state::Rejected;

use crate::clock::Clock;
use crate::credential::{Credential, Subject};
use crate::observer::{self, Event, Observer};
use crate::provider::{CredentialProvider, ProviderError};
use crate::receipt::Generation;
use crate::runtime::Runtime;
use crate::source_name::SourceName;
use crate::sync::{AtomicU64, Mutex, MutexGuard, Ordering, lock};
use state::{Discarded, State, Step};

/// A provider with its one cache: cloneable, shared by every client and wrapper that uses it.
///
/// Clients that hold clones of one `CachedProvider` share the credential, its refresh, its rejection
/// and its back-off. Converting a provider into one makes a new cache; do it once per identity.
///
/// ```
/// # use onecred_core::{CachedProvider, Credential, HeaderSecret, TextFrom, provider_fn, Auth};
/// let provider = provider_fn("vault", |_cx| async {
///     Ok(Credential::bearer(HeaderSecret::parse("t0ken", TextFrom::Provider)?))
/// });
/// let cached = CachedProvider::from(provider);
/// let one = Auth::provider(cached.clone());
/// let other = Auth::provider(cached); // the same cache
/// ```
#[derive(Clone)]
pub struct CachedProvider {
    shared: Arc<Shared>,
    /// Where this handle of it came from, for reports.
    source: Option<SourceName>,
}

pub(crate) struct Shared {
    provider: Arc<dyn CredentialProvider>,
    name: Arc<str>,
    timeout: Duration,
    clock: Arc<dyn Clock>,
    runtime: Arc<dyn Runtime>,
    observer: Option<Arc<dyn Observer>>,
    /// Changes whenever what a client may have prepared is no longer to be served.
    version: AtomicU64,
    state: Mutex<State>,
}

/// What a client gets from the cache without waiting.
pub(crate) enum Acquired {
    Now(Arc<Entry>, Option<SystemTime>),
    Wait(Arc<Flight>),
    Fail(ProviderError),
}

impl<P: CredentialProvider> From<P> for CachedProvider {
    fn from(provider: P) -> Self {
        Self::builder(provider).build()
    }
}

impl CachedProvider {
    /// A cache with a policy, clock, runtime or observer of its own.
    pub fn builder(provider: impl CredentialProvider) -> CachedProviderBuilder {
        CachedProviderBuilder::new(Arc::new(provider))
    }

    /// The provider's name.
    pub fn name(&self) -> &str {
        &self.shared.name
    }

    /// The same cache, known to reports as coming from `source`.
    #[must_use]
    pub fn with_source_name(mut self, source: impl Into<SourceName>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Where it came from; the provider's name unless a resolver or a configuration said more.
    pub fn source(&self) -> SourceName {
        match &self.source {
            Some(source) => source.clone(),
            None => SourceName::new(self.name().to_owned()),
        }
    }

    /// A usable credential: the cached one, or one that this call waits for. For wrappers (assume
    /// role, impersonation, token exchange); clients use an
    /// [`Authenticator`](crate::Authenticator).
    ///
    /// # Errors
    /// The provider's error, when nothing usable can be had.
    pub async fn credential(&self) -> Result<Credential, ProviderError> {
        let entry = match self.acquire() {
            Acquired::Now(entry, _) => entry,
            Acquired::Wait(flight) => self.settle(flight.wait().await)?,
            Acquired::Fail(error) => return Err(error),
        };
        Ok(entry.credential.clone())
    }

    /// The same for callers without an executor: parks this thread while the refresh runs on its own.
    ///
    /// # Errors
    /// As [`credential`](Self::credential); also when it is called from inside a provider, whose thread must
    /// not be parked.
    pub fn credential_blocking(&self) -> Result<Credential, ProviderError> {
        if refresh::is_inside_any() {
            return Err(ProviderError::misconfigured(
                "a provider must not block the refresh thread",
            ));
        }
        block_on(self.credential())
    }

    /// Says that the source, the store or the configuration changed: failures are forgotten (also a
    /// [`Denied`](crate::ProviderErrorKind::Denied)), and the next use looks again, while what is
    /// there stays in use.
    pub fn source_changed(&self) {
        let mut discarded = Discarded::default();
        let mut state = lock(&self.shared.state);
        state.source_changed(&mut discarded);
        self.shared.bump(&state);
        drop(state);
        drop(discarded);
    }

    /// Whether both share one cache.
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }

    #[inline]
    pub(crate) fn version(&self) -> u64 {
        self.shared.version.load(Ordering::Acquire)
    }

    #[inline]
    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        &self.shared.clock
    }

    pub(crate) fn acquire(&self) -> Acquired {
        let now = self.shared.now();
        let step = lock(&self.shared.state).acquire(now);
        match step {
            Step::Serve(entry, check_at) => Acquired::Now(entry, check_at),
            Step::Wait(flight) => self.wait_for(flight),
            Step::Fail(error) => Acquired::Fail(error),
            Step::Start(launch, meanwhile) => {
                let flight = Arc::clone(&launch.flight);
                refresh::start(&self.shared, launch);
                match meanwhile {
                    Some((entry, check_at)) => Acquired::Now(entry, check_at),
                    None => self.wait_for(flight),
                }
            }
        }
    }

    fn wait_for(&self, flight: Arc<Flight>) -> Acquired {
        if refresh::is_inside(&self.shared) {
            return Acquired::Fail(
                ProviderError::misconfigured(
                    "the provider authorizes its own requests with a client that waits for it",
                )
                .named(&self.shared.name),
            );
        }
        Acquired::Wait(flight)
    }

    /// What a landed flight means to somebody who waited: its credential; or, if it failed, what can
    /// still be served; or its error.
    pub(crate) fn settle(
        &self,
        outcome: Result<Arc<Entry>, ProviderError>,
    ) -> Result<Arc<Entry>, ProviderError> {
        outcome.or_else(|error| {
            let now = self.shared.now();
            let servable = lock(&self.shared.state).servable(now);
            servable.map(|(entry, _)| entry).ok_or(error)
        })
    }

    /// A server rejected the credential of this generation.
    pub(crate) fn reject(&self, generation: Generation) -> Rejected {
        let now = self.shared.now();
        let mut discarded = Discarded::default();
        let mut state = lock(&self.shared.state);
        let rejected = state.reject(generation, now, fastrand::f64(), &mut discarded);
        let first = matches!(
            rejected,
            Rejected::Counts { first: true } | Rejected::BackingOff { first: true }
        );
        if first {
            self.shared.bump(&state);
        }
        drop(state);
        drop(discarded);
        rejected
    }

    /// A server accepted the credential of this generation.
    pub(crate) fn prove(&self, generation: Generation) {
        let mut discarded = Discarded::default();
        let mut state = lock(&self.shared.state);
        if state.prove(generation, &mut discarded) {
            self.shared.bump(&state);
        }
        drop(state);
        drop(discarded);
    }

    pub(crate) fn subject(&self) -> Option<Subject> {
        lock(&self.shared.state).subject().cloned()
    }

    pub(crate) fn downgrade(&self) -> WeakCache {
        WeakCache(Arc::downgrade(&self.shared))
    }
}

/// A cache that an earlier epoch used, without keeping its secrets alive.
#[derive(Clone)]
pub(crate) struct WeakCache(Weak<Shared>);

impl WeakCache {
    pub(crate) fn upgrade(&self) -> Option<CachedProvider> {
        self.0.upgrade().map(|shared| CachedProvider {
            shared,
            source: None,
        })
    }
}

impl Shared {
    fn now(&self) -> Now {
        Now {
            wall: self.clock.now(),
            age: self.clock.monotonic(),
        }
    }

    /// Makes clients look at the state again. It is changed under the lock, so that whoever has seen
    /// the new state (a second report of one rejection, say) cannot be served what was prepared of the
    /// old one.
    fn bump(&self, _locked: &MutexGuard<'_, State>) {
        self.version.fetch_add(1, Ordering::Release);
    }

    fn observe(&self, event: &Event<'_>) {
        observer::tell(self.observer.as_ref(), event);
    }
}

impl fmt::Debug for CachedProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachedProvider")
            .field("name", &self.shared.name)
            .field("status", &self.status())
            .finish_non_exhaustive()
    }
}

/// Waits on this thread, without an executor.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    use std::pin::pin;
    use std::task::{Context, Poll, Wake, Waker};

    struct Unpark(std::thread::Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut cx = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut cx) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}
