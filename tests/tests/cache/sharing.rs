//! One cache, many clients.

use std::sync::Arc;

use onecred_core::{
    Auth, Authenticator, CachedProvider, Companion, Credential, Event, HeaderSecret, Observer,
    ProviderErrorKind, TextFrom, Verdict, provider_fn,
};
use onecred_testkit::{Answer, ManualClock, ManualRuntime};
use onecred_tests::{API, HOUR, Head, Rig, client, secs, target, token};

#[test]
fn two_clients_a_derived_one_and_a_wrapper_cost_one_refresh() {
    let rig = Rig::new([Answer::bearer().expires_in(HOUR)]);
    let second = client(rig.cache.clone());
    let derived = rig.client.derive().build().unwrap();
    // As assume-role and impersonation do: exchanges the base credential for another.
    let base = rig.cache.clone();
    let wrapper = CachedProvider::builder(provider_fn("wrapper", move |_cx| {
        let base = base.clone();
        async move {
            let base = base.credential().await?;
            let text = base.secret().map(HeaderSecret::expose).unwrap_or_default();
            let exchanged = HeaderSecret::parse(&format!("via-{text}"), TextFrom::Provider)?;
            Ok(Credential::bearer(exchanged))
        }
    }))
    .clock(rig.clock.clone())
    .runtime(rig.runtime.clone())
    .build();
    let wrapped = client(wrapper);

    let secret = rig.issuer.secret(1);
    let sent = rig.run(async {
        let mut all = Vec::new();
        for client in [&wrapped, &derived, &second, &rig.client] {
            all.push(Head::sent_by(client).await.unwrap().0);
        }
        all
    });
    assert_eq!(
        sent,
        [
            format!("via-{secret}"),
            secret.clone(),
            secret.clone(),
            secret
        ]
    );
    assert_eq!(rig.issuer.calls(), 1);
}

#[test]
fn a_refresh_and_a_rejection_reach_every_client() {
    let rig = Rig::new([Answer::bearer().expires_in(HOUR)]);
    let derived = rig.client.derive().build().unwrap();
    rig.send().unwrap();
    let (first, receipt) = rig.send_by(&derived).unwrap();
    assert_eq!(first, 1);
    assert_eq!(Head::rejected(&derived, &receipt), Verdict::Reauthorize);
    assert_eq!(rig.send_by(&derived).unwrap().0, 2);
    assert_eq!(rig.send().unwrap(), 2);
    assert_eq!(rig.issuer.calls(), 2);
}

/// The cache hears of it, whoever reports; the replay is for the client that sent the request.
#[test]
fn a_sibling_may_report_and_not_replay() {
    let rig = Rig::new([Answer::bearer().expires_in(HOUR)]);
    let derived = rig.client.derive().build().unwrap();
    let (_, receipt) = rig.send_by(&derived).unwrap();
    assert_eq!(Head::rejected(&rig.client, &receipt), Verdict::Reject);
    let mut again = Head::new();
    let replay = rig.run(rig.client.reauthorize(&receipt, &mut again.view()));
    assert_eq!(replay.unwrap(), None);
    assert_eq!(again, Head::new());
    assert_eq!(rig.send_by(&derived).unwrap().0, 2);
}

#[test]
fn a_stranger_may_not() {
    let rig = Rig::new([Answer::bearer().expires_in(HOUR)]);
    let other = Rig::new([Answer::bearer().expires_in(HOUR)]);
    let (_, receipt) = rig.send_by(&rig.client).unwrap();
    other.send().unwrap();
    assert_eq!(Head::rejected(&other.client, &receipt), Verdict::Reject);
    let mut again = Head::new();
    let replay = other.run(other.client.reauthorize(&receipt, &mut again.view()));
    assert_eq!(replay.unwrap(), None);
    assert_eq!(again, Head::new(), "nothing was put there");
    assert_eq!(other.send().unwrap(), 1);
    assert_eq!((rig.issuer.calls(), other.issuer.calls()), (1, 1));
}

#[test]
fn a_replay_never_crosses_a_replace_to_another_subject() {
    let rig = Rig::new([Answer::bearer().expires_in(HOUR).subject("alice")]);
    let (_, receipt) = rig.send_by(&rig.client).unwrap();
    let other = Rig::new([Answer::bearer().expires_in(HOUR).subject("mallory")]);
    other.send().unwrap();
    rig.client.replace(other.cache.clone()).unwrap();
    assert_eq!(Head::rejected(&rig.client, &receipt), Verdict::Reject);
    let mut again = Head::new();
    let replay = rig.run(rig.client.reauthorize(&receipt, &mut again.view()));
    assert_eq!(replay.unwrap(), None);
    // The old cache has heard of it all the same.
    assert!(rig.cache.status().rejected);
}

/// The replace happens while the replay waits for its credential.
#[test]
fn nor_does_it_when_the_replace_comes_in_between() {
    let rig = Rig::new([
        Answer::bearer().expires_in(HOUR).subject("alice"),
        Answer::bearer().expires_in(HOUR).subject("alice").gated(),
    ]);
    let (_, receipt) = rig.send_by(&rig.client).unwrap();
    assert_eq!(Head::rejected(&rig.client, &receipt), Verdict::Reauthorize);
    let client = rig.client.clone();
    let gate = rig.issuer.gate();
    let mut again = Head::new();
    let mut view = again.view();
    let replay = rig.client.reauthorize(&receipt, &mut view);
    let replaces = async {
        client.replace(token("token-of-somebody-else")).unwrap();
        gate.open();
    };
    let (replayed, ()) = rig.run(async { tokio::join!(replay, replaces) });
    assert_eq!(replayed.unwrap(), None);
    assert_eq!(again, Head::new());
}

#[test]
fn it_does_cross_within_one_subject() {
    let rig = Rig::new([Answer::bearer().expires_in(HOUR).subject("alice")]);
    let (_, receipt) = rig.send_by(&rig.client).unwrap();
    let fixed = Credential::bearer(onecred_tests::secret("alices-other-token")).subject("alice");
    rig.client.replace(Auth::fixed(fixed)).unwrap();
    assert_eq!(Head::rejected(&rig.client, &receipt), Verdict::Reauthorize);
    let mut again = Head::new();
    let replay = rig.run(rig.client.reauthorize(&receipt, &mut again.view()));
    assert!(replay.unwrap().is_some());
    assert_eq!(again.credential(), "alices-other-token");
}

/// Given the request as it was sent, what the old credential put there goes, by its own names: its header
/// and its companions, not only those of the credential that follows.
#[test]
fn the_old_credentials_traces_are_taken_back() {
    let old = Credential::header(
        http::HeaderName::from_static("x-old-token"),
        onecred_tests::secret("old-token"),
    )
    .companion(
        Companion::merge(
            http::HeaderName::from_static("anthropic-beta"),
            http::HeaderValue::from_static("oauth-2025-04-20"),
        )
        .unwrap(),
    )
    .subject("alice");
    let client = client(Auth::fixed(old));
    let mut head = Head::new();
    head.headers
        .insert("anthropic-beta", http::HeaderValue::from_static("mine"));
    let receipt = client.authorize_blocking(&mut head.view()).unwrap();
    assert_eq!(head.values("anthropic-beta"), ["mine, oauth-2025-04-20"]);
    let new = Credential::bearer(onecred_tests::secret("new-token")).subject("alice");
    client.replace(Auth::fixed(new)).unwrap();
    assert_eq!(Head::rejected(&client, &receipt), Verdict::Reauthorize);
    let replay = client
        .reauthorize_blocking(&receipt, &mut head.view())
        .unwrap();
    assert!(replay.is_some());
    assert_eq!(head.values("x-old-token"), [""; 0]);
    assert_eq!(head.values("anthropic-beta"), ["mine"]);
    assert_eq!(head.credential(), "new-token");
}

/// The same within one cache: a refresh may bring another form with other companions.
#[test]
fn so_are_those_of_an_older_generation() {
    let beta = |value| {
        Companion::set(
            http::HeaderName::from_static("anthropic-workspace-id"),
            http::HeaderValue::from_static(value),
        )
        .unwrap()
    };
    let rig = Rig::new([
        Answer::bearer().expires_in(HOUR).companion(beta("one")),
        Answer::api_key().expires_in(HOUR),
    ]);
    let mut head = Head::new();
    let receipt = rig.run(rig.client.authorize(&mut head.view())).unwrap();
    assert_eq!(head.values("anthropic-workspace-id"), ["one"]);
    assert_eq!(Head::rejected(&rig.client, &receipt), Verdict::Reauthorize);
    rig.send().unwrap();
    let replay = rig.run(rig.client.reauthorize(&receipt, &mut head.view()));
    assert!(replay.unwrap().is_some());
    assert_eq!(head.values("anthropic-workspace-id"), [""; 0]);
    assert_eq!(head.values("authorization"), [""; 0]);
    assert_eq!(head.credential(), rig.issuer.secret(2));
}

/// A token source that authorizes its own requests with the client that waits for it.
#[test]
fn a_provider_that_waits_for_itself_is_told() {
    let own: Arc<std::sync::OnceLock<Authenticator>> = Arc::default();
    let seen = Arc::clone(&own);
    let clock = ManualClock::new();
    let runtime = ManualRuntime::new(&clock);
    let cache = CachedProvider::builder(provider_fn("loop", move |_cx| {
        let own = Arc::clone(&seen);
        async move {
            let client = own.get().expect("set below");
            match Head::sent_by(client).await {
                Err(onecred_core::AuthError::Provider(error)) => Err(error),
                other => panic!("{other:?}"),
            }
        }
    }))
    .clock(clock.clone())
    .runtime(runtime.clone())
    .build();
    let client = client(cache);
    own.set(client.clone()).unwrap();
    let error = runtime
        .complete(client.warm_up())
        .expect("it does not wait for the timeout")
        .unwrap_err();
    let onecred_core::AuthError::Provider(error) = error else {
        panic!("{error:?}");
    };
    assert_eq!(error.kind(), ProviderErrorKind::Misconfigured);
}

#[derive(Debug)]
struct Throws;

impl Observer for Throws {
    fn event(&self, _event: &Event<'_>) {
        panic!("an observer's bug");
    }
}

#[test]
fn an_observers_panic_costs_nobody_his_credential() {
    let rig = Rig::new([Answer::bearer().expires_in(HOUR)]);
    let cache = CachedProvider::builder(rig.issuer.clone())
        .clock(rig.clock.clone())
        .runtime(rig.runtime.clone())
        .observer(Arc::new(Throws))
        .build();
    let client = client(cache);
    assert_eq!(rig.send_by(&client).unwrap().0, 1);
    assert_eq!(rig.issuer.calls(), 1);
}

/// A gateway's header is the gateway's: the client's own credential cannot go there too.
#[test]
fn a_gateways_header_is_taken() {
    let gateway = onecred_core::Target::builder("api")
        .origin(API)
        .and_then(|target| target.key_header("x-api-key"))
        .and_then(|target| target.gateway("authorization", token("gateways-token")))
        .and_then(|target| target.build())
        .unwrap();
    let client = Authenticator::new(gateway, onecred_tests::key("own-key")).unwrap();
    let refused = client.replace(token("own-token"));
    assert!(matches!(refused, Err(onecred_core::AuthError::Conflict(_))));
    let mut head = Head::new();
    client.authorize_blocking(&mut head.view()).unwrap();
    assert_eq!(head.values("x-api-key"), ["own-key"]);
    assert_eq!(head.values("authorization"), ["Bearer gateways-token"]);
}

#[test]
fn a_companion_cannot_be_a_second_credential() {
    let second = Companion::set(
        http::HeaderName::from_static("x-corp-key"),
        http::HeaderValue::from_static("another-key"),
    )
    .unwrap();
    let corp = onecred_core::Target::builder("corp")
        .origin(API)
        .and_then(|target| target.key_header("x-corp-key"))
        .and_then(|target| target.build())
        .unwrap();
    let auth =
        || Auth::fixed(Credential::bearer(onecred_tests::secret("t")).companion(second.clone()));
    let refused = Authenticator::new(corp, auth());
    assert!(matches!(refused, Err(onecred_core::AuthError::Conflict(_))));
    assert!(
        Authenticator::new(target(), auth()).is_ok(),
        "elsewhere it is an ordinary header"
    );
}

/// Who brought his own credential does not wait for ours, nor fail with it.
#[test]
fn a_deferred_request_needs_no_provider() {
    let rig = Rig::new([Answer::error(ProviderErrorKind::Denied)]);
    let client = Authenticator::builder(target(), rig.cache.clone())
        .foreign(onecred_core::ForeignPolicy::Defer)
        .build()
        .unwrap();
    let mut head = Head::new();
    head.headers
        .insert("x-api-key", http::HeaderValue::from_static("callers-own"));
    let receipt = client.try_authorize(&mut head.view()).unwrap().unwrap();
    assert!(receipt.is_deferred());
    assert_eq!(head.credential(), "callers-own");
    rig.clock.advance(secs(1));
    assert_eq!(rig.issuer.calls(), 0);
}
