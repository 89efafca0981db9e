//! Reloads on SIGHUP.

use std::io;
use std::sync::Weak;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

use super::watch::until;
use super::{Inner, Registry, Watch};

impl Registry {
    /// Reloads whenever this process gets SIGHUP. From the moment this returns, the signal no longer ends
    /// the process, also after the [`Watch`] was dropped. Failures are in
    /// [`last_error`](Self::last_error).
    ///
    /// Runs on the registry's runtime, which must be a tokio one with I/O (onecred's own thread is).
    ///
    /// # Errors
    /// When the handler cannot be installed.
    pub async fn reload_on_hangup(&self) -> io::Result<Watch> {
        let (stop, stopped) = oneshot::channel();
        let (ready, installed) = oneshot::channel();
        let inner = std::sync::Arc::downgrade(&self.inner);
        self.runtime().spawn(Box::pin(run(inner, ready, stopped)));
        installed
            .await
            .map_err(|_| io::Error::other("the runtime is gone"))??;
        Ok(Watch::of(stop))
    }
}

async fn run(
    registry: Weak<Inner>,
    ready: oneshot::Sender<io::Result<()>>,
    mut stopped: oneshot::Receiver<()>,
) {
    let mut hangups = match signal(SignalKind::hangup()) {
        Ok(hangups) => hangups,
        Err(error) => {
            // Nobody waits any more: then nobody needs to know.
            let _told = ready.send(Err(error));
            return;
        }
    };
    if ready.send(Ok(())).is_err() {
        return;
    }
    while let Some(Some(())) = until(hangups.recv(), &mut stopped).await {
        match registry.upgrade() {
            // Its outcome is in `last_error`.
            Some(inner) => drop(inner.reload(None)),
            None => return,
        }
    }
}
