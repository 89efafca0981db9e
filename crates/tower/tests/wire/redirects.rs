//! Redirects, with the layers in the right order and in the wrong one.

use http::HeaderValue;
use onecred_core::{AuthError, Authenticator};
use onecred_testkit::wire::{Reply, WireServer};
use onecred_tower::{AuthLayer, MissingAuthenticator, OriginGuardLayer, OtherOrigins};
use tower::ServiceBuilder;
use tower_http::follow_redirect::FollowRedirectLayer;
use tower_http::follow_redirect::policy::FilterCredentials;

use crate::common::*;

/// A server that sends everybody elsewhere, and elsewhere.
fn two_servers() -> (WireServer, WireServer) {
    let other = WireServer::builder()
        .respond(|_| Reply::ok().body("elsewhere"))
        .start()
        .unwrap();
    let there = other.url("/landing");
    let first = WireServer::builder()
        .respond(move |request| match request.path() {
            "/moved" => Reply::redirect(302, "/here"),
            "/here" => Reply::check_credentials(),
            _ => Reply::redirect(307, &there),
        })
        .start()
        .unwrap();
    (first, other)
}

#[tokio::test]
async fn plain_follow_redirect_leaks_a_key_that_is_on_the_request() {
    let (first, other) = two_servers();
    let service = ServiceBuilder::new()
        .layer(FollowRedirectLayer::new())
        .service(client());
    let mut request = get(&first.url("/away"));
    request
        .headers_mut()
        .insert("x-api-key", HeaderValue::from_static("key-1"));
    send(&service, request).await.unwrap();
    assert_eq!(all_credential_lines(&other).concat(), ["x-api-key: key-1"]);
}

#[tokio::test]
async fn inside_the_redirect_layer_every_hop_is_authorized_by_itself() {
    let (first, other) = two_servers();
    let service = ServiceBuilder::new()
        .layer(FollowRedirectLayer::new())
        .layer(AuthLayer::new(with_auth(&[&first], key("key-1"))))
        .service(client());
    let response = send(&service, get(&first.url("/moved"))).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!((first.tally().one_credential, first.count()), (2, 2));

    let error = auth_error(send(&service, get(&first.url("/away"))).await);
    let AuthError::OriginNotAllowed(refused) = error else {
        panic!("{error}")
    };
    assert_eq!(refused.origin(), other.origin());
    assert_eq!((first.count(), other.count()), (3, 0));

    // Both places are the target's: both hops are authorized.
    let both = ServiceBuilder::new()
        .layer(FollowRedirectLayer::new())
        .layer(AuthLayer::new(with_auth(&[&first, &other], key("key-2"))))
        .service(client());
    send(&both, get(&first.url("/away"))).await.unwrap();
    assert_eq!(all_credential_lines(&other).concat(), ["x-api-key: key-2"]);
}

#[tokio::test]
async fn a_hop_elsewhere_can_be_sent_bare() {
    let (first, other) = two_servers();
    let layer = AuthLayer::new(with_auth(&[&first], key("key-1")));
    let service = ServiceBuilder::new()
        .layer(FollowRedirectLayer::new())
        .layer(layer.other_origins(OtherOrigins::SendBare))
        .service(client());
    let mut request = get(&first.url("/away"));
    let mut private = HeaderValue::from_static("mine");
    request.headers_mut().insert("x-public", private.clone());
    private.set_sensitive(true);
    request.headers_mut().insert("x-private", private);
    let response = send(&service, request).await.unwrap();
    assert_eq!(text(response).await, "elsewhere");
    assert_eq!(all_credential_lines(&first).concat(), ["x-api-key: key-1"]);
    let [bare] = other.requests().try_into().unwrap();
    assert!(bare.credentials().is_empty(), "{bare:?}");
    assert_eq!(bare.header_values("x-public"), ["mine"]);
    assert!(bare.header_values("x-private").is_empty());

    // A caller's own key does not go there either, and what is no plain place is refused still.
    let mut direct = get(&other.url("/direct"));
    direct
        .headers_mut()
        .insert("x-api-key", HeaderValue::from_static("theirs"));
    send(&service, direct).await.unwrap();
    assert!(other.requests()[1].credentials().is_empty());
    let with_user = other.url("/").replace("http://", "http://user@");
    let error = auth_error(send(&service, get(&with_user)).await);
    assert!(matches!(error, AuthError::OriginNotAllowed(_)));
    assert_eq!(other.count(), 2);
}

#[tokio::test]
async fn outside_the_redirect_layer_the_key_is_copied_and_the_guard_stops_it() {
    let (first, other) = two_servers();
    let authenticator = with_auth(&[&first], key("key-1"));
    let wrong = ServiceBuilder::new()
        .layer(AuthLayer::new(authenticator.clone()))
        .layer(FollowRedirectLayer::new())
        .service(client());
    send(&wrong, get(&first.url("/away"))).await.unwrap();
    // As documented: nothing that a layer outside can see or prevent.
    assert_eq!(all_credential_lines(&other).concat(), ["x-api-key: key-1"]);

    let guarded = ServiceBuilder::new()
        .layer(AuthLayer::new(authenticator.clone()))
        .layer(FollowRedirectLayer::new())
        .layer(OriginGuardLayer::new(authenticator.target().clone()))
        .service(client());
    let error = auth_error(send(&guarded, get(&first.url("/away"))).await);
    assert!(matches!(error, AuthError::OriginNotAllowed(_)), "{error}");
    assert_eq!(other.count(), 1);
    let response = send(&guarded, get(&first.url("/moved"))).await.unwrap();
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn the_guard_knows_several_targets_and_lets_requests_without_a_credential_pass() {
    let (first, other) = two_servers();
    let third = WireServer::start().unwrap();
    let guard = OriginGuardLayer::new(target(&[&first])).also(target(&[&third]));
    let service = ServiceBuilder::new().layer(guard).service(client());
    let with_key = |url: String| {
        let mut request = get(&url);
        request
            .headers_mut()
            .insert("api-key", HeaderValue::from_static("key-1"));
        request
    };
    send(&service, with_key(first.url("/here"))).await.unwrap();
    send(&service, with_key(third.url("/"))).await.unwrap();
    send(&service, get(&other.url("/"))).await.unwrap();
    auth_error(send(&service, with_key(other.url("/"))).await);
    assert_eq!((first.count(), third.count(), other.count()), (1, 1, 1));
}

#[tokio::test]
async fn a_tenants_request_never_goes_on_under_another_name() {
    let (first, other) = two_servers();
    let tenant = with_auth(&[&first, &other], key("tenant"));
    let request = || {
        let mut request = get(&first.url("/away"));
        request.extensions_mut().insert(tenant.clone());
        request
    };
    // The redirect layer drops extensions on the way to another origin.
    let service = ServiceBuilder::new()
        .layer(FollowRedirectLayer::new())
        .layer(AuthLayer::per_request())
        .service(client());
    let error = send(&service, request()).await.unwrap_err();
    assert!(error.is::<MissingAuthenticator>(), "{error}");
    assert_eq!(other.count(), 0);

    let policy = FilterCredentials::new().allow_extension::<Authenticator>();
    let service = ServiceBuilder::new()
        .layer(FollowRedirectLayer::with_policy(policy))
        .layer(AuthLayer::per_request())
        .service(client());
    send(&service, request()).await.unwrap();
    assert_eq!(all_credential_lines(&other).concat(), ["x-api-key: tenant"]);
}
