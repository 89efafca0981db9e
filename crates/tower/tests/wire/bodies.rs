//! Bodies that can be seen, and those that cannot.

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use onecred_core::{Auth, AuthError, Credential, provider_fn};
use onecred_testkit::wire::{Reply, WireServer};
use onecred_tower::{AuthLayer, BodyView, InspectBody, Streaming};
use tower::Layer;

use crate::common::*;
use crate::rejections::Chunks;

fn server() -> WireServer {
    WireServer::builder()
        .respond(|_| Reply::ok())
        .start()
        .unwrap()
}

fn signer() -> Auth {
    Auth::signer(BodySigner::new())
}

#[tokio::test]
async fn a_stream_goes_out_whole_with_a_bearer() {
    let server = server();
    let (provider, _) = numbered_tokens();
    let service = AuthLayer::new(with_auth(&[&server], provider)).layer(client::<Chunks>());
    let body = Chunks::new(["one ", "two ", "three"]);
    send(
        &service,
        Request::post(server.url("/v1")).body(body).unwrap(),
    )
    .await
    .unwrap();
    let [request] = server.requests().try_into().unwrap();
    assert_eq!(request.body(), b"one two three");
    assert_eq!(
        credential_lines(&request),
        ["authorization: Bearer token-1"]
    );
}

#[tokio::test]
async fn a_stream_is_refused_by_a_signer_and_not_sent() {
    let server = server();
    let service = AuthLayer::new(with_auth(&[&server], signer())).layer(client::<Chunks>());
    let request = Request::post(server.url("/v1"))
        .body(Chunks::new(["one"]))
        .unwrap();
    let error = auth_error(send(&service, request).await);
    assert!(matches!(error, AuthError::BodyUnavailable), "{error}");

    // So is a body that could be seen, where the program said not to look.
    let layer = AuthLayer::new(with_auth(&[&server], signer()));
    let service = layer.clone().streaming().layer(client());
    let error = auth_error(send(&service, post(&server.url("/v1"), "one")).await);
    assert!(matches!(error, AuthError::BodyUnavailable), "{error}");
    assert_eq!(server.count(), 0);

    let service = layer
        .with_body(Streaming::new().allow_unsigned())
        .layer(client());
    send(&service, post(&server.url("/v1"), "one"))
        .await
        .unwrap();
    assert_eq!(
        all_credential_lines(&server).concat(),
        ["x-signature: 1 unsigned"]
    );
}

#[tokio::test]
async fn a_signer_that_has_to_be_fetched_first_still_sees_the_body() {
    let server = server();
    let provider = provider_fn("signers", |_cx| async {
        Ok(Credential::signed(BodySigner::new()))
    });
    let service = AuthLayer::new(with_auth(&[&server], provider)).layer(client::<String>());
    let request = Request::post(server.url("/v1")).body(String::from("borrowed"));
    send(&service, request.unwrap()).await.unwrap();
    assert_eq!(
        all_credential_lines(&server).concat(),
        ["x-signature: 1 borrowed"]
    );
}

#[derive(Debug, Clone, Copy)]
struct ChunkBodies;

impl InspectBody<Chunks> for ChunkBodies {
    fn view<'a>(&self, body: &'a Chunks) -> BodyView<'a> {
        let all: Vec<u8> = body.0.iter().flatten().copied().collect();
        BodyView::shared(all.into())
    }

    fn replay(&self, body: &Chunks) -> Option<Chunks> {
        Some(Chunks(body.0.clone()))
    }
}

#[tokio::test]
async fn a_foreign_body_type_is_signed_and_replayed_with_an_inspector() {
    let server = WireServer::builder()
        .respond(|request| match request.number() {
            0 => Reply::status(403).body("sign again"),
            _ => Reply::ok(),
        })
        .start()
        .unwrap();
    let layer = AuthLayer::new(with_auth(&[&server], signer())).with_body(ChunkBodies);
    let service = layer.layer(client::<Chunks>());
    let request = Request::post(server.url("/v1"))
        .body(Chunks::new(["one ", "two"]))
        .unwrap();
    assert_eq!(send(&service, request).await.unwrap().status(), 200);
    for (number, request) in server.requests().iter().enumerate() {
        assert_eq!(request.body(), b"one two");
        let line = format!("x-signature: {} one two", number + 1);
        assert_eq!(credential_lines(request), [line]);
    }
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn an_empty_body_is_signed_as_empty() {
    let server = server();
    let service = AuthLayer::new(with_auth(&[&server], signer())).layer(client());
    let request = Request::get(server.url("/v1"))
        .body(Full::<Bytes>::default())
        .unwrap();
    send(&service, request).await.unwrap();
    assert_eq!(
        all_credential_lines(&server).concat(),
        ["x-signature: 1 nothing"]
    );
}
