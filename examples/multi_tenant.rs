//! One HTTP client, many tenants: each request brings the authenticator of its tenant.
//!
//! `cargo run -p onecred-examples --example multi_tenant`

use std::collections::BTreeMap;

use bytes::Bytes;
use http_body_util::Empty;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use onecred::prelude::*;
use onecred::tower::AuthLayer;
use onecred_testkit::wire::WireServer;
use tower::{Service, ServiceBuilder, ServiceExt};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let server = WireServer::start()?;
    let target = Target::builder("api")
        .origin(server.origin())?
        .key_header("x-api-key")?
        .build()?;

    let mut tenants: BTreeMap<&str, Authenticator> = BTreeMap::new();
    for tenant in ["alice", "bob"] {
        let key = HeaderSecret::parse(&format!("key-of-{tenant}"), TextFrom::Argument)?;
        tenants.insert(
            tenant,
            Authenticator::new(target.clone(), Auth::api_key(key))?,
        );
    }

    // Without a default: a request that names no tenant is an error, not somebody else's request.
    let client = Client::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>();
    let mut service = ServiceBuilder::new()
        .layer(AuthLayer::per_request())
        .service(client);

    for (tenant, authenticator) in &tenants {
        let request = http::Request::get(server.url(&format!("/of/{tenant}")))
            .extension(authenticator.clone())
            .body(Empty::new())?;
        let response = service.ready().await?.call(request).await?;
        assert_eq!(response.status(), 200);
    }
    for request in server.requests() {
        let tenant = request.path().trim_start_matches("/of/");
        println!("{tenant}: {:?}", request.header_values("x-api-key"));
        assert_eq!(
            request.header_values("x-api-key"),
            [format!("key-of-{tenant}")]
        );
    }

    let nobody = http::Request::get(server.url("/of/nobody")).body(Empty::new())?;
    let error = service.ready().await?.call(nobody).await.unwrap_err();
    println!("nobody: {error}");
    assert_eq!(server.count(), 2);
    Ok(())
}
