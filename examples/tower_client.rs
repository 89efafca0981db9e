//! tower: a layer around hyper's client; redirects and retries go outside of it.
//!
//! `cargo run -p onecred-examples --example tower_client`

use bytes::Bytes;
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use onecred::prelude::*;
use onecred::tower::AuthLayer;
use onecred_testkit::wire::{Reply, WireServer};
use tower::{Service, ServiceBuilder, ServiceExt};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    // The first token has been revoked; the server wants another one.
    let server = WireServer::builder()
        .respond(
            |request| match request.header_values("authorization").first() {
                Some(value) if value == "Bearer token-1" => Reply::unauthorized(),
                _ => Reply::check_credentials(),
            },
        )
        .start()?;

    let minted = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
    let login = provider_fn("login", move |_cx| {
        let n = 1 + minted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        async move {
            let token = HeaderSecret::parse(&format!("token-{n}"), TextFrom::Provider)?;
            Ok(Credential::bearer(token))
        }
    });
    let target = Target::builder("api").origin(server.origin())?.build()?;
    let authenticator = Authenticator::new(target, login)?;

    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let mut service = ServiceBuilder::new()
        .layer(AuthLayer::new(authenticator))
        .service(client);

    let request =
        http::Request::post(server.url("/v1/things")).body(Full::from("the body is sent twice"))?;
    let response = service.ready().await?.call(request).await?;

    println!("the caller saw {}; the wire saw", response.status());
    for request in server.requests() {
        println!(
            "  {} {} {:?}",
            request.method(),
            request.target(),
            request.header_values("authorization")
        );
    }
    assert_eq!((response.status().as_u16(), server.count()), (200, 2));
    Ok(())
}
