//! A 401 is answered once, with the same body and another credential.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

mod common;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use common::{KEY, accepting, only, secret, target, tokens, with_key};
use http::HeaderName;
use onecred_core::{
    Auth, AuthError, AuthRequest, Authenticator, Body, Credential, Event, Fingerprint,
    HeaderSecret, Observer, ProviderError, Reason, Receipt, Rejection, RequestSigner, ResponseHead,
    SignContext, TextFrom, provider_fn,
};
use onecred_reqwest::{Client, ReauthorizeFailed};
use onecred_testkit::wire::{Reply, WireServer};

fn with_tokens(server: &WireServer) -> (Client, Arc<AtomicUsize>) {
    let (provider, calls) = tokens();
    let authenticator = Authenticator::new(target(server), Auth::provider(provider)).unwrap();
    (Client::new(authenticator).unwrap(), calls)
}

#[tokio::test]
async fn a_rejected_token_is_replaced_and_the_same_body_sent_again() {
    let server = accepting("token-2");
    let (client, calls) = with_tokens(&server);
    let response = client
        .post(server.url("/v1?x=1"))
        .header("x-request-id", "7")
        .body("the same body")
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.extensions().get::<Receipt>().unwrap().attempt(), 1);
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    for (number, request) in requests.iter().enumerate() {
        assert_eq!(request.credentials().len(), 1);
        assert_eq!(
            request.header_values("authorization"),
            [format!("Bearer token-{}", number + 1)]
        );
        assert_eq!(request.target(), "/v1?x=1");
        assert_eq!(request.header_values("x-request-id"), ["7"]);
        assert_eq!(request.body(), b"the same body");
    }
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}

#[derive(Debug, Default)]
struct Rejections(AtomicUsize);

impl Observer for Rejections {
    fn event(&self, event: &Event<'_>) {
        if let Event::Rejected { .. } = event {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
}

#[tokio::test]
async fn a_second_401_is_handed_on_and_counts() {
    let server = accepting("never");
    let rejections = Arc::new(Rejections::default());
    let authenticator = Authenticator::builder(target(&server), Auth::provider(tokens().0))
        .observer(rejections.clone())
        .build()
        .unwrap();
    let client = Client::new(authenticator).unwrap();
    let response = client.get(server.url("/")).send().await.unwrap();
    assert_eq!(response.status(), 401);
    assert_eq!(server.count(), 2);
    assert_eq!(rejections.0.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_server_that_always_says_401_costs_a_handful_of_tokens() {
    let server = accepting("never");
    let (client, calls) = with_tokens(&server);
    for _ in 0..20 {
        let response = client.get(server.url("/")).send().await.unwrap();
        assert_eq!(response.status(), 401);
    }
    let calls = calls.load(Ordering::SeqCst);
    assert!(calls <= 4, "{calls}");
}

#[tokio::test]
async fn the_401_of_a_static_key_is_handed_on_whole() {
    let server = WireServer::builder()
        .respond(|_| Reply::unauthorized())
        .start()
        .unwrap();
    let client = Client::new(with_key(&server)).unwrap();
    let response = client.get(server.url("/")).send().await.unwrap();
    assert_eq!(response.status(), 401);
    assert_eq!(server.count(), 1);
    assert!(response.extensions().get::<ReauthorizeFailed>().is_none());
    assert_eq!(
        response.text().await.unwrap(),
        r#"{"error":"unauthorized"}"#
    );
}

#[tokio::test]
async fn a_401_that_could_not_be_answered_says_why() {
    let provider = provider_fn("vault", |cx: onecred_core::ProvideContext| async move {
        if cx.reason() == Reason::FirstUse {
            let token = HeaderSecret::parse("token-1", TextFrom::Provider)?;
            return Ok(Credential::bearer(token));
        }
        Err(ProviderError::denied("log in again"))
    });
    let server = accepting("never");
    let auth = Auth::provider(onecred_core::CachedProvider::from(provider));
    let client = Client::new(Authenticator::new(target(&server), auth).unwrap()).unwrap();
    let response = client.get(server.url("/")).send().await.unwrap();
    assert_eq!(response.status(), 401);
    assert_eq!(server.count(), 1);
    let why: &ReauthorizeFailed = response.extensions().get().unwrap();
    assert!(
        matches!(why.error().as_auth(), Some(AuthError::Provider(_))),
        "{why:?}"
    );
    assert_eq!(
        response.text().await.unwrap(),
        r#"{"error":"unauthorized"}"#
    );
}

#[tokio::test]
async fn a_stream_goes_out_with_a_header_credential_and_is_not_replayed() {
    let server = accepting("token-2");
    let (client, _) = with_tokens(&server);
    let send = || {
        let body = reqwest::Body::wrap("streamed".to_owned());
        client.post(server.url("/")).body(body).send()
    };
    assert_eq!(send().await.unwrap().status(), 401);
    assert_eq!(only(&server).body(), b"streamed");
    // Rejected all the same: the next request has the next token.
    assert_eq!(send().await.unwrap().status(), 200);
}

/// Signs the body, and looks into the bodies of refusals.
#[derive(Debug)]
struct Hmac {
    fingerprint: Fingerprint,
    names: [HeaderName; 1],
    seen: Arc<Mutex<Vec<Vec<u8>>>>,
}

const LIMIT: usize = 10;

impl RequestSigner for Hmac {
    fn sign(&self, request: &mut AuthRequest<'_>, _: &SignContext<'_>) -> Result<(), AuthError> {
        let length = match request.body {
            Body::Empty => 0,
            Body::Bytes(bytes) => bytes.len(),
            _ => return Err(AuthError::BodyUnavailable),
        };
        let value = format!("signed-{length}").parse();
        let value = value.map_err(|_| AuthError::signer("no header value"))?;
        request.headers.insert(self.names[0].clone(), value);
        Ok(())
    }

    fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }

    fn headers(&self) -> &[HeaderName] {
        &self.names
    }

    fn on_response(&self, head: &ResponseHead<'_>) -> Rejection {
        match head.body {
            _ if head.status != 403 => Rejection::None,
            None => Rejection::NeedBody(LIMIT),
            Some(body) => {
                self.seen.lock().unwrap().push(body.to_vec());
                if body.starts_with(b"skewed") {
                    Rejection::Resign
                } else {
                    Rejection::None
                }
            }
        }
    }
}

fn signing(server: &WireServer) -> (Client, Arc<Mutex<Vec<Vec<u8>>>>) {
    let seen = Arc::default();
    let signer = Hmac {
        fingerprint: secret(KEY).fingerprint().clone(),
        names: [HeaderName::from_static("x-signature")],
        seen: Arc::clone(&seen),
    };
    let authenticator = Authenticator::new(target(server), Auth::signer(signer)).unwrap();
    (Client::new(authenticator).unwrap(), seen)
}

#[tokio::test]
async fn a_signer_sees_the_body_and_refuses_a_stream_clearly() {
    let server = WireServer::builder()
        .credential_header("x-signature")
        .start()
        .unwrap();
    let (client, _) = signing(&server);
    let body = reqwest::Body::wrap("streamed".to_owned());
    let error = client.post(server.url("/")).body(body).send().await;
    let error = error.unwrap_err();
    assert!(matches!(error.as_auth(), Some(AuthError::BodyUnavailable)));
    assert_eq!(
        error.to_string(),
        "the signature must cover the body, which is not at hand"
    );
    assert_eq!(server.count(), 0);

    let request = client.post(server.url("/")).body("hello");
    assert_eq!(request.send().await.unwrap().status(), 200);
    assert_eq!(only(&server).header_values("x-signature"), ["signed-5"]);
}

#[tokio::test]
async fn a_signer_reads_a_prefix_and_the_caller_gets_all_of_it() {
    let text = "refused, at some length";
    let chunked = "4\r\nrefu\r\n8\r\nsed, at \r\nb\r\nsome length\r\n0\r\n\r\n";
    let plain: fn(&'static str, &'static str) -> Reply = |text, _| Reply::status(403).body(text);
    let in_chunks: fn(&'static str, &'static str) -> Reply = |_, chunked| {
        Reply::status(403)
            .header("transfer-encoding", "chunked")
            .body(chunked)
    };
    for reply in [plain, in_chunks] {
        let server = WireServer::builder()
            .respond(move |_| reply(text, chunked).header("x-kept", "1"))
            .start()
            .unwrap();
        let (client, seen) = signing(&server);
        let response = client.get(server.url("/p?q=1")).send().await.unwrap();
        assert_eq!(response.status(), 403);
        assert_eq!(response.url().as_str(), server.url("/p?q=1"));
        assert_eq!(response.headers()["x-kept"], "1");
        assert_eq!(response.remote_addr(), Some(server.addr()));
        assert!(response.extensions().get::<Receipt>().is_some());
        if response.headers().contains_key("content-length") {
            let length = u64::try_from(text.len()).unwrap();
            assert_eq!(response.content_length(), Some(length));
        }
        assert_eq!(response.text().await.unwrap(), text);
        let seen = seen.lock().unwrap().clone();
        assert_eq!(seen.len(), 1);
        assert!(seen[0].len() >= LIMIT && text.as_bytes().starts_with(&seen[0]));
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_breaks_off_for_the_caller_too() {
    let server = WireServer::builder()
        .respond(|_| {
            Reply::status(403)
                .header("content-length", "100")
                .header("connection", "close")
                .body("broken")
        })
        .start()
        .unwrap();
    let (client, seen) = signing(&server);
    let mut response = client.get(server.url("/")).send().await.unwrap();
    assert_eq!(*seen.lock().unwrap(), [b"broken"]);
    assert_eq!(response.chunk().await.unwrap().unwrap(), "broken");
    assert!(response.chunk().await.is_err());
}

#[tokio::test]
async fn a_signer_signs_again_when_the_body_asks_for_it() {
    let server = WireServer::builder()
        .respond(|request| match request.number() {
            0 => Reply::status(403).body("skewed by an hour"),
            _ => Reply::ok().body("fine"),
        })
        .start()
        .unwrap();
    let (client, _) = signing(&server);
    let response = client.post(server.url("/")).body("hello").send().await;
    assert_eq!(response.unwrap().text().await.unwrap(), "fine");
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    assert!(requests.iter().all(|request| {
        request.header_values("x-signature") == ["signed-5"] && request.body() == b"hello"
    }));
}

/// Puts the signature into the query.
#[derive(Debug)]
struct Presigning(Fingerprint);

impl RequestSigner for Presigning {
    fn sign(&self, request: &mut AuthRequest<'_>, _: &SignContext<'_>) -> Result<(), AuthError> {
        let text = format!("{}?X-Amz-Signature=planted", request.uri);
        *request.uri = text.parse().map_err(|_| AuthError::signer("no URI"))?;
        Ok(())
    }

    fn fingerprint(&self) -> &Fingerprint {
        &self.0
    }

    fn headers(&self) -> &[HeaderName] {
        &[]
    }
}

#[tokio::test]
async fn a_signature_in_the_query_does_not_show_in_the_response() {
    let server = WireServer::builder()
        .respond(|_| Reply::status(500).body("broken"))
        .start()
        .unwrap();
    let signer = Presigning(secret(KEY).fingerprint().clone());
    let authenticator = Authenticator::new(target(&server), Auth::signer(signer)).unwrap();
    let client = Client::new(authenticator).unwrap();
    let response = client.get(server.url("/v1")).send().await.unwrap();
    assert_eq!(only(&server).target(), "/v1?X-Amz-Signature=planted");
    assert_eq!(response.url().as_str(), server.url("/v1"));
    let error = response.error_for_status().unwrap_err();
    assert!(!format!("{error:?} {error}").contains("planted"), "{error}");
}
