//! The extension of a bare client refuses what it can see to be unsafe.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

mod common;

use common::{KEY, accepting, lines, only, secret, target, tokens, with_key};
use http::{HeaderMap, HeaderValue};
use onecred_core::{Auth, AuthError, Authenticator};
use onecred_reqwest::{BareRequestExt, Error};
use onecred_testkit::wire::{Reply, WireServer};

fn client(policy: reqwest::redirect::Policy, default: Option<&'static str>) -> reqwest::Client {
    let mut headers = HeaderMap::new();
    if let Some(name) = default {
        headers.insert(name, HeaderValue::from_static("theirs"));
    }
    reqwest::Client::builder()
        .no_proxy()
        .redirect(policy)
        .default_headers(headers)
        .build()
        .unwrap()
}

fn none() -> reqwest::redirect::Policy {
    reqwest::redirect::Policy::none()
}

#[tokio::test]
async fn a_clean_client_sends_one_credential() {
    let server = WireServer::start().unwrap();
    let request = client(none(), Some("x-tenant")).get(server.url("/"));
    let response = request.send_authorized_bare(&with_key(&server)).await;
    assert_eq!(response.unwrap().status(), 200);
    let request = only(&server);
    assert_eq!(lines(&request, "x-api-key"), [format!("x-api-key: {KEY}")]);
    assert_eq!(lines(&request, "x-tenant"), ["x-tenant: theirs"]);
}

#[tokio::test]
async fn default_headers_with_a_credential_are_refused() {
    let server = WireServer::start().unwrap();
    // What reqwest would do: add its default header to ours.
    for name in ["authorization", "api-key", "x-api-key", "x-goog-api-key"] {
        let request = client(none(), Some(name)).get(server.url("/"));
        let error = request.send_authorized_bare(&with_key(&server)).await;
        match error {
            Err(Error::DefaultHeader(found)) => assert_eq!(found, name),
            other => panic!("{name}: {other:?}"),
        }
    }
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_client_that_follows_redirects_is_refused_unless_reqwest_drops_the_header() {
    let other = WireServer::builder()
        .respond(|_| Reply::ok())
        .start()
        .unwrap();
    let to = other.origin();
    let server = WireServer::builder()
        .respond(move |_| Reply::redirect(302, &to))
        .start()
        .unwrap();
    let following = client(reqwest::redirect::Policy::default(), None);
    let request = following.get(server.url("/"));
    let error = request.send_authorized_bare(&with_key(&server)).await;
    assert!(matches!(error, Err(Error::RedirectsOn)), "{error:?}");
    assert_eq!(server.count(), 0);

    let bearer = Authenticator::new(target(&server), Auth::bearer(secret("t"))).unwrap();
    let request = following.get(server.url("/"));
    let response = request.send_authorized_bare(&bearer).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(server.tally().one_credential, 1);
    assert!(only(&other).credentials().is_empty());
}

#[tokio::test]
async fn a_credential_on_the_request_or_in_the_url_is_refused() {
    let server = WireServer::start().unwrap();
    let plain = client(none(), None);
    let user = server.url("/").replace("http://", "http://user:secret@");
    let requests = [
        plain.get(server.url("/")).bearer_auth("theirs"),
        plain.get(user),
        plain.get(server.url("/?access_token=theirs")),
    ];
    for request in requests {
        let error = request.send_authorized_bare(&with_key(&server)).await;
        assert!(
            matches!(
                error.as_ref().map_err(|error| error.as_auth()),
                Err(Some(AuthError::ForeignCredential(_)))
            ),
            "{error:?}"
        );
    }
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_401_is_replayed_once() {
    let server = accepting("token-2");
    let auth = Auth::provider(tokens().0);
    let authenticator = Authenticator::new(target(&server), auth).unwrap();
    let request = client(none(), None).post(server.url("/")).body("body");
    let response = request.send_authorized_bare(&authenticator).await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(server.requests().iter().all(|r| r.body() == b"body"));
    assert_eq!(server.count(), 2);
}
