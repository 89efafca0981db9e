//! The middleware, inside and outside of a retry layer, and over a client that follows redirects.
#![cfg(feature = "middleware")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

mod common;

use std::sync::{Arc, OnceLock};

use common::{KEY, accepting, lines, only, secret, target, tokens, with_key};
use http::Extensions;
use onecred_core::{Auth, AuthError, Authenticator};
use onecred_reqwest::{AuthMiddleware, Error};
use onecred_testkit::wire::{Reply, WireServer};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Middleware, Next};

fn inner(policy: reqwest::redirect::Policy) -> ClientBuilder {
    let client = reqwest::Client::builder().no_proxy().redirect(policy);
    ClientBuilder::new(client.build().unwrap())
}

fn client(authenticator: Authenticator) -> ClientWithMiddleware {
    inner(reqwest::redirect::Policy::none())
        .with(AuthMiddleware::new(authenticator))
        .build()
}

fn ours(error: reqwest_middleware::Error) -> Error {
    match error {
        reqwest_middleware::Error::Middleware(error) => error.downcast().unwrap(),
        other => panic!("{other:?}"),
    }
}

/// Sends again on 503, as a retry middleware does.
struct Retry;

#[async_trait::async_trait]
impl Middleware for Retry {
    async fn handle(
        &self,
        request: reqwest::Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> reqwest_middleware::Result<reqwest::Response> {
        let again = request.try_clone().unwrap();
        let response = next.clone().run(request, extensions).await?;
        if response.status() == 503 {
            return next.run(again, extensions).await;
        }
        Ok(response)
    }
}

#[tokio::test]
async fn one_credential_and_a_replay() {
    let server = accepting("token-2");
    let auth = Auth::provider(tokens().0);
    let client = client(Authenticator::new(target(&server), auth).unwrap());
    let response = client.post(server.url("/")).body("body").send().await;
    assert_eq!(response.unwrap().status(), 200);
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    assert!(
        requests
            .iter()
            .all(|request| { request.credentials().len() == 1 && request.body() == b"body" })
    );
}

/// Answers 503 once, and has the credential replaced by then, as an expiry would.
fn unavailable_once() -> (WireServer, Authenticator) {
    let slot = Arc::new(OnceLock::<Authenticator>::new());
    let client = Arc::clone(&slot);
    let server = WireServer::builder()
        .respond(move |request| {
            if request.number() > 0 {
                return Reply::ok();
            }
            let next = Auth::bearer(secret("second"));
            client.get().unwrap().replace(next).unwrap();
            Reply::status(503)
        })
        .start()
        .unwrap();
    let authenticator = slot.get_or_init(|| with_key(&server)).clone();
    (server, authenticator)
}

#[tokio::test]
async fn the_order_with_a_retry_decides_which_credential_its_attempts_have() {
    let (server, authenticator) = unavailable_once();
    let inside = inner(reqwest::redirect::Policy::none())
        .with(Retry)
        .with(AuthMiddleware::new(authenticator))
        .build();
    let response = inside.get(server.url("/")).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let requests = server.requests();
    assert_eq!(lines(&requests[0], "x-api-key").len(), 1);
    assert_eq!(
        lines(&requests[1], "authorization"),
        ["authorization: Bearer second"]
    );
    assert_eq!(server.tally().one_credential, 2);

    let (server, authenticator) = unavailable_once();
    let outside = inner(reqwest::redirect::Policy::none())
        .with(AuthMiddleware::new(authenticator))
        .with(Retry)
        .build();
    outside.get(server.url("/")).send().await.unwrap();
    let requests = server.requests();
    assert_eq!(lines(&requests[0], "x-api-key").len(), 1);
    // Stale, though still one: why it belongs inside.
    assert_eq!(lines(&requests[1], "x-api-key").len(), 1);
    assert_eq!(server.tally().one_credential, 2);
}

#[tokio::test]
async fn a_request_can_bring_its_own_authenticator() {
    let server = WireServer::start().unwrap();
    let client = client(with_key(&server));
    let tenant = Authenticator::new(target(&server), Auth::bearer(secret("red"))).unwrap();
    let request = client.get(server.url("/")).with_extension(tenant);
    request.send().await.unwrap();
    let request = only(&server);
    assert_eq!(
        lines(&request, "authorization"),
        ["authorization: Bearer red"]
    );
    assert_eq!(request.credentials().len(), 1);
}

#[tokio::test]
async fn a_second_credential_is_refused_and_nothing_is_sent() {
    let server = WireServer::start().unwrap();
    let client = client(with_key(&server));
    let request = client.get(server.url("/")).bearer_auth("theirs");
    let error = ours(request.send().await.unwrap_err());
    assert!(matches!(
        error.as_auth(),
        Some(AuthError::ForeignCredential(_))
    ));

    let twice = inner(reqwest::redirect::Policy::none())
        .with(AuthMiddleware::new(with_key(&server)))
        .with(AuthMiddleware::new(with_key(&server)))
        .build();
    let error = ours(twice.get(server.url("/")).send().await.unwrap_err());
    assert!(matches!(
        error.as_auth(),
        Some(AuthError::ForeignCredential(_))
    ));
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn over_a_client_that_follows_redirects_the_key_leaks_and_the_error_says_so() {
    let other = WireServer::builder()
        .respond(|_| Reply::ok())
        .start()
        .unwrap();
    let to = other.origin();
    let server = WireServer::builder()
        .respond(move |_| Reply::redirect(302, &to))
        .start()
        .unwrap();
    let wrong = inner(reqwest::redirect::Policy::default())
        .with(AuthMiddleware::new(with_key(&server)))
        .build();
    let error = ours(wrong.get(server.url("/")).send().await.unwrap_err());
    match error {
        Error::CredentialLeftOrigin { origin } => assert_eq!(origin, other.origin()),
        other => panic!("{other:?}"),
    }
    // It is gone: that is why the inner client must not follow redirects.
    assert_eq!(
        lines(&only(&other), "x-api-key"),
        [format!("x-api-key: {KEY}")]
    );

    let right = client(with_key(&server));
    let response = right.get(server.url("/")).send().await.unwrap();
    assert_eq!(response.status(), 302);
    assert_eq!(other.count(), 1);
}

#[tokio::test]
async fn errors_of_the_inner_client_show_no_more_than_the_origin() {
    let server = WireServer::start().unwrap();
    let client = client(with_key(&server));
    let url = server.url("/planted?planted=planted");
    drop(server);
    let error = client.get(url).send().await.unwrap_err();
    assert!(error.is_connect(), "{error:?}");
    assert!(!format!("{error:?} {error}").contains("planted"), "{error}");
}
