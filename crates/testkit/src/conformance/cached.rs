//! What is needed to try a provider behind its cache: a runtime that counts, and a provider that is watched.

use std::borrow::Cow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use onecred_core::{
    BoxFuture, Credential, CredentialProvider, ProvideContext, ProviderError, Runtime,
};

use crate::gate::Gate;
use crate::manual_clock::ManualClock;
use crate::sync::lock;

/// A tokio runtime on a thread of its own, whose sleeps are on a manual clock. It ends when it is dropped.
#[derive(Debug)]
pub(super) struct CountingRuntime {
    handle: tokio::runtime::Handle,
    clock: ManualClock,
    spawned: Arc<AtomicUsize>,
    stop: Arc<Stop>,
}

#[derive(Debug)]
struct Stop(Gate);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.open();
    }
}

impl CountingRuntime {
    /// `None`: the system gives no thread.
    pub(super) fn start(clock: &ManualClock) -> Option<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .ok()?;
        let (handle, gate) = (runtime.handle().clone(), Gate::new());
        let end = gate.pass();
        std::thread::Builder::new()
            .spawn(move || {
                runtime.block_on(end);
                runtime.shutdown_background();
            })
            .ok()?;
        Some(Self {
            handle,
            clock: clock.clone(),
            spawned: Arc::default(),
            stop: Arc::new(Stop(gate)),
        })
    }

    /// The same runtime for the cache. It does not keep the thread alive: the cache is part of what runs on it.
    pub(super) fn for_cache(&self) -> ForCache {
        ForCache {
            handle: self.handle.clone(),
            clock: self.clock.clone(),
            spawned: Arc::clone(&self.spawned),
        }
    }

    /// Runs this on it.
    pub(super) fn run(&self, future: BoxFuture<'static, ()>) {
        self.handle.spawn(future);
    }

    /// How many refreshes were started.
    pub(super) fn spawned(&self) -> usize {
        self.spawned.load(Ordering::SeqCst)
    }

    /// Ends it now.
    pub(super) fn stop(&self) {
        self.stop.0.open();
    }
}

#[derive(Debug)]
pub(super) struct ForCache {
    handle: tokio::runtime::Handle,
    clock: ManualClock,
    spawned: Arc<AtomicUsize>,
}

impl Runtime for ForCache {
    fn spawn(&self, future: BoxFuture<'static, ()>) {
        self.spawned.fetch_add(1, Ordering::SeqCst);
        self.handle.spawn(future);
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(self.clock.sleep(duration))
    }
}

/// A provider that is watched: how often it is asked, and whether its polls return.
#[derive(Debug, Clone)]
pub(super) struct Watched {
    provider: Arc<dyn CredentialProvider>,
    /// Calls wait here before they reach the provider.
    pub(super) gate: Gate,
    watch: Arc<Watch>,
}

#[derive(Debug, Default)]
struct Watch {
    state: Mutex<Seen>,
    changed: Condvar,
}

/// What was seen of it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Seen {
    pub(super) calls: usize,
    pub(super) polls_begun: usize,
    pub(super) polls_ended: usize,
}

impl Watched {
    pub(super) fn new(provider: Arc<dyn CredentialProvider>) -> Self {
        Self {
            provider,
            gate: Gate::new(),
            watch: Arc::default(),
        }
    }

    pub(super) fn seen(&self) -> Seen {
        *lock(&self.watch.state)
    }

    /// Waits until what was seen is as wanted, or the time is over.
    pub(super) fn wait_until(&self, wanted: impl Fn(&Seen) -> bool, at_most: Duration) -> Seen {
        let state = lock(&self.watch.state);
        let waited = self
            .watch
            .changed
            .wait_timeout_while(state, at_most, |seen| !wanted(seen));
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }

    fn note(&self, change: impl FnOnce(&mut Seen)) {
        change(&mut lock(&self.watch.state));
        self.watch.changed.notify_all();
    }
}

#[async_trait::async_trait]
impl CredentialProvider for Watched {
    async fn provide(&self, cx: &ProvideContext) -> Result<Credential, ProviderError> {
        self.note(|seen| seen.calls += 1);
        self.gate.pass().await;
        let mut call = self.provider.provide(cx);
        std::future::poll_fn(|task| {
            self.note(|seen| seen.polls_begun += 1);
            let polled = call.as_mut().poll(task);
            self.note(|seen| seen.polls_ended += 1);
            polled
        })
        .await
    }

    fn name(&self) -> Cow<'_, str> {
        self.provider.name()
    }
}
