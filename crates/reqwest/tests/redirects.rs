//! No credential follows a redirect to another origin.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

mod common;

use std::sync::Arc;

use common::{KEY, lines, only, with_key};
use onecred_reqwest::{Client, Error, MAX_REDIRECTS, NotFollowed, Redirects};
use onecred_testkit::wire::{Reply, WireServer};

/// Sends everything on to the same path at `to`.
fn leading_to(status: u16, to: &WireServer) -> WireServer {
    let origin = to.origin();
    WireServer::builder()
        .respond(move |request| Reply::redirect(status, format!("{origin}{}", request.target())))
        .start()
        .unwrap()
}

fn client(server: &WireServer, redirects: Redirects) -> Client {
    Client::builder(with_key(server))
        .redirects(redirects)
        .default_header("x-tenant", "blue")
        .build()
        .unwrap()
}

/// The pitfall that this crate is for. If it fails, reqwest has changed, and the documentation should.
#[tokio::test]
async fn plain_reqwest_leaks_an_api_key_on_a_redirect() {
    let other = WireServer::start().unwrap();
    let server = leading_to(302, &other);
    let plain = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = plain.get(server.url("/")).header("x-api-key", KEY);
    request
        .header("authorization", "Bearer x")
        .send()
        .await
        .unwrap();
    let leaked = only(&other);
    assert_eq!(lines(&leaked, "x-api-key"), [format!("x-api-key: {KEY}")]);
    assert!(lines(&leaked, "authorization").is_empty());
}

#[tokio::test]
async fn by_default_a_redirect_to_another_origin_is_handed_on() {
    let other = WireServer::start().unwrap();
    let server = leading_to(302, &other);
    let client = client(&server, Redirects::default());
    let response = client.get(server.url("/x")).send().await.unwrap();
    assert_eq!(response.status(), 302);
    assert_eq!(response.headers()["location"], other.url("/x"));
    assert_eq!(response.extensions().get(), Some(&NotFollowed::OtherOrigin));
    assert_eq!(other.count(), 0);
}

#[tokio::test]
async fn with_none_every_redirect_is_handed_on() {
    let server = WireServer::builder()
        .respond(|_| Reply::redirect(302, "/here"))
        .start()
        .unwrap();
    let client = client(&server, Redirects::None);
    let response = client.get(server.url("/")).send().await.unwrap();
    assert_eq!(response.status(), 302);
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn any_origin_is_reached_without_a_credential() {
    for status in [302, 307] {
        let other = WireServer::builder()
            .respond(|_| Reply::ok())
            .start()
            .unwrap();
        let server = leading_to(status, &other);
        let client = client(&server, Redirects::AnyOriginWithoutCredential);
        let response = client
            .post(server.url("/x"))
            .header("cookie", "session=1")
            .header("x-session", "1")
            .header("accept", "text/plain")
            .body("hello")
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.url().as_str(), other.url("/x"));
        assert_eq!(only(&server).credentials().len(), 1);
        let request = only(&other);
        assert!(request.credentials().is_empty(), "{request:?}");
        for name in ["cookie", "x-session", "x-tenant", "referer"] {
            assert!(lines(&request, name).is_empty(), "{name}");
        }
        assert_eq!(request.header_values("accept"), ["text/plain"]);
        let (method, body): (_, &[u8]) = match status {
            302 => ("GET", b""),
            _ => ("POST", b"hello"),
        };
        assert_eq!((request.method(), request.body()), (method, body));
    }
}

#[tokio::test]
async fn who_was_sent_away_comes_back_without_a_credential() {
    let home = Arc::new(std::sync::OnceLock::<String>::new());
    let back = Arc::clone(&home);
    let other = WireServer::builder()
        .respond(move |_| Reply::redirect(302, format!("{}/admin", back.get().unwrap())))
        .start()
        .unwrap();
    let away = other.origin();
    let server = WireServer::builder()
        .respond(move |request| match request.path() {
            "/start" => Reply::redirect(302, &away),
            _ => Reply::ok(),
        })
        .start()
        .unwrap();
    home.set(server.origin()).unwrap();
    let client = client(&server, Redirects::AnyOriginWithoutCredential);
    let response = client.get(server.url("/start")).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].credentials().len(), 1);
    assert!(requests[1].credentials().is_empty());
}

#[tokio::test]
async fn each_hop_within_the_origin_is_authorized() {
    let server = WireServer::builder()
        .respond(|request| match request.path() {
            "/1" => Reply::redirect(307, "/2"),
            "/2" => Reply::redirect(303, "3?x=y#f"),
            _ => Reply::check_credentials(),
        })
        .start()
        .unwrap();
    let client = client(&server, Redirects::SameOrigin);
    let response = client.post(server.url("/1")).body("hello").send().await;
    assert_eq!(response.unwrap().status(), 200);
    let requests = server.requests();
    let seen: Vec<_> = requests
        .iter()
        .map(|request| (request.method(), request.target(), request.body()))
        .collect();
    assert_eq!(
        seen,
        [
            ("POST", "/1", b"hello".as_slice()),
            ("POST", "/2", b"hello"),
            ("GET", "/3?x=y", b""),
        ]
    );
    for request in &requests {
        assert_eq!(lines(request, "x-api-key"), [format!("x-api-key: {KEY}")]);
        assert_eq!(request.header_values("x-tenant"), ["blue"]);
        assert!(lines(request, "referer").is_empty());
    }
}

#[tokio::test]
async fn a_loop_ends() {
    let server = WireServer::builder()
        .respond(|_| Reply::redirect(302, "/again"))
        .start()
        .unwrap();
    let client = client(&server, Redirects::SameOrigin);
    let error = client.get(server.url("/")).send().await.unwrap_err();
    assert!(matches!(error, Error::TooManyRedirects), "{error:?}");
    assert_eq!(server.count(), MAX_REDIRECTS + 1);
    assert_eq!(server.tally().one_credential, MAX_REDIRECTS + 1);
}

#[tokio::test]
async fn exactly_the_allowed_number_of_redirects_is_followed() {
    let server = WireServer::builder()
        .respond(|request| match request.number() {
            MAX_REDIRECTS => Reply::ok(),
            number => Reply::redirect(302, format!("/{number}")),
        })
        .start()
        .unwrap();
    let client = client(&server, Redirects::SameOrigin);
    let response = client.get(server.url("/")).send().await.unwrap();
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn a_stream_is_not_sent_on() {
    let server = WireServer::builder()
        .respond(|_| Reply::redirect(307, "/again"))
        .start()
        .unwrap();
    let client = client(&server, Redirects::SameOrigin);
    let body = reqwest::Body::wrap("stream".to_owned());
    let response = client
        .post(server.url("/"))
        .body(body)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 307);
    assert_eq!(
        response.extensions().get(),
        Some(&NotFollowed::BodyNotReplayable)
    );
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_credential_in_the_location_is_not_joined_by_ours() {
    for location in ["/x?access_token=theirs", "/x?X-Amz-Signature=theirs"] {
        let server = WireServer::builder()
            .respond(move |_| Reply::redirect(302, location))
            .start()
            .unwrap();
        let client = client(&server, Redirects::SameOrigin);
        let response = client.get(server.url("/")).send().await.unwrap();
        assert_eq!(response.status(), 302);
        assert_eq!(
            response.extensions().get(),
            Some(&NotFollowed::CarriesCredential)
        );
        assert_eq!(server.count(), 1);
    }
}

#[tokio::test]
async fn a_signed_download_elsewhere_works_and_carries_only_its_own() {
    let store = WireServer::start().unwrap();
    let signed = store.url("/file?X-Amz-Signature=theirs");
    let server = WireServer::builder()
        .respond(move |_| Reply::redirect(302, &signed))
        .start()
        .unwrap();
    let client = client(&server, Redirects::AnyOriginWithoutCredential);
    let response = client.get(server.url("/")).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let found: Vec<_> = only(&store)
        .credentials()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(found, ["query:X-Amz-Signature"]);
}
