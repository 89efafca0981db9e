use std::sync::mpsc;
use std::time::Duration;

use onecred_core::{BoxFuture, CachedProvider, ProviderErrorKind};

use crate::conformance::broken::Broken;
use crate::conformance::cached::{CountingRuntime, Watched};
use crate::conformance::lab::Lab;
use crate::conformance::promise::Promise;

/// Longer than the cache's time-out for one refresh.
const OVER: Duration = Duration::from_secs(31);

/// A caller of a provider whose source hangs is released by the cache's own time-out.
pub(in crate::conformance) fn check(lab: &Lab<'_>) -> Option<Broken> {
    let mut hangs = lab.conformance.hangs.iter();
    hangs.find_map(|(name, make)| {
        let seen = released(lab, Watched::new(make())).err()?;
        Some(Broken::new(Promise::Yields, format!("in `{name}` {seen}")))
    })
}

fn released(lab: &Lab<'_>, provider: Watched) -> Result<(), String> {
    let clock = lab.clock();
    let runtime = CountingRuntime::start(&clock).ok_or("no thread could be started")?;
    let cache = CachedProvider::builder(provider.clone())
        .clock(clock.clone())
        .runtime(runtime.for_cache())
        .build();
    provider.gate.open();
    let (tell, told) = mpsc::channel();
    let caller: BoxFuture<'static, ()> = Box::pin(async move {
        // The trial may be over.
        let _ = tell.send(cache.credential().await);
    });
    // The caller waits on a runtime of its own, as callers do.
    let elsewhere = crate::ManualRuntime::threaded(&clock);
    onecred_core::Runtime::spawn(&elsewhere, caller);
    let polled = provider.wait_until(|seen| seen.polls_ended > 0, lab.patience());
    let outcome = if polled.polls_ended == 0 {
        Err(match polled.polls_begun {
            0 => "it was not called",
            _ => "it blocks the thread that polls it",
        })
    } else {
        clock.advance(OVER);
        match told.recv_timeout(lab.patience()) {
            Ok(Err(error)) if error.kind() == ProviderErrorKind::Unavailable => Ok(()),
            Ok(Err(_)) => Err("it failed with a kind other than Unavailable"),
            Ok(Ok(_)) => Err("it gave a credential: its source does not hang"),
            Err(_) => Err("its caller was not released"),
        }
    };
    elsewhere.kill();
    runtime.stop();
    outcome.map_err(str::to_owned)
}
