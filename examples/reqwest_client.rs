//! reqwest: default headers are vetted, redirects do not leak the key, and a child client has a credential of its own.
//!
//! `cargo run -p onecred-examples --example reqwest_client`

use onecred::prelude::*;
use onecred::reqwest::{Client, Redirects};
use onecred_testkit::wire::{Reply, WireServer};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let elsewhere = WireServer::builder().respond(|_| Reply::ok()).start()?;
    let location = elsewhere.url("/download");
    let api = WireServer::builder()
        .respond(move |request| match request.path() {
            "/files/1" => Reply::redirect(302, &location),
            _ => Reply::check_credentials(),
        })
        .start()?;

    let target = Target::builder("api")
        .origin(api.origin())?
        .key_header("x-api-key")?
        .build()?;
    let key = HeaderSecret::parse("demo-key-0123456789", TextFrom::Argument)?;
    let authenticator = Authenticator::new(target, Auth::api_key(key))?;

    // A credential among the default headers is an error of the builder.
    let refused = Client::builder(authenticator.clone())
        .default_header("authorization", "Bearer from-somewhere")
        .build();
    println!("default header: {}", refused.map(|_| ()).unwrap_err());

    let client = Client::builder(authenticator)
        .redirects(Redirects::AnyOriginWithoutCredential)
        .build()?;
    let answer = client.get(api.url("/files/1")).send().await?;
    let arrived = elsewhere.requests();
    println!(
        "redirect: {}, elsewhere got {} credentials",
        answer.status(),
        arrived[0].credentials().len()
    );
    assert!(arrived[0].credentials().is_empty());
    let _redirect = api.take();

    let token = HeaderSecret::parse("demo-token-0123456789", TextFrom::Argument)?;
    let child = client.derive().auth(Auth::bearer(token)).build()?;
    for (name, client) in [("parent", &client), ("child", &child)] {
        let answer = client.post(api.url("/v1/things")).body("{}").send().await?;
        let requests = api.take();
        let sent: Vec<String> = requests
            .iter()
            .flat_map(|r| r.credentials())
            .map(ToString::to_string)
            .collect();
        println!("{name}: {} with {sent:?}", answer.status());
        assert_eq!(answer.status(), 200);
    }
    Ok(())
}
