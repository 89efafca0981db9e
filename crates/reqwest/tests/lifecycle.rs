//! Clone shares, derive replaces, requests of many tenants go through one client.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use common::{KEY, lines, secret, target, tokens, with_key};
use onecred_core::{Auth, AuthError, Authenticator, CachedProvider, Target, provider_fn};
use onecred_reqwest::{Client, Error, Transport};
use onecred_testkit::wire::{RecordedRequest, Recording, Reply, WireServer};

/// The one credential of the last request.
fn sent(server: &WireServer) -> String {
    let request: RecordedRequest = server.take().pop().unwrap();
    assert_eq!(request.credentials().len(), 1, "{request:?}");
    let mut found = lines(&request, "x-api-key");
    found.extend(lines(&request, "authorization"));
    found.remove(0)
}

#[tokio::test]
async fn a_clone_sees_a_replace_and_a_derived_client_does_not() {
    let server = WireServer::start().unwrap();
    let parent = Client::builder(with_key(&server))
        .default_header("x-tenant", "blue")
        .build()
        .unwrap();
    let clone = parent.clone();
    let (provider, calls) = tokens();
    let child = parent
        .derive()
        .auth(Auth::provider(provider))
        .build()
        .unwrap();
    let grandchild = child.derive().build().unwrap();
    let get = |client: &Client| client.get(server.url("/")).send();

    get(&child).await.unwrap();
    assert_eq!(sent(&server), "authorization: Bearer token-1");
    get(&grandchild).await.unwrap();
    assert_eq!(sent(&server), "authorization: Bearer token-1");
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    get(&parent).await.unwrap();
    assert_eq!(sent(&server), format!("x-api-key: {KEY}"));

    parent
        .authenticator()
        .replace(Auth::bearer(secret("hot")))
        .unwrap();
    get(&clone).await.unwrap();
    assert_eq!(sent(&server), "authorization: Bearer hot");
    get(&child).await.unwrap();
    assert_eq!(sent(&server), "authorization: Bearer token-1");
}

#[tokio::test]
async fn a_derived_client_uses_the_same_connections_and_default_headers() {
    let server = WireServer::start().unwrap();
    let parent = Client::builder(with_key(&server))
        .default_header("x-tenant", "blue")
        .build()
        .unwrap();
    let child = parent
        .derive()
        .auth(Auth::bearer(secret("t")))
        .build()
        .unwrap();
    for client in [&parent, &child, &parent] {
        let response = client.get(server.url("/")).send().await.unwrap();
        response.bytes().await.unwrap();
    }
    let requests = server.requests();
    assert!(requests.iter().all(|request| {
        request.connection() == 0 && request.header_values("x-tenant") == ["blue"]
    }));
}

#[tokio::test]
async fn a_derive_to_another_place_needs_a_credential_of_its_own() {
    let server = WireServer::start().unwrap();
    let other = WireServer::start().unwrap();
    let parent = Client::new(with_key(&server)).unwrap();
    let error = parent.derive().target(target(&other)).build().unwrap_err();
    assert!(matches!(
        error.as_auth(),
        Some(AuthError::RebindRequired("origins"))
    ));
    let child = parent.derive().target(target(&other)).rebind();
    let child = child.build().unwrap();
    child.get(other.url("/")).send().await.unwrap();
    assert_eq!(sent(&other), format!("x-api-key: {KEY}"));
}

#[test]
fn default_headers_are_vetted_again_when_the_target_changes() {
    let server = WireServer::start().unwrap();
    let parent = Client::builder(with_key(&server))
        .default_header("x-session", "1")
        .build()
        .unwrap();
    let builder = Target::builder("session").origin(server.origin()).unwrap();
    let next = builder.key_header("x-session").unwrap().build().unwrap();
    let derived = parent.derive().target(next).build();
    assert!(
        matches!(derived, Err(Error::DefaultHeader(_))),
        "{derived:?}"
    );
}

#[tokio::test]
async fn a_request_brings_its_own_authenticator() {
    let server = WireServer::start().unwrap();
    let client = Client::new(with_key(&server)).unwrap();
    let tenant =
        |name: &str| Authenticator::new(target(&server), Auth::bearer(secret(name))).unwrap();

    let request = client.get(server.url("/")).authenticator(tenant("red"));
    request.send().await.unwrap();
    assert_eq!(sent(&server), "authorization: Bearer red");

    let request = client.get(server.url("/")).build().unwrap();
    client.execute_with(&tenant("blue"), request).await.unwrap();
    assert_eq!(sent(&server), "authorization: Bearer blue");

    let mut request = http::Request::post(server.url("/")).body("body").unwrap();
    request.extensions_mut().insert(tenant("green"));
    let request = reqwest::Request::try_from(request).unwrap();
    client.execute(request).await.unwrap();
    assert_eq!(server.requests()[0].body(), b"body");
    assert_eq!(sent(&server), "authorization: Bearer green");

    let request = client.get(server.url("/")).build().unwrap();
    client.execute(request).await.unwrap();
    assert_eq!(sent(&server), format!("x-api-key: {KEY}"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replaces_under_load_leave_exactly_one_credential_on_each_request() {
    const TASKS: usize = 64;
    const REQUESTS: usize = 25;
    let server = WireServer::builder()
        .record(Recording::CountsOnly)
        .respond(|_| Reply::ok())
        .classify(|request| {
            let names: Vec<_> = request.credentials().iter().map(|c| c.name()).collect();
            names.join("+")
        })
        .start()
        .unwrap();
    let client = Client::new(with_key(&server)).unwrap();
    let (provider, _) = tokens();
    let running = Arc::new(AtomicUsize::new(TASKS));
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| {
            let (client, url) = (client.clone(), server.url("/"));
            let running = Arc::clone(&running);
            tokio::spawn(async move {
                for _ in 0..REQUESTS {
                    let response = client.get(&url).send().await.unwrap();
                    assert_eq!(response.status(), 200);
                    response.bytes().await.unwrap();
                }
                running.fetch_sub(1, Ordering::SeqCst);
            })
        })
        .collect();
    let mut replaces = 0;
    while running.load(Ordering::SeqCst) > 0 {
        let auth = match replaces % 2 {
            0 => Auth::provider(provider.clone()),
            _ => Auth::api_key(secret(KEY)),
        };
        client.authenticator().replace(auth).unwrap();
        replaces += 1;
        tokio::task::yield_now().await;
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert!(replaces >= 2, "{replaces}");
    assert_eq!(server.tally().one_credential, TASKS * REQUESTS);
    let counts = server.counts();
    assert!(
        counts
            .keys()
            .all(|name| name == "x-api-key" || name == "authorization"),
        "{counts:?}"
    );
}

#[tokio::test]
async fn the_time_out_covers_the_wait_for_a_credential() {
    let server = WireServer::start().unwrap();
    let hanging = provider_fn("hanging", |_cx| std::future::pending());
    let auth = Auth::provider(CachedProvider::from(hanging));
    let client = Client::builder(Authenticator::new(target(&server), auth).unwrap())
        .transport(Transport::new().timeout(Duration::from_millis(50)))
        .build()
        .unwrap();
    let error = client.get(server.url("/")).send().await.unwrap_err();
    assert!(matches!(error, Error::TimedOut) && error.is_timeout());
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn the_time_out_covers_all_redirects_together() {
    let server = WireServer::builder()
        .respond(|_| Reply::redirect(302, "/again").delay(Duration::from_millis(60)))
        .start()
        .unwrap();
    let client = Client::new(with_key(&server)).unwrap();
    let request = client
        .get(server.url("/"))
        .timeout(Duration::from_millis(150));
    let error = request.send().await.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    assert!(server.count() <= 3, "{}", server.count());
}

#[tokio::test]
async fn the_time_out_goes_on_through_the_body() {
    // Announces more than it sends, and keeps the connection open.
    let server = WireServer::builder()
        .respond(|_| Reply::ok().header("content-length", "100").body("part"))
        .start()
        .unwrap();
    let client = Client::new(with_key(&server)).unwrap();
    let request = client
        .get(server.url("/"))
        .timeout(Duration::from_millis(200));
    let response = request.send().await.unwrap();
    let body = tokio::time::timeout(Duration::from_secs(20), response.bytes()).await;
    assert!(body.unwrap().unwrap_err().is_timeout());
}
