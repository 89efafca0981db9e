//! One refresh at a time, whoever asks, leaves or hangs.

use std::sync::Arc;
use std::time::Duration;

use onecred_core::{AuthError, CachedProvider, ProviderErrorKind};
use onecred_testkit::{Answer, ScriptedProvider};
use onecred_tests::{HOUR, Head, Rig, client, secs};

/// More than any of these tests takes, so that a hang fails instead of hanging.
const LONG: Duration = secs(60);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_callers_of_an_empty_cache_cost_one_call() {
    let issuer = ScriptedProvider::new().then(Answer::hang().expires_in(HOUR));
    let client = client(CachedProvider::from(issuer.clone()));
    let callers: Vec<_> = (0..10_000)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { Head::sent_by(&client).await.map(|(sent, _)| sent) })
        })
        .collect();
    let gate = issuer.gate();
    assert!(gate.await_waiting(1, LONG), "the issuer is asked");
    gate.open();
    for caller in callers {
        assert_eq!(caller.await.unwrap().unwrap(), issuer.secret(1));
    }
    assert_eq!(issuer.calls(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_caller_that_started_it_may_leave() {
    let issuer = ScriptedProvider::new().then(Answer::hang().expires_in(HOUR));
    let client = client(CachedProvider::from(issuer.clone()));
    let first = {
        let client = client.clone();
        tokio::spawn(async move { Head::sent_by(&client).await.map(|_| ()) })
    };
    let gate = issuer.gate();
    assert!(gate.await_waiting(1, LONG));
    let second = {
        let client = client.clone();
        tokio::spawn(async move { Head::sent_by(&client).await.map(|(sent, _)| sent) })
    };
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    gate.open();
    assert_eq!(second.await.unwrap().unwrap(), issuer.secret(1));
    assert_eq!(issuer.calls(), 1);
    assert_eq!(issuer.most_at_once(), 1);
}

#[test]
fn everybody_may_leave_and_the_refresh_is_not_lost() {
    let rig = Rig::new([Answer::hang().expires_in(HOUR)]);
    assert!(rig.runtime.complete(Head::sent_by(&rig.client)).is_none());
    rig.issuer.gate().open();
    rig.runtime.run_until_stalled();
    assert_eq!(rig.send_at_once(), 1, "what it brought is there");
    assert_eq!(rig.issuer.calls(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_callers_share_one_failure() {
    let failure = Answer::error(ProviderErrorKind::Unavailable).gated();
    let issuer = ScriptedProvider::new().then(failure);
    // Real time: the retry is a second away, so the check below is done long before.
    let client = client(CachedProvider::from(issuer.clone()));
    let arrived = Arc::new(tokio::sync::Barrier::new(50));
    let callers: Vec<_> = (0..50)
        .map(|_| {
            let (client, arrived) = (client.clone(), Arc::clone(&arrived));
            tokio::spawn(async move {
                arrived.wait().await;
                match Head::sent_by(&client).await {
                    Err(AuthError::Provider(error)) => error,
                    other => panic!("{other:?}"),
                }
            })
        })
        .collect();
    assert!(issuer.gate().await_waiting(1, LONG));
    issuer.gate().release_one();
    let mut errors = Vec::new();
    for caller in callers {
        errors.push(caller.await.unwrap());
    }
    assert!(errors.iter().all(|error| error.is_same(&errors[0])));
    assert_eq!(issuer.calls(), 1);
}

#[test]
fn try_authorize_starts_the_refresh_and_leaves_the_request_alone() {
    let rig = Rig::new([Answer::bearer().expires_in(HOUR)]);
    let mut head = Head::to("https://api.example.com/v1?x=1");
    head.headers
        .insert("anthropic-beta", http::HeaderValue::from_static("a"));
    let before = head.clone();
    assert!(rig.client.try_authorize(&mut head.view()).is_none());
    assert_eq!(head, before);
    assert!(rig.client.try_authorize(&mut head.view()).is_none());
    rig.runtime.run_until_stalled();
    assert_eq!(rig.send_at_once(), 1);
    assert_eq!(rig.issuer.calls(), 1);
}

#[test]
fn nothing_is_asked_before_the_first_use() {
    let rig = Rig::new([Answer::bearer()]);
    let _derived = rig.client.derive().build().unwrap();
    rig.client.status();
    rig.runtime.run_until_stalled();
    assert_eq!((rig.issuer.calls(), rig.runtime.spawned()), (0, 0));
}
