mod calls;
mod credentials;
mod errors;
mod passing;
mod redaction;
mod times;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use onecred_core::{
    Clock, Credential, CredentialProvider, HeaderSecret, ProvideContext, ProviderError, TextFrom,
    provider_fn,
};

use super::*;

pub(super) const HOUR: Duration = Duration::from_secs(3600);
/// For trials that end by hanging.
pub(super) const SHORT: Duration = Duration::from_millis(800);

/// Another token at every call.
pub(super) fn token() -> Credential {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let text = format!("test-only-access-token-{number:08}-abcdefgh");
    Credential::bearer(HeaderSecret::parse(&text, TextFrom::Provider).unwrap())
}

pub(super) fn hourly(cx: &ProvideContext) -> Credential {
    token().expires_at(cx.clock().now() + HOUR)
}

pub(super) fn good() -> impl CredentialProvider {
    provider_fn("good", |cx: ProvideContext| async move { Ok(hourly(&cx)) })
}

/// Waits for nobody, once.
pub(super) async fn yield_once() {
    let mut yielded = false;
    std::future::poll_fn(|cx| {
        if std::mem::replace(&mut yielded, true) {
            return std::task::Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
}

/// The provider breaks this promise and no other, and the report names it with all four parts.
#[track_caller]
pub(super) fn breaks_only(conformance: &Conformance<'_>, promise: Promise) -> String {
    let broken = conformance.run();
    let promises: Vec<Promise> = broken.iter().map(|broken| broken.promise).collect();
    let report: Vec<String> = broken.iter().map(ToString::to_string).collect();
    let report = report.join("\n");
    assert_eq!(promises, [promise], "{report}");
    for part in [
        promise.name(),
        promise.text(),
        promise.mend(),
        &broken[0].seen,
    ] {
        assert!(!part.is_empty() && report.contains(part), "{report}");
    }
    report
}

pub(super) type Provided = Result<Credential, ProviderError>;
