//! What costs a call too many, or one too few.

use std::sync::{Arc, Mutex};

use onecred_core::*;
use onecred_testkit::{Answer, ManualClock, ManualRuntime, ScriptedProvider};
use onecred_tests::{HOUR, Head, Rig, secs};

#[test]
fn a_hanging_issuer_makes_callers_wait_once_and_not_at_every_retry() {
    let rig = Rig::new([Answer::bearer().expires_in(HOUR), Answer::hang()]);
    let (_, receipt) = rig.send_by(&rig.client).unwrap();
    assert_eq!(Head::rejected(&rig.client, &receipt), Verdict::Reauthorize);
    // The one forced refresh is worth waiting for, until its time-out.
    assert!(Head::try_sent_by(&rig.client).is_none());
    rig.runtime.run_until_stalled();
    rig.clock.advance(secs(31));
    rig.runtime.run_until_stalled();
    for _ in 0..300 {
        assert_eq!(rig.send_at_once(), 1);
        rig.runtime.run_until_stalled();
        rig.clock.advance(secs(1));
    }
    assert!(
        rig.issuer.calls() > 2,
        "it is tried again in the background"
    );
}

#[test]
fn tokens_that_live_for_a_moment_are_not_asked_for_in_a_loop() {
    let issuer = ScriptedProvider::from_fn(|_, _| Answer::bearer().expires_in(secs(1) / 1000));
    let rig = Rig::of(CachePolicy::default(), issuer, ManualClock::new());
    for _ in 0..500 {
        assert!(rig.send().is_err());
        rig.clock.advance(secs(1) / 1000);
    }
    assert_eq!(rig.issuer.calls(), 1);
}

#[test]
fn a_source_that_has_the_same_is_looked_at_by_its_hint_and_is_no_failure() {
    let clock = ManualClock::new();
    let end = Clock::now(&clock) + 2 * HOUR;
    let issuer = ScriptedProvider::from_fn(move |call, _| {
        let answer = if call == 1 {
            Answer::bearer()
        } else {
            Answer::same()
        };
        answer.expires_at(end).refresh_after(secs(600))
    });
    let rig = Rig::of(CachePolicy::default(), issuer, clock);
    for _ in 0..3_600 {
        assert_eq!(rig.send().unwrap(), 1);
        rig.runtime.run_until_stalled();
        rig.clock.advance(secs(1));
    }
    assert!(
        (5..=7).contains(&rig.issuer.calls()),
        "{} looks",
        rig.issuer.calls()
    );
    assert!(rig.client.status().last_error.is_none());
}

#[test]
fn somebody_else_may_log_in_once_the_source_is_said_to_have_changed() {
    let issuer = ScriptedProvider::from_fn(|call, _| {
        let subject = if call == 1 { "alice" } else { "bob" };
        Answer::bearer().expires_in(HOUR).subject(subject)
    });
    let rig = Rig::of(CachePolicy::default(), issuer, ManualClock::new());
    let (_, receipt) = rig.send_by(&rig.client).unwrap();
    assert_eq!(Head::rejected(&rig.client, &receipt), Verdict::Reauthorize);
    let refused = rig.fail();
    assert_eq!(refused.kind(), ProviderErrorKind::IdentityChanged);
    let Auth::Provider(cache) = rig.client.auth() else {
        unreachable!("the rig's client has a provider");
    };
    cache.source_changed();
    assert!(rig.send().unwrap() > 1);
    // What was sent for alice is not sent again for bob.
    let replay = rig.run(rig.client.reauthorize(&receipt, &mut Head::new().view()));
    assert_eq!(replay.unwrap(), None);
}

/// Keys that rotate faster than once a minute: each has been accepted before it was refused.
#[test]
fn a_credential_that_was_accepted_may_be_rejected_later_without_a_back_off() {
    let rig = Rig::new([Answer::api_key()]);
    let ok = http::HeaderMap::new();
    let ok = ResponseHead::new(http::StatusCode::OK, &ok);
    for round in 1..20 {
        let (sent, receipt) = rig.send_by(&rig.client).unwrap();
        assert_eq!(sent, round);
        assert_eq!(rig.client.on_response(&receipt, &ok), Verdict::Accept);
        rig.clock.advance(secs(5));
        let (_, receipt) = rig.send_by(&rig.client).unwrap();
        assert_eq!(Head::rejected(&rig.client, &receipt), Verdict::Reauthorize);
    }
    assert_eq!(rig.issuer.calls(), 19);
}

/// A credential whose drop looks at the cache that held it.
#[derive(Debug)]
struct Curious {
    fingerprint: Fingerprint,
    cache: Arc<Mutex<Option<CachedProvider>>>,
}

impl RequestSigner for Curious {
    fn sign(&self, _: &mut AuthRequest<'_>, _: &SignContext<'_>) -> Result<(), AuthError> {
        Ok(())
    }

    fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }

    fn headers(&self) -> &[http::HeaderName] {
        &[]
    }
}

impl Drop for Curious {
    fn drop(&mut self) {
        if let Some(cache) = &*self.cache.lock().unwrap() {
            let _status = cache.status();
        }
    }
}

/// Would hang for ever if user code were dropped under the cache's lock.
#[test]
fn user_code_is_dropped_outside_of_the_lock() {
    let clock = ManualClock::new();
    let runtime = ManualRuntime::new(&clock);
    let cell: Arc<Mutex<Option<CachedProvider>>> = Arc::default();
    let holder = Arc::clone(&cell);
    let provider = provider_fn("curious", move |cx: ProvideContext| {
        let signer = Curious {
            fingerprint: Fingerprint::of(b"k"),
            cache: Arc::clone(&holder),
        };
        let gone = cx.clock().now() - secs(1);
        async move { Ok(Credential::signed(signer).expires_at(gone)) }
    });
    let cache = CachedProvider::builder(provider)
        .clock(clock)
        .runtime(runtime.clone())
        .build();
    *cell.lock().unwrap() = Some(cache.clone());
    let client = onecred_tests::client(cache);
    let mut head = Head::new();
    let result = runtime
        .complete(client.authorize(&mut head.view()))
        .unwrap();
    assert!(result.is_err());
    cell.lock().unwrap().take();
}

#[test]
fn futures_and_values_are_send() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    fn is_shared<T: Send + Sync>() {}
    is_shared::<Authenticator>();
    is_shared::<AuthError>();
    is_shared::<Auth>();
    is_shared::<CachedProvider>();
    is_shared::<Derive>();
    is_shared::<Resolver>();
    let client = onecred_tests::client(Auth::Anonymous);
    let mut head = Head::new();
    let mut view = head.view();
    drop(is_send(client.authorize(&mut view)));
    drop(is_send(client.warm_up()));
    let resolver = Resolver::builder().build();
    drop(is_send(resolver.resolve(&Env::empty())));
}
