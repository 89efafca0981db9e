//! Refreshing ahead of the end: when it starts, and what does not make it a loop.

use onecred_core::{CachePolicy, Clock, Reason};
use onecred_testkit::{Answer, ManualClock, ScriptedProvider};
use onecred_tests::{HOUR, Rig, secs};

#[test]
fn it_starts_five_minutes_ahead_and_not_before() {
    let rig = Rig::new([Answer::bearer().expires_in(HOUR)]);
    rig.send().unwrap();
    rig.clock.advance(HOUR - secs(301));
    assert_eq!(rig.send_at_once(), 1);
    assert_eq!(rig.issuer.calls(), 1);
    rig.clock.advance(secs(1));
    assert_eq!(
        rig.send_at_once(),
        1,
        "served, and refreshed behind the scenes"
    );
    assert_eq!(
        rig.issuer.reasons(),
        [Reason::FirstUse, Reason::RefreshAhead]
    );
    assert_eq!(rig.send_at_once(), 2);
}

#[test]
fn an_idle_client_does_nothing() {
    let rig = Rig::new([Answer::bearer().expires_in(HOUR)]);
    rig.send().unwrap();
    rig.clock.advance(24 * HOUR);
    rig.runtime.run_until_stalled();
    assert_eq!(rig.issuer.calls(), 1);
}

#[test]
fn jitter_moves_the_start_by_a_tenth_of_the_window_at_most() {
    let mut starts = Vec::new();
    for _ in 0..40 {
        let rig = Rig::with(CachePolicy::default(), [Answer::bearer().expires_in(HOUR)]);
        rig.send().unwrap();
        rig.clock.advance(HOUR - secs(331));
        let mut left = 331;
        while rig.issuer.calls() == 1 {
            rig.send_at_once();
            rig.clock.advance(secs(1));
            left -= 1;
            assert!(left >= 268, "330 to 270 s ahead: not after {left}");
        }
        starts.push(left + 1);
    }
    assert!(
        starts.iter().all(|left| (269..=330).contains(left)),
        "{starts:?}"
    );
    starts.sort_unstable();
    starts.dedup();
    assert!(starts.len() > 5, "it varies: {starts:?}");
}

#[test]
fn the_same_token_again_is_not_asked_for_in_a_loop() {
    let clock_start = Rig::new([]).clock.now();
    let end = clock_start + HOUR;
    let rig = Rig::new([
        Answer::bearer().expires_at(end),
        Answer::same().expires_at(end),
    ]);
    rig.send().unwrap();
    rig.clock.advance(HOUR - secs(300));
    for _ in 0..2_900 {
        assert_eq!(rig.send_at_once(), 1);
        rig.clock.advance(secs(1) / 10);
    }
    assert!(
        (3..=20).contains(&rig.issuer.calls()),
        "{} calls in 290 s",
        rig.issuer.calls()
    );
}

/// Many issuers have another token only once the old one has ended: what was learned before the end (the
/// same again) holds nobody up after it. Only the last second of the old one is lost.
#[test]
fn an_issuer_that_renews_at_the_end_is_asked_at_the_end() {
    let clock = ManualClock::new();
    let end = clock.now() + HOUR;
    let issuer = ScriptedProvider::from_fn(move |call, cx| match call {
        1 => Answer::bearer().expires_at(end),
        _ if cx.clock().now() < end => Answer::same().expires_at(end),
        _ => Answer::bearer().expires_in(HOUR),
    });
    let rig = Rig::of(CachePolicy::default(), issuer, clock);
    rig.send().unwrap();
    rig.clock.advance(HOUR - secs(300));
    let mut sent = 1;
    while rig.clock.now() < end + secs(10) {
        match rig.send() {
            Ok(call) => sent = call,
            Err(error) => {
                let to_end = end.duration_since(rig.clock.now());
                let since_end = rig.clock.now().duration_since(end);
                let near = to_end.or(since_end).is_ok_and(|near| near <= secs(1));
                assert!(near || rig.clock.now() == end, "{error} at {:?}", rig.clock);
            }
        }
        rig.clock.advance(secs(1) / 10);
    }
    assert!(sent > 1);
    assert!(
        rig.issuer.calls() <= 30,
        "{} calls in 310 s",
        rig.issuer.calls()
    );
}

#[test]
fn the_same_token_with_a_later_end_is_a_success() {
    let rig = Rig::new([
        Answer::bearer().expires_in(HOUR),
        Answer::same().expires_in(HOUR),
    ]);
    rig.send().unwrap();
    for hour in 1..=10 {
        rig.clock.advance(HOUR - secs(200));
        rig.send_at_once();
        assert_eq!(rig.send_at_once(), 1);
        assert_eq!(rig.issuer.calls(), hour + 1);
        assert!(rig.client.status().last_error.is_none());
    }
}

#[test]
fn a_key_file_is_looked_at_again_while_its_key_is_served() {
    let look_again = |answer: Answer| answer.refresh_after(secs(60));
    let rig = Rig::new([
        look_again(Answer::api_key()),
        look_again(Answer::same()),
        look_again(Answer::api_key()),
    ]);
    assert_eq!(rig.send().unwrap(), 1);
    rig.clock.advance(secs(59));
    assert_eq!(rig.send_at_once(), 1);
    assert_eq!(rig.issuer.calls(), 1);
    rig.clock.advance(secs(1));
    assert_eq!(rig.send_at_once(), 1);
    assert_eq!(
        rig.send_at_once(),
        1,
        "the file has the same key: a success"
    );
    assert_eq!(rig.issuer.calls(), 2);
    assert!(rig.client.status().last_error.is_none());
    rig.clock.advance(secs(60));
    assert_eq!(rig.send_at_once(), 1);
    assert_eq!(rig.send_at_once(), 3, "the file was rotated");
}

#[test]
fn a_file_that_cannot_be_read_keeps_the_old_key_and_shows() {
    let broken = onecred_core::ProviderErrorKind::Misconfigured;
    let rig = Rig::new([
        Answer::api_key().refresh_after(secs(60)),
        Answer::error(broken),
    ]);
    rig.send().unwrap();
    rig.clock.advance(HOUR);
    for _ in 0..100 {
        assert_eq!(rig.send_at_once(), 1);
    }
    assert_eq!(rig.client.status().last_error.unwrap().kind(), broken);
    assert_eq!(rig.issuer.calls(), 2);
}

/// A helper with a time to live of 0 asks to be run for every request; it is run once a second.
#[test]
fn look_again_at_once_is_no_loop() {
    let rig = Rig::new([Answer::bearer().refresh_after(secs(0))]);
    rig.send().unwrap();
    for _ in 0..1_000 {
        rig.send_at_once();
        rig.clock.advance(secs(1) / 100);
    }
    assert!(
        (8..=12).contains(&rig.issuer.calls()),
        "{} calls in 10 s",
        rig.issuer.calls()
    );
}

#[test]
fn after_a_change_of_the_source_the_old_is_served_until_the_new_is_there() {
    let rig = Rig::new([Answer::api_key()]);
    rig.send().unwrap();
    rig.cache.source_changed();
    assert_eq!(rig.send_at_once(), 1);
    assert_eq!(rig.send_at_once(), 2);
    assert_eq!(rig.issuer.calls(), 2);
}
