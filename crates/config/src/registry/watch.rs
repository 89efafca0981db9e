//! Reloads when the file changes.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Weak};
use std::task::Poll;
use std::time::Duration;

use onecred_core::{OwnThread, Runtime};
use tokio::sync::oneshot;

use super::{Inner, Registry, lock};

/// Keeps reloading until it is dropped, or until the last clone of the registry is.
#[must_use = "reloading stops when this is dropped"]
pub struct Watch {
    _stop: oneshot::Sender<()>,
}

/// The least time between two looks.
const SHORTEST: Duration = Duration::from_millis(10);

impl Registry {
    /// Looks at the file every `interval` (a few seconds) and reloads when its content is another one.
    /// Links are followed, so that a Kubernetes volume that is swapped is seen, and touching the file
    /// does nothing. A content counts once two looks in a row have seen it, so that a file that is being
    /// written is left alone. Failures are in [`last_error`](Self::last_error).
    ///
    /// Runs on the registry's runtime and reads the file there. A text never changes.
    pub fn watch(&self, interval: Duration) -> Watch {
        let (stop, stopped) = oneshot::channel();
        let runtime = self.runtime();
        let sleeper = Arc::clone(&runtime);
        let inner = Arc::downgrade(&self.inner);
        let interval = interval.max(SHORTEST);
        if self.file().is_some() {
            runtime.spawn(Box::pin(run(sleeper, inner, interval, stopped)));
        }
        Watch { _stop: stop }
    }

    pub(super) fn runtime(&self) -> Arc<dyn Runtime> {
        let state = lock(&self.inner.state);
        match &state.settings.runtime {
            Some(runtime) => Arc::clone(runtime),
            None => Arc::new(OwnThread::new()),
        }
    }
}

impl Watch {
    #[cfg(all(unix, feature = "signal"))]
    pub(super) fn of(stop: oneshot::Sender<()>) -> Self {
        Self { _stop: stop }
    }
}

async fn run(
    runtime: Arc<dyn Runtime>,
    registry: Weak<Inner>,
    interval: Duration,
    mut stopped: oneshot::Receiver<()>,
) {
    let mut seen = None;
    loop {
        let slept = until(runtime.sleep(interval), &mut stopped).await;
        let (Some(()), Some(inner)) = (slept, registry.upgrade()) else {
            return;
        };
        seen = inner.look(seen);
    }
}

impl Inner {
    /// One look. Returns what was seen, if that differs from what is loaded and is not loaded yet.
    fn look(&self, before: Option<[u8; 32]>) -> Option<[u8; 32]> {
        let content = match self.source.read() {
            Ok(content) => content,
            Err(error) => {
                *lock(&self.last_error) = Some(error);
                return None;
            }
        };
        let is_loaded = lock(&self.state).digest == content.digest;
        if is_loaded && lock(&self.last_error).is_none() {
            return None;
        }
        if before != Some(content.digest) {
            return Some(content.digest);
        }
        // Its outcome is in `last_error`; a broken content is looked at again, because what it refers to
        // may be mended without it.
        let _outcome = self.reload(None);
        Some(content.digest)
    }
}

/// `None`: stopped before the future was done.
pub(super) async fn until<F: Future>(
    future: F,
    stopped: &mut oneshot::Receiver<()>,
) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut stopped = pin!(stopped);
    poll_fn(|cx| {
        if stopped.as_mut().poll(cx).is_ready() {
            return Poll::Ready(None);
        }
        future.as_mut().poll(cx).map(Some)
    })
    .await
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watch")
    }
}
