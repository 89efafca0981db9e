//! A 401: refreshed and replayed once, never twice, and explained where it is not.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::Request;
use http_body::{Body, Frame};
use onecred_core::{Auth, AuthError, Credential, provider_fn};
use onecred_testkit::wire::{Reply, WireServer};
use onecred_tower::{AuthLayer, ReplayRefused};
use tower::Layer;

use crate::common::*;

/// A body that can be sent once.
pub(crate) struct Chunks(pub(crate) VecDeque<Bytes>);

impl Chunks {
    pub(crate) fn new<const N: usize>(chunks: [&'static str; N]) -> Self {
        Self(
            chunks
                .map(|text| Bytes::from_static(text.as_bytes()))
                .into(),
        )
    }
}

impl Body for Chunks {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.pop_front().map(|chunk| Ok(Frame::data(chunk))))
    }
}

/// Takes this token alone.
fn server_that_wants(token: &'static str) -> WireServer {
    WireServer::builder()
        .respond(move |request| {
            if request.header_values("authorization") == [format!("Bearer {token}")] {
                Reply::ok().body("welcome")
            } else {
                Reply::unauthorized()
            }
        })
        .start()
        .unwrap()
}

fn why<R>(response: &http::Response<R>) -> Option<&ReplayRefused> {
    response.extensions().get()
}

#[tokio::test]
async fn a_rejected_token_is_refreshed_and_the_request_replayed_once_byte_for_byte() {
    let server = server_that_wants("token-2");
    let (provider, asked) = numbered_tokens();
    let service = AuthLayer::new(with_auth(&[&server], provider)).layer(client());
    let mut request = post(&server.url("/v1?x=1"), "the very same bytes");
    request
        .headers_mut()
        .insert("x-mine", http::HeaderValue::from_static("kept"));
    let response = send(&service, request).await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(why(&response).is_none());
    assert_eq!(text(response).await, "welcome");

    let [first, second] = server.requests().try_into().unwrap();
    assert_eq!(credential_lines(&first), ["authorization: Bearer token-1"]);
    assert_eq!(credential_lines(&second), ["authorization: Bearer token-2"]);
    for request in [&first, &second] {
        assert_eq!(request.body(), b"the very same bytes");
        assert_eq!((request.method(), request.target()), ("POST", "/v1?x=1"));
        assert_eq!(request.header_values("x-mine"), ["kept"]);
    }
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_replay_that_is_rejected_too_is_handed_on() {
    let server = server_that_wants("none of ours");
    let (provider, _) = numbered_tokens();
    let service = AuthLayer::new(with_auth(&[&server], provider)).layer(client());
    let response = send(&service, post(&server.url("/v1"), "body"))
        .await
        .unwrap();
    assert_eq!((response.status().as_u16(), server.count()), (401, 2));
    assert!(matches!(
        why(&response),
        Some(ReplayRefused::NothingToOffer)
    ));
    assert_eq!(text(response).await, r#"{"error":"unauthorized"}"#);
}

#[tokio::test]
async fn a_rejected_static_key_is_handed_on_and_explained() {
    let server = server_that_wants("none of ours");
    let service = AuthLayer::new(with_auth(&[&server], key("key-1"))).layer(client());
    let response = send(&service, get(&server.url("/v1"))).await.unwrap();
    assert_eq!((response.status().as_u16(), server.count()), (401, 1));
    assert!(matches!(
        why(&response),
        Some(ReplayRefused::NothingToOffer)
    ));
    assert_eq!(text(response).await, r#"{"error":"unauthorized"}"#);
}

#[tokio::test]
async fn a_body_that_can_be_sent_once_is_not_replayed_and_the_next_request_is_fresh() {
    let server = server_that_wants("token-2");
    let (provider, _) = numbered_tokens();
    let service = AuthLayer::new(with_auth(&[&server], provider)).layer(client::<Chunks>());
    let request = || {
        Request::post(server.url("/v1"))
            .body(Chunks::new(["a", "b"]))
            .unwrap()
    };
    let response = send(&service, request()).await.unwrap();
    assert_eq!((response.status().as_u16(), server.count()), (401, 1));
    assert!(matches!(why(&response), Some(ReplayRefused::NotKept)));
    assert_eq!(send(&service, request()).await.unwrap().status(), 200);
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn an_issuer_that_fails_leaves_the_first_answer_and_says_why() {
    let server = server_that_wants("none of ours");
    let service = AuthLayer::new(with_auth(&[&server], one_token_then_failure())).layer(client());
    let response = send(&service, get(&server.url("/v1"))).await.unwrap();
    assert_eq!((response.status().as_u16(), server.count()), (401, 1));
    let Some(ReplayRefused::Failed(AuthError::Provider(error))) = why(&response) else {
        panic!("{:?}", why(&response));
    };
    assert_eq!(error.to_string(), "failing: the issuer is down");
    assert_eq!(text(response).await, r#"{"error":"unauthorized"}"#);
}

#[tokio::test]
async fn the_same_token_again_is_not_sent_again() {
    let server = server_that_wants("none of ours");
    let same = provider_fn("same", |_cx| async {
        Ok(Credential::bearer(secret("token-1")))
    });
    let service = AuthLayer::new(with_auth(&[&server], same)).layer(client());
    let response = send(&service, get(&server.url("/v1"))).await.unwrap();
    assert_eq!((response.status().as_u16(), server.count()), (401, 1));
    // The authenticator has its words for why that is no refresh.
    assert!(
        matches!(
            why(&response),
            Some(ReplayRefused::Failed(AuthError::Provider(_)))
        ),
        "{:?}",
        why(&response)
    );
}

#[tokio::test]
async fn a_signer_reads_the_body_of_the_answer_and_it_is_whole_afterwards() {
    let server = WireServer::builder()
        .respond(|request| match request.path() {
            "/skewed" if request.number() == 0 => Reply::status(403).body("sign again, please"),
            "/skewed" => Reply::ok().body("welcome"),
            _ => Reply::status(403).body("you may not do this, and never will"),
        })
        .start()
        .unwrap();
    let auth = Auth::signer(BodySigner::new());
    let service = AuthLayer::new(with_auth(&[&server], auth)).layer(client());
    let response = send(&service, post(&server.url("/skewed"), "body"))
        .await
        .unwrap();
    assert_eq!(text(response).await, "welcome");
    assert_eq!(
        all_credential_lines(&server).concat(),
        ["x-signature: 1 body", "x-signature: 2 body"]
    );

    let response = send(&service, get(&server.url("/forbidden")))
        .await
        .unwrap();
    assert_eq!(response.status(), 403);
    assert!(why(&response).is_none());
    assert_eq!(text(response).await, "you may not do this, and never will");
    assert_eq!(server.count(), 3);
}
