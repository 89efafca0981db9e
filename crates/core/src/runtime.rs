//! The runtime port: where refreshes run.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A boxed future, as the ports pass them around.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Spawns refreshes and lets them sleep.
///
/// A refresh never runs on the runtime of whoever happened to ask first: a `current_thread` runtime
/// whose `block_on` has returned, or one that is dropped, would leave every other waiter hanging.
/// The default is [`OwnThread`]; use [`TokioRuntime`] to give a runtime that outlives the clients.
pub trait Runtime: Debug + Send + Sync + 'static {
    /// Runs `future` to its end, detached from the caller.
    ///
    /// A runtime that is gone drops the future; the cache notices and goes on with [`OwnThread`].
    fn spawn(&self, future: BoxFuture<'static, ()>);

    /// Completes after `duration`. Polled inside a future given to [`Runtime::spawn`].
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;
}

impl<R: Runtime + ?Sized> Runtime for Arc<R> {
    fn spawn(&self, future: BoxFuture<'static, ()>) {
        (**self).spawn(future);
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        (**self).sleep(duration)
    }
}

/// One thread of onecred's own for all refreshes of the process, started at the first refresh.
///
/// It runs a tokio `current_thread` runtime with timers, and with I/O where the process compiles
/// tokio's `net`. Providers must not block it: move blocking work to `tokio::task::spawn_blocking`.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct OwnThread;

impl OwnThread {
    /// The process-wide refresh thread. Nothing starts before the first refresh.
    pub fn new() -> Self {
        Self
    }

    fn handle() -> Option<tokio::runtime::Handle> {
        static HANDLE: Mutex<Option<tokio::runtime::Handle>> = Mutex::new(None);
        let mut handle = HANDLE.lock().unwrap_or_else(PoisonError::into_inner);
        if handle.is_none() {
            // A thread that could not be started now is tried again at the next refresh.
            *handle = start();
        }
        handle.clone()
    }
}

fn start() -> Option<tokio::runtime::Handle> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .ok()?;
    let handle = runtime.handle().clone();
    std::thread::Builder::new()
        .name("onecred-refresh".to_owned())
        .spawn(move || runtime.block_on(std::future::pending::<()>()))
        .ok()?;
    Some(handle)
}

impl Runtime for OwnThread {
    fn spawn(&self, future: BoxFuture<'static, ()>) {
        // Without a thread the future is dropped, which fails its waiters instead of hanging them.
        if let Some(handle) = Self::handle() {
            handle.spawn(future);
        }
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// A tokio runtime of yours, for refreshes.
///
/// Give one that lives as long as the clients and is always driven (a `multi_thread` runtime). If it
/// is dropped, refreshes go on with [`OwnThread`]; a `current_thread` runtime that nobody drives
/// makes callers wait until somebody does.
#[derive(Debug, Clone)]
pub struct TokioRuntime(tokio::runtime::Handle);

impl TokioRuntime {
    /// Refreshes run on the runtime of `handle`.
    pub fn new(handle: tokio::runtime::Handle) -> Self {
        Self(handle)
    }
}

impl Runtime for TokioRuntime {
    fn spawn(&self, future: BoxFuture<'static, ()>) {
        self.0.spawn(future);
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// The runtime that a cache uses when none is given, and when the given one is gone.
#[cfg(not(all(test, onecred_model)))]
pub(crate) fn default_runtime() -> Arc<dyn Runtime> {
    Arc::new(OwnThread::new())
}

/// The model checker sees only threads of its own.
#[cfg(all(test, onecred_model))]
pub(crate) fn default_runtime() -> Arc<dyn Runtime> {
    Arc::new(crate::model::Threads)
}
