//! A client without an async runtime: ureq, authorized by one call before each request.
//!
//! `cargo run -p onecred-examples --example blocking`

use onecred::prelude::*;
use onecred_testkit::wire::{Reply, WireServer};

type BoxError = Box<dyn std::error::Error>;

/// Everything that a blocking client needs: authorize, send, and once more after a rejection.
fn get(authenticator: &Authenticator, agent: &ureq::Agent, url: &str) -> Result<u16, BoxError> {
    let mut request = http::Request::get(url).body(())?.into_parts().0;
    let receipt = authenticator
        .authorize_blocking(&mut AuthRequest::from_parts(&mut request, Body::Empty))?;
    let response = agent.run(http::Request::from_parts(request.clone(), ()))?;

    let head = ResponseHead::new(response.status(), response.headers());
    if authenticator.on_response(&receipt, &head) == Verdict::Reauthorize {
        let mut again = AuthRequest::from_parts(&mut request, Body::Empty);
        if authenticator
            .reauthorize_blocking(&receipt, &mut again)?
            .is_some()
        {
            return Ok(agent
                .run(http::Request::from_parts(request, ()))?
                .status()
                .as_u16());
        }
    }
    Ok(response.status().as_u16())
}

fn main() -> Result<(), BoxError> {
    // The server accepts the second token only, as if the first had been revoked.
    let server = WireServer::builder()
        .respond(
            |request| match request.header_values("authorization").first() {
                Some(value) if value == "Bearer token-2" => Reply::ok(),
                _ => Reply::unauthorized(),
            },
        )
        .start()?;

    let minted = std::sync::atomic::AtomicU32::new(0);
    let issuer = provider_fn("issuer", move |_cx| {
        let n = 1 + minted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        async move {
            let token = HeaderSecret::parse(&format!("token-{n}"), TextFrom::Provider)?;
            Ok(Credential::bearer(token))
        }
    });
    let target = Target::builder("loopback")
        .origin(server.origin())?
        .build()?;
    let authenticator = Authenticator::new(target, issuer)?;

    // ureq would follow a redirect with our header; hand 3xx and 401 back instead.
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .max_redirects(0)
        .http_status_as_error(false)
        .build()
        .into();
    let status = get(&authenticator, &agent, &server.url("/v1/things"))?;

    println!("status {status} after {} requests:", server.count());
    for request in server.requests() {
        println!(
            "  {} {}",
            request.target(),
            request.header_values("authorization").join(", ")
        );
    }
    assert_eq!((status, server.count()), (200, 2));
    Ok(())
}
