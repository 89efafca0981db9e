//! A key from your environment (or one for show), resolved, explained, and sent.
//!
//! `cargo run -p onecred-examples --example quickstart`
//! `MY_API_KEY=… cargo run -p onecred-examples --example quickstart`

use onecred::prelude::*;
use onecred::reqwest::Client;
use onecred::{Resolver, Variable};
use onecred_testkit::wire::WireServer;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The environment is read once, here.
    let mut env = Env::from_process();
    if env.text("MY_API_KEY").is_none() {
        env = env.with("MY_API_KEY", "key-for-show-0123456789-0123456789-0123\n");
    }
    let found = Resolver::builder()
        .tier([
            Variable::api_key("MY_API_KEY"),
            Variable::bearer("MY_AUTH_TOKEN"),
        ])
        .build()
        .resolve(&env)
        .await?;
    println!("{}", found.report);

    // Stands for your API; it answers 401 unless exactly one credential arrives.
    let server = WireServer::builder()
        .credential_header("x-my-key")
        .start()?;
    let target = Target::builder("my-api")
        .origin(server.origin())?
        .key_header("x-my-key")?
        .build()?;

    let client = Client::new(Authenticator::new(target, found.auth)?)?;
    let response = client.get(server.url("/v1/things")).send().await?;
    println!(
        "{} with {:?}",
        response.status(),
        client.authenticator().status().fingerprint
    );
    assert_eq!(response.status(), 200);
    Ok(())
}
