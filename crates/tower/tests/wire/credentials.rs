//! Exactly one credential, the right one, whatever happens to the client.

use std::sync::atomic::Ordering;

use bytes::Bytes;
use http::{HeaderValue, Request, Response};
use http_body_util::Full;
use onecred_core::{Auth, AuthError, Authenticator, ProviderError, provider_fn};
use onecred_testkit::wire::{Reply, WireServer};
use onecred_tower::{AuthLayer, BoxError, MissingAuthenticator};
use tower::{Layer, Service, ServiceExt};

use crate::common::*;

#[tokio::test]
async fn one_line_for_each_kind_and_none_for_anonymous() {
    let server = WireServer::builder()
        .respond(|_| Reply::ok())
        .start()
        .unwrap();
    for auth in [
        key("key-1"),
        Auth::bearer(secret("token-1")),
        numbered_tokens().0,
        Auth::signer(BodySigner::new()),
        Auth::Anonymous,
    ] {
        let service = AuthLayer::new(with_auth(&[&server], auth)).layer(client());
        send(&service, post(&server.url("/v1"), "hello"))
            .await
            .unwrap();
    }
    let lines = all_credential_lines(&server);
    assert_eq!(lines[0], ["x-api-key: key-1"]);
    assert_eq!(lines[1], ["authorization: Bearer token-1"]);
    assert_eq!(lines[2], ["authorization: Bearer token-1"]);
    assert_eq!(lines[3], ["x-signature: 1 hello"]);
    assert_eq!(lines[4], [""; 0]);
}

#[tokio::test]
async fn a_live_service_follows_clone_derive_and_replace() {
    let server = WireServer::start().unwrap();
    let parent = with_auth(&[&server], key("key-1"));
    let (provider, _) = numbered_tokens();
    let child = parent.derive().auth(provider).build().unwrap();
    let parent_service = AuthLayer::new(parent.clone()).layer(client());
    let cloned_service = parent_service.clone();
    let child_service = AuthLayer::new(child).layer(client());

    let url = server.url("/v1");
    send(&parent_service, get(&url)).await.unwrap();
    send(&child_service, get(&url)).await.unwrap();
    parent.replace(Auth::bearer(secret("replaced"))).unwrap();
    for service in [&parent_service, &cloned_service, &child_service] {
        assert_eq!(send(service, get(&url)).await.unwrap().status(), 200);
    }
    let lines = all_credential_lines(&server).concat();
    assert_eq!(
        lines,
        [
            "x-api-key: key-1",
            "authorization: Bearer token-1",
            "authorization: Bearer replaced",
            "authorization: Bearer replaced",
            "authorization: Bearer token-1",
        ]
    );
    assert_eq!(server.tally().one_credential, 5);
}

#[tokio::test]
async fn a_foreign_credential_is_refused_and_nothing_is_sent() {
    let server = WireServer::start().unwrap();
    let (provider, asked) = numbered_tokens();
    let service = AuthLayer::new(with_auth(&[&server], provider)).layer(client());

    let mut request = get(&server.url("/v1"));
    let theirs = HeaderValue::from_static("theirs");
    request.headers_mut().insert("X-Api-Key", theirs);
    let error = auth_error(send(&service, request).await);
    assert!(matches!(&error, AuthError::ForeignCredential(name)
        if name.as_header().is_some_and(|name| name == "x-api-key")));
    assert!(!error.to_string().contains("theirs"));

    let query = get(&server.url("/v1?access_token=theirs"));
    let error = auth_error(send(&service, query).await);
    assert!(matches!(error, AuthError::ForeignCredential(_)));
    assert_eq!((server.count(), asked.load(Ordering::SeqCst)), (0, 0));
}

#[tokio::test]
async fn other_places_and_paths_alone_are_refused() {
    let (server, other) = (WireServer::start().unwrap(), WireServer::start().unwrap());
    let service = AuthLayer::new(with_auth(&[&server], key("key-1"))).layer(client());
    let with_user = server.url("/v1").replace("http://", "http://user@");
    for url in [other.url("/v1").as_str(), "/v1", with_user.as_str()] {
        let error = auth_error(send(&service, get(url)).await);
        assert!(
            matches!(error, AuthError::OriginNotAllowed(_)),
            "{url}: {error}"
        );
    }
    assert_eq!((server.count(), other.count()), (0, 0));
}

#[tokio::test]
async fn requests_bring_their_own_authenticator_and_one_service_serves_all() {
    let server = WireServer::start().unwrap();
    let tenants = ["red", "blue"].map(|name| with_auth(&[&server], key(name)));
    let default = AuthLayer::new(with_auth(&[&server], key("default"))).layer(client());
    let strict = AuthLayer::per_request().layer(client());
    for tenant in &tenants {
        for service in [&default, &strict] {
            let mut request = get(&server.url("/v1"));
            request.extensions_mut().insert(tenant.clone());
            send(service, request).await.unwrap();
        }
    }
    send(&default, get(&server.url("/v1"))).await.unwrap();
    let error = send(&strict, get(&server.url("/v1"))).await.unwrap_err();
    assert!(error.is::<MissingAuthenticator>(), "{error}");
    let lines = all_credential_lines(&server).concat();
    let keys: Vec<_> = lines
        .iter()
        .map(|line| &line["x-api-key: ".len()..])
        .collect();
    assert_eq!(keys, ["red", "red", "blue", "blue", "default"]);
}

#[tokio::test]
async fn a_provider_that_fails_is_an_error_and_nothing_is_sent() {
    let server = WireServer::start().unwrap();
    let denied = provider_fn("login", |_cx| async {
        Err(ProviderError::denied("log in again"))
    });
    let service = AuthLayer::new(with_auth(&[&server], denied)).layer(client());
    let error = auth_error(send(&service, get(&server.url("/v1"))).await);
    assert!(matches!(error, AuthError::Provider(_)));
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn values_are_sensitive_and_the_authenticator_goes_no_further() {
    let inner = tower::service_fn(|request: Request<Full<Bytes>>| async move {
        assert!(request.headers()["x-api-key"].is_sensitive());
        assert!(request.extensions().get::<Authenticator>().is_none());
        Ok::<_, BoxError>(Response::new(Full::<Bytes>::default()))
    });
    let server = WireServer::start().unwrap();
    let service = AuthLayer::per_request().layer(inner);
    let mut request = get(&server.url("/v1"));
    request
        .extensions_mut()
        .insert(with_auth(&[&server], key("key-1")));
    send(&service, request).await.unwrap();
}

#[tokio::test]
async fn debug_shows_no_secret() {
    let server = WireServer::start().unwrap();
    let layer = AuthLayer::new(with_auth(&[&server], key("planted-secret")));
    let mut service = layer.layer(client());
    let mut shown = format!("{layer:?} {service:?}");
    let future = service.ready().await.unwrap().call(get(&server.url("/v1")));
    shown += &format!("{future:?}");
    shown += &format!("{:?}", soon(future).await.unwrap());
    assert_eq!(server.tally().one_credential, 1);
    assert!(
        shown.contains("AuthLayer") && !shown.contains("planted"),
        "{shown}"
    );
}
