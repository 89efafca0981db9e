use std::time::Duration;

use onecred_core::{CachedProvider, Clock, CredentialKind, ProviderErrorKind};

use super::*;
use crate::{ManualClock, ManualRuntime};

const S: Duration = Duration::from_secs(1);

struct Bench {
    clock: ManualClock,
    runtime: ManualRuntime,
}

impl Bench {
    fn new() -> Self {
        let clock = ManualClock::new();
        let runtime = ManualRuntime::new(&clock);
        Self { clock, runtime }
    }

    fn context(&self, reason: Reason) -> ProvideContext {
        ProvideContext::standalone(reason).with_clock(self.clock.clone())
    }

    fn call(&self, provider: &ScriptedProvider) -> Result<Credential, ProviderError> {
        let cx = self.context(Reason::FirstUse);
        self.runtime
            .complete(provider.provide(&cx))
            .expect("answers at once")
    }
}

fn text(credential: &Credential) -> &str {
    credential.secret().unwrap().expose()
}

#[test]
fn every_call_mints_a_marked_secret_of_its_own() {
    let bench = Bench::new();
    let provider = ScriptedProvider::new();
    let (first, second) = (
        bench.call(&provider).unwrap(),
        bench.call(&provider).unwrap(),
    );
    assert_ne!(text(&first), text(&second));
    assert_eq!(text(&first), provider.secret(1));
    assert!(text(&first).starts_with(MARK) && text(&first).len() >= 32);
    assert_ne!(provider.secret(1), ScriptedProvider::new().secret(1));
}

#[test]
fn the_script_is_followed_and_its_last_line_repeated() {
    let bench = Bench::new();
    let provider = ScriptedProvider::new()
        .then(Answer::api_key().expires_in(10 * S).subject("me"))
        .then(Answer::same())
        .then(Answer::error(ProviderErrorKind::Denied).retry_after(7 * S));
    let first = bench.call(&provider).unwrap();
    assert_eq!(first.kind(), CredentialKind::ApiKey);
    assert_eq!(first.expiry(), Some(bench.clock.now() + 10 * S));
    assert_eq!(first.subject_of().unwrap().as_str(), "me");
    let second = bench.call(&provider).unwrap();
    assert_eq!((text(&second), second.kind()), (text(&first), first.kind()));
    for _ in 0..2 {
        let error = bench.call(&provider).unwrap_err();
        assert_eq!(error.kind(), ProviderErrorKind::Denied);
        assert_eq!(error.retry_after_hint(), Some(7 * S));
    }
    assert_eq!(provider.calls(), 4);
}

#[test]
fn a_function_sees_number_and_context_and_reasons_are_kept() {
    let bench = Bench::new();
    let provider = ScriptedProvider::from_fn(|call, cx| match (call, cx.reason()) {
        (1, Reason::FirstUse) => Answer::bearer(),
        (2, Reason::Rejected) => Answer::arrived_expired(S),
        _ => Answer::panic(),
    });
    assert!(bench.call(&provider).is_ok());
    let cx = bench.context(Reason::Rejected);
    let late = bench
        .runtime
        .complete(provider.provide(&cx))
        .unwrap()
        .unwrap();
    assert_eq!(late.expiry(), Some(bench.clock.now() - S));
    assert_eq!(provider.reasons(), [Reason::FirstUse, Reason::Rejected]);
}

#[test]
fn a_hanging_call_is_released_from_outside() {
    let bench = Bench::new();
    let provider = ScriptedProvider::new().then(Answer::hang());
    let cx = bench.context(Reason::FirstUse);
    assert!(bench.runtime.complete(provider.provide(&cx)).is_none());
    provider.gate().open();
    assert!(bench.runtime.complete(provider.provide(&cx)).is_some());
    assert_eq!((provider.calls(), provider.most_at_once()), (2, 1));
}

#[test]
fn behind_a_cache_it_counts_what_the_cache_did() {
    let bench = Bench::new();
    let provider = ScriptedProvider::new().then(Answer::panic());
    let cache = CachedProvider::builder(provider.clone())
        .clock(bench.clock.clone())
        .runtime(bench.runtime.clone())
        .build();
    let error = bench
        .runtime
        .complete(cache.credential())
        .unwrap()
        .unwrap_err();
    assert_eq!(error.kind(), ProviderErrorKind::Unavailable);
    assert_eq!((provider.calls(), bench.runtime.spawned()), (1, 1));
}

#[test]
fn its_debug_shows_no_secret() {
    let bench = Bench::new();
    let provider = ScriptedProvider::new();
    let credential = bench.call(&provider).unwrap();
    for text in [
        format!("{provider:?}"),
        format!("{credential:?}"),
        format!("{:#?}", Answer::credential(credential)),
    ] {
        assert!(!text.contains(MARK), "{text}");
    }
}
