//! Blocking work, away from the thread that runs all refreshes.

use onecred_core::ProviderError;

/// Runs `work` on a blocking thread of the tokio runtime that polls this, or, where there is none, on a
/// thread of its own.
pub(crate) async fn run<T, W>(work: W) -> Result<T, ProviderError>
where
    T: Send + 'static,
    W: FnOnce() -> T + Send + 'static,
{
    let done = match tokio::runtime::Handle::try_current() {
        Ok(handle) => handle.spawn_blocking(work).await.ok(),
        Err(_) => on_own_thread(work).await,
    };
    // The runtime is going away, or the system has no thread left.
    done.ok_or_else(|| ProviderError::unavailable("no thread was to be had for blocking work"))
}

async fn on_own_thread<T, W>(work: W) -> Option<T>
where
    T: Send + 'static,
    W: FnOnce() -> T + Send + 'static,
{
    let (tell, told) = tokio::sync::oneshot::channel();
    std::thread::Builder::new()
        .name("onecred-static".to_owned())
        .spawn(move || {
            // Whoever asked may have gone.
            let _ = tell.send(work());
        })
        .ok()?;
    told.await.ok()
}
