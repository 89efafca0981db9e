//! Runs one refresh: detached from its callers, with its own time-out, and landing whatever happens.

use std::cell::RefCell;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use super::flight::Flight;
use super::state::{Discarded, Landed, Launch};
use super::{CachedProvider, Shared};
use crate::credential::Credential;
use crate::observer::{self, CredentialFacts, Event};
use crate::provider::{ProvideContext, ProviderError, Reason};
use crate::runtime::{Runtime, default_runtime};
use crate::sync::lock;

/// Starts the refresh on the cache's runtime. The caller waits on the flight, or does not.
pub(super) fn start(shared: &Arc<Shared>, launch: Launch) {
    start_on(Arc::clone(&shared.runtime), shared, launch, false);
}

fn start_on(runtime: Arc<dyn Runtime>, shared: &Arc<Shared>, launch: Launch, is_fallback: bool) {
    let landing = Landing {
        shared: Arc::clone(shared),
        flight: launch.flight,
        reason: launch.reason,
        is_fallback,
        landed: false,
    };
    let on = Arc::clone(&runtime);
    runtime.spawn(Box::pin(fly(landing, on)));
}

async fn fly(mut landing: Landing, runtime: Arc<dyn Runtime>) {
    loop {
        let started = landing.shared.clock.monotonic();
        let result = landing.ask(&runtime).await;
        let took = landing.shared.clock.monotonic().saturating_sub(started);
        if landing.land(result, took) {
            return;
        }
        // Rejected while this refresh was in the air, and it brought the same: force one.
        landing.reason = Reason::Rejected;
    }
}

/// Lands the flight when it is dropped half-way: the runtime went away.
struct Landing {
    shared: Arc<Shared>,
    flight: Arc<Flight>,
    reason: Reason,
    is_fallback: bool,
    landed: bool,
}

impl Landing {
    async fn ask(&self, runtime: &Arc<dyn Runtime>) -> Result<Credential, ProviderError> {
        let shared = &self.shared;
        let timeout = shared.timeout;
        let rejected = match self.reason {
            Reason::Rejected => lock(&shared.state)
                .current
                .as_ref()
                .map(|entry| entry.credential.fingerprint().clone()),
            _ => None,
        };
        let cx = ProvideContext::new(
            self.reason,
            rejected,
            shared.clock.monotonic().saturating_add(timeout),
            Arc::clone(&shared.clock),
            Arc::clone(runtime),
        );
        // A provider may panic before its first await, too.
        let provide = async { shared.provider.provide(&cx).await };
        let mut provide = pin!(provide);
        let mut sleep = runtime.sleep(timeout);
        std::future::poll_fn(|task| {
            let _inside = Inside::enter(shared);
            let polled = std::panic::catch_unwind(AssertUnwindSafe(|| provide.as_mut().poll(task)));
            match polled {
                Ok(Poll::Ready(result)) => return Poll::Ready(result),
                Ok(Poll::Pending) => {}
                Err(_payload) => {
                    // The payload may quote a secret; it is dropped unread.
                    return Poll::Ready(Err(ProviderError::unavailable("the provider panicked")));
                }
            }
            sleep.as_mut().poll(task).map(|()| Err(timed_out(timeout)))
        })
        .await
    }

    /// Hands the result to the state and wakes the waiters. `false`: fly once more.
    fn land(&mut self, result: Result<Credential, ProviderError>, took: Duration) -> bool {
        let shared = &self.shared;
        let now = shared.now();
        let mut discarded = Discarded::default();
        let landed = {
            let mut state = lock(&shared.state);
            let landed = state.land(
                &self.flight,
                self.reason,
                result,
                now,
                fastrand::f64(),
                &mut discarded,
            );
            shared.bump(&state);
            landed
        };
        drop(discarded);
        let Landed::Done {
            outcome,
            still_usable,
            failures,
        } = landed
        else {
            return false;
        };
        self.landed = true;
        // Waiters first: an observer may be slow.
        self.flight.land(outcome.clone());
        match &outcome {
            Ok(entry) => shared.observe(&Event::Refreshed {
                provider: &shared.name,
                kind: entry.credential.kind(),
                fingerprint: entry.credential.fingerprint(),
                expiry: entry.credential.expiry(),
                expires_in: observer::expires_in(entry.credential.expiry(), now.wall),
                took,
            }),
            Err(error) if shared.observer.is_some() => {
                let cache = CachedProvider {
                    shared: Arc::clone(shared),
                    source: None,
                };
                let credential = CredentialFacts::of_cache(&cache, now.wall);
                shared.observe(&Event::RefreshFailed {
                    provider: &shared.name,
                    error,
                    still_usable,
                    failures,
                    took,
                    credential: credential.kind.is_some().then_some(&credential),
                });
            }
            Err(_) => {}
        }
        true
    }
}

fn timed_out(after: Duration) -> ProviderError {
    ProviderError::unavailable(format!("no answer within {} s", after.as_secs_f32()))
}

impl Drop for Landing {
    fn drop(&mut self) {
        if self.landed {
            return;
        }
        if !self.is_fallback {
            // The runtime that was given is gone: its waiters must not be. Ours lives as long as the
            // process.
            let launch = Launch {
                flight: Arc::clone(&self.flight),
                reason: self.reason,
            };
            self.landed = true;
            start_on(default_runtime(), &self.shared, launch, true);
            return;
        }
        let error = ProviderError::unavailable("the runtime of the refresh is gone");
        self.land(Err(error), Duration::ZERO);
    }
}

crate::sync::thread_local! {
    /// The caches whose providers are being polled on this thread, innermost last.
    static POLLING: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

/// While it lives, this thread polls the provider of one cache.
struct Inside;

impl Inside {
    fn enter(shared: &Arc<Shared>) -> Self {
        POLLING.with(|polling| polling.borrow_mut().push(identity(shared)));
        Self
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        POLLING.with(|polling| polling.borrow_mut().pop());
    }
}

/// Whether this call comes from the cache's own provider, which would wait for itself.
pub(super) fn is_inside(shared: &Arc<Shared>) -> bool {
    let ours = identity(shared);
    POLLING.with(|polling| polling.borrow().contains(&ours))
}

fn identity(shared: &Arc<Shared>) -> usize {
    Arc::as_ptr(shared) as usize
}

/// Whether this thread polls any provider now, and so must not be parked.
pub(crate) fn is_inside_any() -> bool {
    POLLING.with(|polling| !polling.borrow().is_empty())
}
