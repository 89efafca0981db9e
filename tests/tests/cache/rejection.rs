//! What a 401 does to the cache, and what it does not.

use onecred_core::{ProviderErrorKind, Reason, Verdict};
use onecred_testkit::Answer;
use onecred_tests::{HOUR, Head, Rig, client, key, secs};

fn hourly() -> Answer {
    Answer::bearer().expires_in(HOUR)
}

#[test]
fn a_rejection_brings_another_credential_and_one_replay() {
    let rig = Rig::new([hourly()]);
    assert_eq!(rig.exchange_rejected(), [1, 2]);
    assert_eq!(rig.issuer.reasons(), [Reason::FirstUse, Reason::Rejected]);
}

#[test]
fn a_late_report_of_an_older_generation_leaves_the_current_one_alone() {
    let rig = Rig::new([hourly()]);
    let (_, old) = rig.send_by(&rig.client).unwrap();
    assert_eq!(rig.exchange_rejected(), [1, 2]);
    // The replay above was rejected too, so wait until that is settled.
    rig.clock.advance(secs(61));
    let (current, _) = rig.send_by(&rig.client).unwrap();
    let asked = rig.issuer.calls();
    for _ in 0..50 {
        // There is something newer, so the late request is worth a replay.
        assert_eq!(Head::rejected(&rig.client, &old), Verdict::Reauthorize);
        assert_eq!(rig.send().unwrap(), current);
    }
    assert_eq!(rig.issuer.calls(), asked);
    assert!(!rig.client.status().rejected);
}

#[test]
fn a_refresh_in_the_air_ends_the_rejection_if_it_brings_another() {
    let rig = Rig::new([hourly(), hourly().gated(), hourly()]);
    let (_, receipt) = rig.send_by(&rig.client).unwrap();
    rig.clock.advance(HOUR - secs(200));
    assert_eq!(rig.send_at_once(), 1);
    assert_eq!(Head::rejected(&rig.client, &receipt), Verdict::Reauthorize);
    assert!(
        Head::try_sent_by(&rig.client).is_none(),
        "a rejected one is not served"
    );
    rig.issuer.gate().open();
    assert_eq!(rig.send().unwrap(), 2);
    assert_eq!(rig.issuer.calls(), 2);
    assert!(!rig.client.status().rejected);
}

#[test]
fn a_refresh_in_the_air_that_brings_the_same_is_followed_by_a_forced_one() {
    let end = onecred_core::Clock::now(&Rig::new([]).clock) + HOUR;
    let rig = Rig::new([
        Answer::bearer().expires_at(end),
        Answer::same().expires_at(end).gated(),
        hourly(),
    ]);
    let (_, receipt) = rig.send_by(&rig.client).unwrap();
    rig.clock.advance(HOUR - secs(200));
    rig.send_at_once();
    assert_eq!(Head::rejected(&rig.client, &receipt), Verdict::Reauthorize);
    rig.issuer.gate().open();
    assert_eq!(rig.send().unwrap(), 3);
    let reasons = [Reason::FirstUse, Reason::RefreshAhead, Reason::Rejected];
    assert_eq!(rig.issuer.reasons(), reasons);
}

#[test]
fn a_forced_refresh_survives_its_own_failure() {
    let rig = Rig::new([
        hourly(),
        Answer::error(ProviderErrorKind::Unavailable),
        Answer::panic(),
        hourly(),
    ]);
    // The refresh fails: the first answer is handed on.
    assert_eq!(rig.exchange_rejected(), [1]);
    // Nothing else can be had for now, so it is served, and nobody asks.
    assert_eq!(rig.send().unwrap(), 1);
    assert_eq!(rig.issuer.calls(), 2);
    rig.clock.advance(secs(3));
    assert_eq!(rig.send().unwrap(), 1);
    assert_eq!(rig.issuer.calls(), 3);
    assert!(rig.client.status().rejected);
    rig.clock.advance(secs(5));
    assert_eq!(rig.send().unwrap(), 4);
    let forced = &rig.issuer.reasons()[1..];
    assert_eq!(forced, [Reason::Rejected; 3]);
    assert!(!rig.client.status().rejected);
}

/// A forced refresh makes callers wait, once: not again and again for an issuer that hangs.
#[test]
fn an_issuer_that_hangs_is_waited_for_once() {
    let rig = Rig::new([hourly(), Answer::hang()]);
    let (_, receipt) = rig.send_by(&rig.client).unwrap();
    assert_eq!(Head::rejected(&rig.client, &receipt), Verdict::Reauthorize);
    assert!(Head::try_sent_by(&rig.client).is_none());
    rig.runtime.run_until_stalled();
    rig.clock.advance(secs(30));
    rig.runtime.run_until_stalled();
    for _ in 0..300 {
        assert_eq!(rig.send_at_once(), 1);
        rig.clock.advance(secs(1));
    }
    assert!(rig.issuer.calls() >= 4, "{} calls", rig.issuer.calls());
}

#[test]
fn a_source_that_still_has_the_rejected_one_is_not_asked_in_a_loop() {
    let rig = Rig::new([Answer::api_key(), Answer::same()]);
    for _ in 0..100 {
        assert_eq!(rig.exchange_rejected(), [1]);
    }
    assert_eq!(rig.issuer.calls(), 2);
    rig.issuer.push(Answer::api_key());
    rig.issuer.push(Answer::api_key());
    rig.clock.advance(secs(10));
    rig.send().unwrap();
    rig.clock.advance(secs(10));
    assert!(rig.send().unwrap() > 2, "the file was rotated at last");
}

#[test]
fn a_server_that_always_says_401_costs_a_handful_of_calls() {
    let rig = Rig::new([hourly()]);
    for _ in 0..1_000 {
        rig.exchange_rejected();
    }
    assert!(rig.issuer.calls() <= 3, "{} calls", rig.issuer.calls());
}

#[test]
fn the_same_spread_over_time_backs_off() {
    let rig = Rig::new([hourly()]);
    for _ in 0..1_000 {
        rig.exchange_rejected();
        rig.clock.advance(secs(1));
    }
    // 1 s to 60 s apart: far from one each.
    assert!(rig.issuer.calls() <= 60, "{} calls", rig.issuer.calls());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrently_too() {
    use onecred_core::CachedProvider;
    use onecred_testkit::ScriptedProvider;

    let issuer = ScriptedProvider::new().then(hourly());
    let client = client(CachedProvider::from(issuer.clone()));
    let exchanges: Vec<_> = (0..1_000)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move {
                let (_, receipt) = Head::sent_by(&client).await.unwrap();
                if Head::rejected(&client, &receipt) == Verdict::Reauthorize {
                    let mut again = Head::new();
                    let replay = client.reauthorize(&receipt, &mut again.view()).await;
                    if let Ok(Some(second)) = replay {
                        assert_eq!(Head::rejected(&client, &second), Verdict::Reject);
                    }
                }
            })
        })
        .collect();
    for exchange in exchanges {
        exchange.await.unwrap();
    }
    // Real time runs, so that a back-off of a second may end in between.
    assert!(issuer.calls() <= 8, "{} calls", issuer.calls());
    assert_eq!(issuer.most_at_once(), 1);
}

#[test]
fn fifty_reports_of_one_generation_cost_one_call() {
    let rig = Rig::new([hourly()]);
    let receipts: Vec<_> = (0..50)
        .map(|_| rig.send_by(&rig.client).unwrap().1)
        .collect();
    for receipt in &receipts {
        assert_eq!(Head::rejected(&rig.client, receipt), Verdict::Reauthorize);
    }
    for receipt in &receipts {
        let mut again = Head::new();
        let replayed = rig.run(rig.client.reauthorize(receipt, &mut again.view()));
        assert!(replayed.unwrap().is_some());
        assert_eq!(again.credential(), rig.issuer.secret(2));
    }
    assert_eq!(rig.issuer.calls(), 2);
}

#[test]
fn a_static_credential_is_reported_and_not_retried() {
    let client = client(key("static-key"));
    let (_, receipt) = Head::try_sent_by(&client).unwrap().unwrap();
    assert_eq!(Head::rejected(&client, &receipt), Verdict::Reject);
    assert_eq!(Head::try_sent_by(&client).unwrap().unwrap().0, "static-key");
}

#[test]
fn other_statuses_say_nothing() {
    let rig = Rig::new([hourly()]);
    let (_, receipt) = rig.send_by(&rig.client).unwrap();
    for status in [200, 302, 400, 403, 404, 429, 500, 503] {
        let headers = http::HeaderMap::new();
        let status = http::StatusCode::from_u16(status).unwrap();
        let head = onecred_core::ResponseHead::new(status, &headers);
        assert_eq!(rig.client.on_response(&receipt, &head), Verdict::Accept);
    }
    assert_eq!(rig.send().unwrap(), 1);
}
