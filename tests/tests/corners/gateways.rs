//! The declared second credential is refreshed, kept apart, and never in the way of the first.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::{HeaderName, HeaderValue};
use onecred_core::*;
use onecred_tests::{API, Head, key, secret};

fn target(gateway: Auth) -> Target {
    let builder = Target::builder("t").origin(API).unwrap();
    let builder = builder.key_header("x-api-key").unwrap();
    builder
        .gateway("x-gateway", gateway)
        .unwrap()
        .build()
        .unwrap()
}

#[test]
fn a_gateways_rejected_token_is_refreshed_and_the_request_replayed_once() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&calls);
    let gateway = provider_fn("gateway", move |_cx| {
        let call = counter.fetch_add(1, Ordering::Relaxed);
        async move {
            let token = HeaderSecret::parse(&format!("gateway-{call}"), TextFrom::Provider)?;
            Ok(Credential::bearer(token))
        }
    });
    let client = Authenticator::new(target(gateway.into()), key("main")).unwrap();
    let mut head = Head::new();
    let receipt = client.authorize_blocking(&mut head.view()).unwrap();
    assert_eq!(receipt.gateways(), 1);
    assert_eq!(head.values("x-gateway"), ["Bearer gateway-0"]);
    assert_eq!(Head::rejected(&client, &receipt), Verdict::Reauthorize);
    let replay = client
        .reauthorize_blocking(&receipt, &mut head.view())
        .unwrap()
        .unwrap();
    assert_eq!(head.values("x-gateway"), ["Bearer gateway-1"]);
    assert_eq!(head.values("x-api-key"), ["main"]);
    assert_eq!(Head::rejected(&client, &replay), Verdict::Reject);
    assert_eq!(calls.load(Ordering::Relaxed), 2);
}

#[test]
fn a_gateways_companion_cannot_take_the_place_of_the_credential() {
    let companion = Companion::set(
        HeaderName::from_static("x-main"),
        HeaderValue::from_static("no"),
    )
    .unwrap();
    let gateway = Auth::fixed(Credential::api_key(secret("gw")).companion(companion));
    let main = Credential::header(HeaderName::from_static("x-main"), secret("main-secret"));
    let client = Authenticator::new(target(gateway), Auth::fixed(main)).unwrap();
    let mut head = Head::new();
    let result = client.authorize_blocking(&mut head.view());
    assert!(matches!(result, Err(AuthError::Conflict(_))), "{result:?}");
    assert!(head.headers.is_empty());
}

#[test]
fn a_target_has_at_most_two_of_them() {
    let builder = Target::builder("t").origin(API).unwrap();
    let builder = ["a", "b", "c"].into_iter().fold(builder, |builder, name| {
        builder.gateway(name, key("k")).unwrap()
    });
    assert_eq!(builder.build().unwrap_err(), InvalidTarget::TooManyGateways);
}
