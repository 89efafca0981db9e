//! When a credential may be sent: by the wall clock, by its age, and never on arrival if it is too late.

use onecred_core::{Auth, AuthError, Authenticator, Credential, Reason};
use onecred_testkit::{Answer, ManualClock};
use onecred_tests::{HOUR, Head, Rig, secret, secs, target};

#[test]
fn a_jump_of_the_wall_clock_past_the_expiry_refreshes() {
    let rig = Rig::new([Answer::bearer().expires_in(HOUR)]);
    rig.send().unwrap();
    rig.clock.jump_wall_forward(HOUR);
    assert_eq!(rig.send().unwrap(), 2);
    assert_eq!(rig.issuer.reasons(), [Reason::FirstUse, Reason::Expired]);
}

#[test]
fn a_wall_clock_set_back_keeps_no_token_alive_past_its_age() {
    let rig = Rig::new([Answer::bearer().expires_in(HOUR)]);
    rig.send().unwrap();
    rig.clock.advance(secs(3000));
    rig.clock.jump_wall_back(secs(3000));
    assert_eq!(rig.send().unwrap(), 1);
    rig.clock.advance(secs(594));
    assert_eq!(rig.send_at_once(), 1, "6 s before its end by age");
    rig.clock.advance(secs(6));
    let sent = rig.send().unwrap();
    assert_ne!(sent, 1, "by wall it has 50 minutes left, by age none");
}

/// The fast path looks at the wall clock alone, but never trusts one that is behind its last look.
#[test]
fn a_wall_clock_that_is_set_back_again_and_again_does_not_help() {
    let rig = Rig::new([Answer::bearer().expires_in(secs(100))]);
    rig.send().unwrap();
    for _ in 0..20 {
        rig.clock.advance(secs(6));
        rig.clock.jump_wall_back(secs(7));
        rig.send().unwrap();
    }
    let sent = rig.send().unwrap();
    assert!(sent > 1, "120 s old, and good for 100");
}

#[test]
fn the_margin_before_the_end() {
    let rig = Rig::new([Answer::bearer().expires_in(HOUR), Answer::hang()]);
    rig.send().unwrap();
    rig.clock.advance(HOUR - secs(5) - secs(1) / 1000);
    assert_eq!(rig.send_at_once(), 1);
    rig.clock.advance(secs(1) / 1000);
    assert!(
        Head::try_sent_by(&rig.client).is_none(),
        "5 s before its end it is not sent"
    );
}

#[test]
fn what_arrives_expired_is_an_error_and_never_placed() {
    for ago in [secs(0), secs(1), HOUR] {
        let rig = Rig::new([
            Answer::arrived_expired(ago),
            Answer::bearer().expires_in(HOUR),
        ]);
        assert!(rig.fail().to_string().contains("expired when it arrived"));
        rig.clock.advance(secs(1));
        assert_eq!(rig.send().unwrap(), 2);
    }
}

#[test]
fn what_arrives_expired_displaces_nothing() {
    let rig = Rig::new([
        Answer::bearer().expires_in(HOUR),
        Answer::arrived_expired(secs(1)),
    ]);
    rig.send().unwrap();
    rig.clock.advance(HOUR - secs(100));
    assert_eq!(rig.send_at_once(), 1);
    assert_eq!(rig.send_at_once(), 1);
    assert_eq!(rig.issuer.calls(), 2);
}

#[test]
fn tokens_of_two_seconds_are_usable() {
    let rig = Rig::new([Answer::bearer().expires_in(secs(2))]);
    assert_eq!(rig.send().unwrap(), 1);
    rig.clock.advance(secs(1));
    assert_eq!(rig.send_at_once(), 1, "after a second it is fresh still");
    assert_eq!(rig.issuer.calls(), 1);
    rig.clock.advance(secs(1) / 2);
    assert_eq!(
        rig.send_at_once(),
        1,
        "in its window it is served and refreshed"
    );
    assert_eq!(rig.send_at_once(), 2);
}

#[test]
fn a_credential_without_expiry_is_asked_for_once() {
    let rig = Rig::new([Answer::api_key()]);
    for _ in 0..100 {
        assert_eq!(rig.send().unwrap(), 1);
        rig.clock.advance(24 * HOUR);
    }
    assert_eq!(rig.issuer.calls(), 1);
}

#[test]
fn a_static_credential_has_no_task_and_an_end() {
    let clock = ManualClock::new();
    let until = onecred_core::Clock::now(&clock) + HOUR;
    let fixed = Auth::fixed(Credential::api_key(secret("decoded-key")).expires_at(until));
    let client = Authenticator::builder(target(), fixed)
        .clock(clock.clone())
        .build()
        .unwrap();
    let send = || Head::try_sent_by(&client).expect("a static credential never waits");
    assert_eq!(send().unwrap().0, "decoded-key");
    clock.advance(HOUR - secs(1));
    assert_eq!(send().unwrap().0, "decoded-key");
    clock.advance(secs(1));
    assert!(matches!(send(), Err(AuthError::Expired(at)) if at == until));
    client
        .replace(Auth::api_key(secret("another-key")))
        .unwrap();
    assert_eq!(send().unwrap().0, "another-key");
}
