//! Proxies get what is on its way elsewhere, and nothing that stays on this machine.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

mod common;

use bytes::Bytes;
use common::{only, with_key};
use onecred_core::{HttpSend, Route};
use onecred_reqwest::{Client, Redirects, ReqwestSend, Transport};
use onecred_testkit::wire::{Reply, WireServer};

fn proxy() -> (WireServer, Transport) {
    let server = WireServer::builder()
        .respond(|_| Reply::ok().body("from the proxy"))
        .start()
        .unwrap();
    let proxy = reqwest::Proxy::all(server.origin()).unwrap();
    let transport = Transport::new().proxy(proxy);
    (server, transport)
}

#[tokio::test]
async fn plain_http_to_this_machine_is_not_proxied() {
    let (proxy, transport) = proxy();
    let server = WireServer::start().unwrap();
    let client = Client::builder(with_key(&server)).transport(transport.clone());
    let client = client.build().unwrap();
    let response = client.get(server.url("/")).send().await.unwrap();
    assert_eq!(response.status(), 200);

    let send = ReqwestSend::with_transport(&transport).unwrap();
    for route in [Route::Issuer, Route::Metadata] {
        let request = http::Request::get(server.url("/")).body(Bytes::new());
        send.send(route, request.unwrap()).await.unwrap();
    }
    assert_eq!(server.count(), 3);
    assert_eq!(proxy.count(), 0);
}

#[tokio::test]
async fn what_leaves_this_machine_goes_through_the_proxy() {
    let (proxy, transport) = proxy();
    let server = WireServer::builder()
        .respond(|_| Reply::redirect(302, "http://elsewhere.invalid/x"))
        .start()
        .unwrap();
    let client = Client::builder(with_key(&server))
        .transport(transport)
        .redirects(Redirects::AnyOriginWithoutCredential)
        .build()
        .unwrap();
    let response = client.get(server.url("/")).send().await.unwrap();
    assert_eq!(response.text().await.unwrap(), "from the proxy");
    let request = only(&proxy);
    assert_eq!(request.target(), "http://elsewhere.invalid/x");
    assert!(request.credentials().is_empty());
}

/// An https issuer: the proxy is asked for a tunnel. Without a TLS library reqwest cannot get as far.
#[cfg(any(feature = "rustls", feature = "native-tls"))]
#[tokio::test]
async fn an_issuer_is_reached_through_the_proxy() {
    let (proxy, transport) = proxy();
    let send = ReqwestSend::with_transport(&transport).unwrap();
    let request = http::Request::get("https://issuer.invalid/token").body(Bytes::new());
    // The fake proxy speaks no TLS, so the request fails behind the tunnel.
    assert!(send.send(Route::Issuer, request.unwrap()).await.is_err());
    let request = only(&proxy);
    assert_eq!(request.method(), "CONNECT");
    assert_eq!(request.target(), "issuer.invalid:443");
}
