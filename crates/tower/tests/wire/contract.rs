//! tower's contract: a service is called only after it was ready, and a dropped future ends alone.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Waker};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use onecred_core::{Credential, provider_fn};
use onecred_testkit::wire::{Reply, WireServer};
use onecred_tower::{AuthLayer, AuthService};
use tokio::sync::Notify;
use tower::limit::ConcurrencyLimitLayer;
use tower::{Layer, Service, ServiceBuilder, ServiceExt};
use tower_test::mock::{self, Mock};

use crate::common::*;

type Call = Request<Full<Bytes>>;
type Answer = Response<Full<Bytes>>;
type Handle = mock::Handle<Call, Answer>;

fn mocked(server: &WireServer) -> (AuthService<Mock<Call, Answer>>, Handle) {
    // The mock panics when it is called without having been ready.
    let (inner, handle) = mock::pair();
    let (provider, _) = numbered_tokens();
    let layer = AuthLayer::new(with_auth(&[server], provider));
    (layer.layer(inner), handle)
}

fn answer(status: StatusCode) -> Answer {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = status;
    answer
}

/// Polls `future` until it says that it is in this state.
async fn poll_until<F: Future + Unpin + std::fmt::Debug>(future: &mut F, state: &str) {
    let mut cx = Context::from_waker(Waker::noop());
    while !format!("{future:?}").contains(state) {
        assert!(Pin::new(&mut *future).poll(&mut cx).is_pending());
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_service_that_is_not_ready_is_never_called() {
    let server = WireServer::start().unwrap();
    let (mut service, mut handle) = mocked(&server);
    handle.allow(0);
    let mut cx = Context::from_waker(Waker::noop());
    assert!(Service::<Call>::poll_ready(&mut service, &mut cx).is_pending());

    handle.allow(1);
    let mut future = Box::pin(service.ready().await.unwrap().call(get(&server.url("/v1"))));
    // It waits for its credential; the service that was ready is the one that is called then.
    let request = soon(async {
        tokio::select! {
            _ = &mut future => panic!("it cannot have ended"),
            request = handle.next_request() => request,
        }
    });
    let (request, respond) = request.await.unwrap();
    assert_eq!(request.headers()["authorization"], "Bearer token-1");

    // The replay waits until the service is ready again.
    respond.send_response(answer(StatusCode::UNAUTHORIZED));
    soon(poll_until(&mut future, "Waiting")).await;
    let mut cx = Context::from_waker(Waker::noop());
    assert!(future.as_mut().poll(&mut cx).is_pending());
    assert!(handle.poll_request().is_pending());

    handle.allow(1);
    let ended = tokio::spawn(future);
    let (request, respond) = soon(handle.next_request()).await.unwrap();
    assert_eq!(request.headers()["authorization"], "Bearer token-2");
    respond.send_response(answer(StatusCode::OK));
    assert_eq!(soon(ended).await.unwrap().unwrap().status(), 200);
}

#[tokio::test]
async fn a_service_that_fails_before_the_replay_says_so() {
    let server = WireServer::start().unwrap();
    let (mut service, mut handle) = mocked(&server);
    handle.allow(1);
    let future = tokio::spawn(service.ready().await.unwrap().call(get(&server.url("/v1"))));
    let (_, respond) = soon(handle.next_request()).await.unwrap();
    handle.send_error("the connection is gone");
    respond.send_response(answer(StatusCode::UNAUTHORIZED));
    let error = soon(future).await.unwrap().unwrap_err();
    assert_eq!(error.to_string(), "the connection is gone");
}

#[tokio::test]
async fn a_replay_under_a_limit_of_one_does_not_wait_for_itself() {
    let server = WireServer::builder()
        .respond(|request| match request.number() {
            0 => Reply::unauthorized(),
            _ => Reply::check_credentials(),
        })
        .start()
        .unwrap();
    let (provider, _) = numbered_tokens();
    let service = ServiceBuilder::new()
        .layer(AuthLayer::new(with_auth(&[&server], provider)))
        .layer(ConcurrencyLimitLayer::new(1))
        .service(client());
    let response = send(&service, get(&server.url("/v1"))).await.unwrap();
    assert_eq!((response.status().as_u16(), server.count()), (200, 2));
}

#[test]
fn a_body_that_is_not_sync_leaves_the_future_send() {
    type NotSync = UnsyncBoxBody<Bytes, Infallible>;
    fn is_send<T: Send>(_: &T) {}
    let server = WireServer::start().unwrap();
    let (provider, _) = numbered_tokens();
    let mut service = AuthLayer::new(with_auth(&[&server], provider)).layer(client::<NotSync>());
    let request = get(&server.url("/v1")).map(BodyExt::boxed_unsync);
    is_send(&service.call(request));
}

#[tokio::test]
async fn a_cancelled_request_does_not_break_the_others() {
    let server = WireServer::start().unwrap();
    let (asked, started, go) = (
        Arc::new(AtomicUsize::new(0)),
        Arc::new(Notify::new()),
        Arc::new(Notify::new()),
    );
    let (count, begin, gate) = (Arc::clone(&asked), Arc::clone(&started), Arc::clone(&go));
    let provider = provider_fn("gated", move |_cx| {
        count.fetch_add(1, Ordering::SeqCst);
        let (begin, gate) = (Arc::clone(&begin), Arc::clone(&gate));
        async move {
            begin.notify_one();
            gate.notified().await;
            Ok(Credential::bearer(secret("token-1")))
        }
    });
    let service = AuthLayer::new(with_auth(&[&server], provider)).layer(client());
    let spawn = || {
        let (service, url) = (service.clone(), server.url("/v1"));
        tokio::spawn(async move {
            send(&service, get(&url))
                .await
                .map(|answer| answer.status())
        })
    };
    let first = spawn();
    soon(started.notified()).await;
    let others: Vec<_> = (0..8).map(|_| spawn()).collect();
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    go.notify_one();
    for other in others {
        assert_eq!(soon(other).await.unwrap().unwrap(), 200);
    }
    assert_eq!(
        (asked.load(Ordering::SeqCst), server.tally().one_credential),
        (1, 8)
    );
}
