//! Contexts for calling a provider by hand.
//!
//! The core makes them with its own thread to sleep on, which would make trials last. One that a cache made
//! sleeps on the cache's runtime; so a cache is taken through each reason, and what it gives is kept.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{HeaderMap, Method, StatusCode, Uri};
use onecred_core::{
    AuthRequest, Authenticator, Body, CachedProvider, Credential, HeaderSecret, ProvideContext,
    Reason, ResponseHead, TextFrom, provider_fn,
};

use super::lab;
use crate::manual_clock::ManualClock;
use crate::manual_runtime::ManualRuntime;
use crate::sync::lock;

const LIFE: Duration = Duration::from_secs(3000);
/// Within the window in which a credential of that life is refreshed ahead.
const NEARLY: Duration = Duration::from_secs(2900);

/// A context with this reason, whose clock is `clock` and whose sleeps are on it. 30 seconds to the deadline.
pub(super) fn context(reason: Reason, clock: &ManualClock) -> ProvideContext {
    let kept = Arc::new(Mutex::new(None));
    keep(reason, clock, &kept);
    let kept = lock(&kept).take();
    kept.filter(|cx: &ProvideContext| cx.reason() == reason)
        .unwrap_or_else(|| ProvideContext::standalone(reason))
        .with_clock(clock.clone())
}

fn keep(reason: Reason, clock: &ManualClock, kept: &Arc<Mutex<Option<ProvideContext>>>) {
    let kept = Arc::clone(kept);
    let source = provider_fn("contexts", move |cx: ProvideContext| {
        let ends = cx.clock().now() + LIFE;
        *lock(&kept) = Some(cx);
        async move {
            let token = HeaderSecret::parse("a-token-of-no-one", TextFrom::Provider)?;
            Ok(Credential::bearer(token).expires_at(ends))
        }
    });
    // The cache ages on a clock of its own, and sleeps on the one of the trial.
    let (own, runtime) = (ManualClock::new(), ManualRuntime::new(clock));
    let cache = CachedProvider::builder(source)
        .clock(own.clone())
        .runtime(runtime.clone())
        .build();
    let use_it = || {
        let _served = runtime.complete(cache.credential());
        runtime.run_until_stalled();
    };
    use_it();
    match reason {
        Reason::RefreshAhead => own.advance(NEARLY),
        Reason::Expired => own.advance(LIFE),
        Reason::Rejected => reject(&cache, &runtime),
        _ => return,
    }
    use_it();
}

fn reject(cache: &CachedProvider, runtime: &ManualRuntime) {
    let Ok(client) = Authenticator::new(lab::default_target(), cache.clone()) else {
        return;
    };
    let (mut uri, mut headers) = (Uri::from_static(lab::DEFAULT_URL), HeaderMap::new());
    let mut request = AuthRequest::new(&Method::GET, &mut uri, &mut headers, Body::Empty);
    if let Some(Ok(receipt)) = runtime.complete(client.authorize(&mut request)) {
        let answer = ResponseHead::new(StatusCode::UNAUTHORIZED, &headers);
        let _told = client.on_response(&receipt, &answer);
    }
}

#[cfg(test)]
mod tests {
    use onecred_core::Clock;

    use super::*;

    #[test]
    fn every_reason_is_had_with_a_deadline_and_a_sleep_on_the_clock() {
        let clock = ManualClock::new();
        for reason in [
            Reason::FirstUse,
            Reason::RefreshAhead,
            Reason::Expired,
            Reason::Rejected,
        ] {
            let cx = context(reason, &clock);
            assert_eq!(cx.reason(), reason);
            assert_eq!(cx.rejected().is_some(), reason == Reason::Rejected);
            assert_eq!(cx.remaining(), Duration::from_secs(30));
            assert_eq!(cx.clock().now(), clock.now());
            // Tokio's timers would panic here, outside of its runtimes.
            let mut sleep = cx.sleep(Duration::from_secs(1));
            let waker = std::task::Waker::noop();
            let polled = sleep
                .as_mut()
                .poll(&mut std::task::Context::from_waker(waker));
            assert!(polled.is_pending());
            assert_eq!(clock.sleepers(), 1, "{reason:?}");
        }
    }
}
