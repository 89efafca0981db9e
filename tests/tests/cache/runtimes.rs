//! Runtimes that disappear: the caller's, and the one that was given for refreshes.

use onecred_core::{CachedProvider, TokioRuntime};
use onecred_testkit::{Answer, ManualClock, ManualRuntime, ScriptedProvider};
use onecred_tests::{HOUR, Head, client, secs};

fn current_thread() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
}

#[test]
fn the_callers_runtime_may_be_dropped() {
    let issuer = ScriptedProvider::new().then(Answer::hang().expires_in(HOUR));
    let client = client(CachedProvider::from(issuer.clone()));
    let first = current_thread();
    let left = client.clone();
    first.spawn(async move { Head::sent_by(&left).await.map(|_| ()) });
    first.block_on(tokio::task::yield_now());
    assert!(issuer.gate().await_waiting(1, secs(60)));
    drop(first);
    issuer.gate().open();
    let (sent, _) = current_thread().block_on(Head::sent_by(&client)).unwrap();
    assert_eq!(sent, issuer.secret(1));
    assert_eq!(issuer.calls(), 1);
}

/// A `current_thread` runtime whose `block_on` has returned runs nothing any more.
#[test]
fn the_callers_runtime_may_stand_still() {
    let issuer = ScriptedProvider::new().then(Answer::hang().expires_in(HOUR));
    let client = client(CachedProvider::from(issuer.clone()));
    let idle = current_thread();
    let left = client.clone();
    idle.spawn(async move { Head::sent_by(&left).await.map(|_| ()) });
    idle.block_on(tokio::task::yield_now());
    assert!(issuer.gate().await_waiting(1, secs(60)));
    issuer.gate().open();
    let mut head = Head::new();
    client.authorize_blocking(&mut head.view()).unwrap();
    assert_eq!(head.credential(), issuer.secret(1));
    assert_eq!(issuer.calls(), 1);
}

#[test]
fn the_given_runtime_may_be_dropped_in_mid_refresh() {
    let given = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let issuer = ScriptedProvider::new()
        .then(Answer::hang().expires_in(HOUR))
        .then(Answer::bearer().expires_in(HOUR));
    let cache = CachedProvider::builder(issuer.clone())
        .runtime(TokioRuntime::new(given.handle().clone()))
        .build();
    let client = client(cache);
    let waits = {
        let client = client.clone();
        std::thread::spawn(move || {
            let mut head = Head::new();
            client
                .authorize_blocking(&mut head.view())
                .map(|_| head.credential())
        })
    };
    assert!(issuer.gate().await_waiting(1, secs(60)));
    drop(given);
    assert_eq!(waits.join().unwrap().unwrap(), issuer.secret(2));
    assert_eq!(
        issuer.most_at_once(),
        1,
        "the dropped call was gone before the next"
    );
}

#[test]
fn the_given_runtime_may_be_gone_from_the_start() {
    let given = current_thread();
    let handle = given.handle().clone();
    drop(given);
    let issuer = ScriptedProvider::new();
    let cache = CachedProvider::builder(issuer.clone())
        .runtime(TokioRuntime::new(handle))
        .build();
    let mut head = Head::new();
    client(cache).authorize_blocking(&mut head.view()).unwrap();
    assert_eq!(head.credential(), issuer.secret(1));
}

/// Sleeping on such a runtime panics; the refresh goes on elsewhere.
#[test]
fn the_given_runtime_may_have_no_timers() {
    let given = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .build()
        .unwrap();
    let issuer = ScriptedProvider::new();
    let cache = CachedProvider::builder(issuer.clone())
        .runtime(TokioRuntime::new(given.handle().clone()))
        .build();
    let mut head = Head::new();
    client(cache).authorize_blocking(&mut head.view()).unwrap();
    assert_eq!(head.credential(), issuer.secret(issuer.calls()));
}

#[test]
fn a_killed_runtime_leaves_the_cache_usable() {
    let clock = ManualClock::new();
    let runtime = ManualRuntime::new(&clock);
    let issuer = ScriptedProvider::new().then(Answer::bearer().expires_in(HOUR));
    let cache = CachedProvider::builder(issuer.clone())
        .clock(clock.clone())
        .runtime(runtime.clone())
        .build();
    let client = client(cache);
    runtime.kill();
    for call in 1..=3 {
        let mut head = Head::new();
        client.authorize_blocking(&mut head.view()).unwrap();
        assert_eq!(head.credential(), issuer.secret(call));
        clock.advance(HOUR);
    }
}
