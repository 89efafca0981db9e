//! Issuers that fail: what is served meanwhile, and how often they are asked.

use onecred_core::{ProviderError, ProviderErrorKind, Reason};
use onecred_testkit::Answer;
use onecred_tests::{HOUR, Rig, secs};

fn down() -> Answer {
    Answer::error(ProviderErrorKind::Unavailable)
}

#[test]
fn later_callers_get_the_error_without_a_call_until_the_retry() {
    let rig = Rig::new([down(), Answer::bearer().expires_in(HOUR)]);
    let first = rig.fail();
    assert_eq!(first.provider().unwrap().to_string(), "scripted");
    rig.clock.advance(secs(1) - secs(1) / 1000);
    assert!(rig.fail().is_same(&first), "the very same error");
    assert_eq!(rig.issuer.calls(), 1);
    rig.clock.advance(secs(1) / 1000);
    assert_eq!(rig.send().unwrap(), 2);
}

#[test]
fn errors_that_the_cache_makes_are_shared_and_named_too() {
    let rig = Rig::new([Answer::arrived_expired(secs(1))]);
    let first = rig.fail();
    assert_eq!(first.provider().unwrap().to_string(), "scripted");
    assert!(rig.fail().is_same(&first));
    assert_eq!(rig.issuer.calls(), 1);
}

#[test]
fn with_nothing_servable_the_retry_comes_within_five_seconds() {
    let rig = Rig::new([down()]);
    for _ in 0..30 {
        let before = rig.issuer.calls();
        rig.fail();
        assert_eq!(rig.issuer.calls(), before + 1);
        rig.clock.advance(secs(5));
    }
}

#[test]
fn patience_that_the_issuer_asks_for_is_capped_at_a_minute() {
    for (asked, kept) in [(7, 7), (3600, 60)] {
        let rig = Rig::new([down().retry_after(secs(asked)), Answer::bearer()]);
        rig.fail();
        rig.clock.advance(secs(kept) - secs(1) / 1000);
        rig.fail();
        assert_eq!(rig.issuer.calls(), 1, "asked for {asked} s");
        rig.clock.advance(secs(1) / 1000);
        assert_eq!(rig.send().unwrap(), 2, "asked for {asked} s");
    }
}

#[test]
fn a_failing_refresh_serves_the_old_credential_to_its_real_end() {
    let rig = Rig::new([Answer::bearer().expires_in(HOUR), down()]);
    rig.send().unwrap();
    // To the start of the window, then a request each second to the end less the margin of 5 s.
    rig.clock.advance(HOUR - secs(300));
    let mut asked_at = Vec::new();
    for second in 0..295 {
        let before = rig.issuer.calls();
        assert_eq!(rig.send_at_once(), 1, "{second} s into the window");
        if rig.issuer.calls() > before {
            asked_at.push(second);
        }
        rig.clock.advance(secs(1));
    }
    assert!(
        (4..=30).contains(&asked_at.len()),
        "back-off: asked at {asked_at:?}"
    );
    let pauses: Vec<u64> = asked_at.windows(2).map(|two| two[1] - two[0]).collect();
    assert!(
        pauses.iter().all(|pause| (1..=61).contains(pause)),
        "{pauses:?}"
    );
    assert_eq!(rig.fail().kind(), ProviderErrorKind::Unavailable);
}

#[test]
fn back_off_grows() {
    // The mean over many runs, since each pause is drawn: full jitter between 1 s and the ceiling.
    let mut sums = [0u64; 6];
    for _ in 0..50 {
        let rig = Rig::new([Answer::bearer().expires_in(24 * HOUR), down()]);
        rig.send().unwrap();
        rig.cache.source_changed();
        rig.send_at_once();
        for sum in &mut sums {
            let before = rig.issuer.calls();
            let mut pause = 0;
            while rig.issuer.calls() == before {
                rig.clock.advance(secs(1));
                pause += 1;
                assert!(pause <= 61, "at most 60 s");
                rig.send_at_once();
            }
            *sum += pause;
        }
    }
    assert!(sums[0] < sums[2] && sums[2] < sums[5], "{sums:?}");
}

#[test]
fn patience_while_servable_is_capped_at_five_minutes() {
    let answers = [
        Answer::bearer().expires_in(24 * HOUR),
        down().retry_after(HOUR),
        Answer::bearer().expires_in(24 * HOUR),
    ];
    let rig = Rig::new(answers);
    rig.send().unwrap();
    rig.cache.source_changed();
    assert_eq!(rig.send_at_once(), 1);
    assert_eq!(rig.issuer.calls(), 2);
    rig.clock.advance(secs(299));
    rig.send_at_once();
    assert_eq!(rig.issuer.calls(), 2);
    rig.clock.advance(secs(1));
    rig.send_at_once();
    assert_eq!(rig.issuer.calls(), 3);
    assert_eq!(rig.send_at_once(), 3);
}

#[test]
fn a_hanging_issuer_delays_nobody_while_the_credential_is_usable() {
    let rig = Rig::new([Answer::bearer().expires_in(HOUR), Answer::hang()]);
    rig.send().unwrap();
    rig.clock.advance(HOUR - secs(200));
    for _ in 0..190 {
        assert_eq!(rig.send_at_once(), 1);
        rig.clock.advance(secs(1));
    }
    // Each hangs for 30 s, then backs off.
    assert!(rig.issuer.calls() >= 3, "{} calls", rig.issuer.calls());
    assert_eq!(rig.issuer.most_at_once(), 1);
}

#[test]
fn a_refresh_has_its_own_timeout() {
    let rig = Rig::new([Answer::hang(), Answer::bearer()]);
    assert!(rig.runtime.complete(rig.client.warm_up()).is_none());
    rig.clock.advance(secs(30));
    rig.runtime.run_until_stalled();
    assert!(rig.fail().to_string().contains("no answer within 30 s"));
    rig.clock.advance(secs(1));
    assert_eq!(rig.send().unwrap(), 2);
}

#[test]
fn denied_stays_a_minute() {
    let rig = Rig::new([Answer::error(ProviderErrorKind::Denied), Answer::bearer()]);
    let denied = rig.fail();
    for _ in 0..59 {
        rig.clock.advance(secs(1));
        assert!(rig.fail().is_same(&denied));
    }
    assert_eq!(rig.issuer.calls(), 1);
    rig.clock.advance(secs(1));
    assert_eq!(rig.send().unwrap(), 2);
}

#[test]
fn denied_goes_when_the_source_changed() {
    let rig = Rig::new([Answer::error(ProviderErrorKind::Denied), Answer::bearer()]);
    rig.fail();
    rig.cache.source_changed();
    assert_eq!(rig.send().unwrap(), 2);
}

/// Somebody logs in while the refresh that will be denied is in the air.
#[test]
fn a_change_during_a_refresh_is_not_forgotten() {
    let rig = Rig::new([
        Answer::error(ProviderErrorKind::Denied).gated(),
        Answer::bearer(),
    ]);
    assert!(rig.runtime.complete(rig.client.warm_up()).is_none());
    rig.cache.source_changed();
    rig.issuer.gate().open();
    rig.runtime.run_until_stalled();
    assert_eq!(rig.send().unwrap(), 2);
}

#[test]
fn denied_outlives_a_401() {
    let rig = Rig::new([
        Answer::bearer().expires_in(HOUR),
        Answer::error(ProviderErrorKind::Denied),
    ]);
    rig.send().unwrap();
    rig.clock.advance(HOUR - secs(290));
    rig.send_at_once();
    assert_eq!(rig.issuer.calls(), 2);
    assert_eq!(rig.exchange_rejected(), [1]);
    assert_eq!(rig.fail().kind(), ProviderErrorKind::Denied);
    assert_eq!(rig.issuer.calls(), 2);
}

#[test]
fn a_panicking_provider_fails_one_refresh() {
    let rig = Rig::new([Answer::panic(), Answer::bearer().expires_in(HOUR)]);
    let error = rig.fail();
    assert_eq!(error.kind(), ProviderErrorKind::Unavailable);
    assert!(error.to_string().contains("panicked"));
    assert!(
        !error.to_string().contains("scripted panic"),
        "the payload is not quoted"
    );
    rig.clock.advance(secs(1));
    assert_eq!(rig.send().unwrap(), 2);
}

#[test]
fn a_panic_in_the_background_costs_nobody_anything() {
    let rig = Rig::new([
        Answer::bearer().expires_in(HOUR),
        Answer::panic(),
        Answer::bearer().expires_in(HOUR),
    ]);
    rig.send().unwrap();
    rig.clock.advance(HOUR - secs(200));
    assert_eq!(rig.send_at_once(), 1);
    rig.clock.advance(secs(1));
    assert_eq!(rig.send_at_once(), 1);
    assert_eq!(rig.send_at_once(), 3);
}

#[test]
fn another_identity_is_refused() {
    let rig = Rig::new([
        Answer::bearer().expires_in(HOUR).subject("alice"),
        Answer::bearer().expires_in(HOUR).subject("mallory"),
    ]);
    rig.send().unwrap();
    rig.clock.advance(HOUR - secs(200));
    assert_eq!(rig.send_at_once(), 1);
    let error = rig.client.status().last_error.unwrap();
    assert_eq!(error.kind(), ProviderErrorKind::IdentityChanged);
    assert_eq!(rig.send_at_once(), 1, "the old one to its end");
    rig.clock.advance(secs(200));
    assert_eq!(rig.fail().kind(), ProviderErrorKind::IdentityChanged);
}

#[test]
fn another_identity_is_taken_where_it_is_allowed() {
    let policy = onecred_core::CachePolicy::default().allow_subject_change();
    let answers = ["alice", "bob"].map(|who| Answer::bearer().expires_in(HOUR).subject(who));
    let rig = Rig::with(policy, answers);
    rig.send().unwrap();
    rig.clock.advance(HOUR);
    assert_eq!(rig.send().unwrap(), 2);
    assert_eq!(rig.cache.status().subject.unwrap().as_str(), "bob");
}

#[test]
fn no_state_is_terminal() {
    let kinds = [
        ProviderErrorKind::NotConfigured,
        ProviderErrorKind::Misconfigured,
        ProviderErrorKind::Denied,
        ProviderErrorKind::Unavailable,
    ];
    for kind in kinds {
        let rig = Rig::new([
            Answer::failure(ProviderError::new(kind, "no")),
            Answer::bearer(),
        ]);
        assert_eq!(rig.fail().kind(), kind);
        rig.clock.advance(secs(60));
        assert_eq!(rig.send().unwrap(), 2, "after {kind:?}");
        assert_eq!(rig.issuer.reasons(), [Reason::FirstUse, Reason::FirstUse]);
        assert!(rig.client.status().last_error.is_none());
    }
}
