use std::sync::Mutex;

use onecred_core::{Reason, SystemClock};

use super::*;
use crate::sync::lock;

#[test]
fn expiry_by_the_system_clock_for_long_and_short_tokens() {
    for life in [HOUR, Duration::from_secs(60)] {
        let provider = move || {
            provider_fn("own clock", move |_| async move {
                Ok(token().expires_at(SystemClock::new().now() + life))
            })
        };
        breaks_only(&Conformance::new(provider), Promise::ExpiryByClock);
    }
}

/// A provider with a cache of its own, which it leaves for some reasons only.
#[derive(Debug)]
struct Hoards {
    kept: Mutex<Option<Credential>>,
    checks_expiry: bool,
    obeys_rejection: bool,
}

impl Hoards {
    fn new(checks_expiry: bool, obeys_rejection: bool) -> Self {
        Self {
            kept: Mutex::default(),
            checks_expiry,
            obeys_rejection,
        }
    }
}

#[async_trait::async_trait]
impl CredentialProvider for Hoards {
    async fn provide(&self, cx: &ProvideContext) -> Provided {
        let mut kept = lock(&self.kept);
        let is_over = |kept: &Credential| {
            let expired = kept.expiry().is_some_and(|end| end <= cx.clock().now());
            (self.checks_expiry && expired)
                || (self.obeys_rejection && cx.reason() == Reason::Rejected)
        };
        let still = kept.take().filter(|kept| !is_over(kept));
        let given = still.unwrap_or_else(|| hourly(cx));
        *kept = Some(given.clone());
        Ok(given)
    }
}

#[test]
fn renews_after_the_expiry() {
    let conformance = Conformance::new(|| Hoards::new(false, true)).rotate(|| {});
    let report = breaks_only(&conformance, Promise::Renews);
    assert!(report.contains("the expired credential again"), "{report}");
}

#[test]
fn forced_refresh_goes_past_a_cache() {
    let conformance = Conformance::new(|| Hoards::new(true, false)).rotate(|| {});
    breaks_only(&conformance, Promise::ForcedRefresh);
    // Nobody said that the source changes, so nothing can be told.
    Conformance::new(|| Hoards::new(true, false)).check();
}

#[test]
fn a_cache_that_obeys_passes() {
    Conformance::new(|| Hoards::new(true, true))
        .rotate(|| {})
        .needs_no_runtime()
        .check();
}
