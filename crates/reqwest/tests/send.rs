//! The HTTP port for token endpoints and metadata servers.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

mod common;

use std::time::Duration;

use bytes::Bytes;
use common::{only, target};
use http::Request;
use onecred_core::{
    Auth, Authenticator, CachedProvider, Credential, HeaderSecret, HttpSend, MAX_RESPONSE_BYTES,
    ProviderError, Route, SendError, SendErrorKind, TextFrom, provider_fn,
};
use onecred_reqwest::{Client, ReqwestSend, Transport};
use onecred_testkit::wire::{Reply, WireServer};

fn get(url: &str) -> Request<Bytes> {
    Request::get(url).body(Bytes::new()).unwrap()
}

async fn refused(route: Route, url: &str) -> SendError {
    let send = ReqwestSend::new().unwrap();
    let error = send.send(route, get(url)).await.unwrap_err();
    assert_eq!(error.kind(), SendErrorKind::Refused, "{url}: {error:?}");
    error
}

#[tokio::test]
async fn a_token_endpoint_gets_the_request_as_it_is() {
    let server = WireServer::builder()
        .respond(|_| {
            Reply::status(400)
                .header("retry-after", "7")
                .json(r#"{"error":"invalid_grant"}"#)
        })
        .start()
        .unwrap();
    let send = ReqwestSend::new().unwrap();
    for route in [Route::Issuer, Route::Metadata] {
        let request = Request::post(server.url("/token?x=1"))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("metadata-flavor", "Google")
            .body(Bytes::from_static(b"grant_type=client_credentials"))
            .unwrap();
        let response = send.send(route, request).await.unwrap();
        assert_eq!(response.status(), 400);
        assert_eq!(response.headers()["retry-after"], "7");
        assert_eq!(response.body(), r#"{"error":"invalid_grant"}"#);
        let request = server.take().pop().unwrap();
        assert_eq!(request.target(), "/token?x=1");
        assert_eq!(request.header_values("metadata-flavor"), ["Google"]);
        assert_eq!(request.body(), b"grant_type=client_credentials");
        assert!(request.credentials().is_empty());
    }
}

#[tokio::test]
async fn places_that_the_route_forbids_are_not_contacted() {
    for url in [
        "http://issuer.example/token",
        "https://169.254.169.254/token",
        "https://[fe80::1]/token",
        "https://user:pass@issuer.example/token",
        "ftp://issuer.example/",
    ] {
        refused(Route::Issuer, url).await;
    }
    for url in ["https://issuer.example/", "http://169.254.1.1/"] {
        refused(Route::Metadata, url).await;
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let other = WireServer::start().unwrap();
    let to = other.origin();
    let server = WireServer::builder()
        .respond(move |_| Reply::redirect(302, &to))
        .start()
        .unwrap();
    let send = ReqwestSend::new().unwrap();
    for route in [Route::Issuer, Route::Metadata] {
        let response = send.send(route, get(&server.url("/"))).await.unwrap();
        assert_eq!(response.status(), 302);
    }
    assert_eq!(other.count(), 0);
}

#[tokio::test]
async fn a_response_that_is_too_large_is_refused_announced_or_not() {
    let server = WireServer::builder()
        .respond(|request| {
            let body = vec![b'x'; MAX_RESPONSE_BYTES + 1];
            match request.path() {
                "/announced" => Reply::ok().body(body),
                "/chunked" => {
                    let mut chunked = format!("{:x}\r\n", body.len()).into_bytes();
                    chunked.extend(body);
                    chunked.extend(b"\r\n0\r\n\r\n");
                    Reply::ok()
                        .header("transfer-encoding", "chunked")
                        .body(chunked)
                }
                _ => Reply::ok().body(&body[..MAX_RESPONSE_BYTES]),
            }
        })
        .start()
        .unwrap();
    let send = ReqwestSend::new().unwrap();
    for path in ["/announced", "/chunked"] {
        let error = send.send(Route::Issuer, get(&server.url(path))).await;
        assert_eq!(error.unwrap_err().kind(), SendErrorKind::TooLarge, "{path}");
    }
    let response = send.send(Route::Issuer, get(&server.url("/"))).await;
    assert_eq!(response.unwrap().body().len(), MAX_RESPONSE_BYTES);
}

#[tokio::test]
async fn errors_have_a_kind_and_no_url() {
    let slow = WireServer::builder()
        .respond(|_| Reply::ok().delay(Duration::from_secs(5)))
        .start()
        .unwrap();
    let transport = Transport::new().timeout(Duration::from_millis(50));
    let send = ReqwestSend::with_transport(&transport).unwrap();
    let url = slow.url("/planted?planted=planted");
    let error = send.send(Route::Issuer, get(&url)).await.unwrap_err();
    assert_eq!(error.kind(), SendErrorKind::Timeout);
    drop(slow);
    let gone = send.send(Route::Issuer, get(&url)).await.unwrap_err();
    assert_eq!(gone.kind(), SendErrorKind::Connection);
    for error in [&error, &gone] {
        let mut shown = format!("{error:?} {error}");
        let mut source = std::error::Error::source(error);
        while let Some(error) = source {
            shown.push_str(&format!(" {error:?} {error}"));
            source = error.source();
        }
        assert!(!shown.contains("planted"), "{shown}");
    }
}

#[tokio::test]
async fn a_provider_gets_its_token_through_it_on_the_refresh_thread() {
    let issuer = WireServer::builder()
        .respond(|_| Reply::ok().body("minted"))
        .start()
        .unwrap();
    let server = WireServer::start().unwrap();
    let send = ReqwestSend::new().unwrap();
    let url = issuer.url("/token");
    let provider = provider_fn("issuer", move |_cx| {
        let (send, request) = (send.clone(), get(&url));
        async move {
            let response = send.send(Route::Issuer, request).await;
            let response = response.map_err(|error| {
                ProviderError::unavailable("the issuer did not answer").with_source(error)
            })?;
            let token = HeaderSecret::parse_bytes(response.body(), TextFrom::Provider)?;
            Ok(Credential::bearer(token))
        }
    });
    let auth = Auth::provider(CachedProvider::from(provider));
    let client = Client::new(Authenticator::new(target(&server), auth).unwrap()).unwrap();
    let response = client.get(server.url("/")).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(
        only(&server).header_values("authorization"),
        ["Bearer minted"]
    );
    assert_eq!(issuer.count(), 1);
}
