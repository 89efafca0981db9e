//! A provider of your own: fetch, return, done. Caching, refresh ahead, back-off and single flight are the cache's.
//!
//! `cargo run -p onecred-examples --example custom_provider`
//! `cargo test -p onecred-examples --example custom_provider` runs the test kit's conformance suite on it.

use std::time::Duration;

use onecred::prelude::*;

/// Stands for a client of your vault, your metadata server, your company's login.
#[derive(Debug, Clone, Default)]
struct VaultClient;

impl VaultClient {
    async fn read(&self) -> Result<(String, Duration), std::io::Error> {
        Ok((
            "the-token-that-the-vault-returned-0001".to_owned(),
            Duration::from_secs(3600),
        ))
    }
}

// The provider: 12 lines.
#[derive(Debug)]
struct Vault(VaultClient);

#[async_trait::async_trait]
impl CredentialProvider for Vault {
    async fn provide(&self, cx: &ProvideContext) -> Result<Credential, ProviderError> {
        let read = self.0.read().await;
        let (token, lives) = read
            .map_err(|e| ProviderError::unavailable("the vault does not answer").with_source(e))?;
        let token = HeaderSecret::parse(&token, TextFrom::Provider)?;
        Ok(Credential::bearer(token).expires_at(cx.clock().now() + lives))
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let target = Target::builder("api")
        .origin("https://api.example.com")?
        .build()?;
    let authenticator = Authenticator::new(target, Vault(VaultClient))?;

    let mut uri: http::Uri = "https://api.example.com/v1/things".parse()?;
    let mut headers = http::HeaderMap::new();
    let mut request = AuthRequest::new(&http::Method::GET, &mut uri, &mut headers, Body::Empty);
    authenticator.authorize_blocking(&mut request)?;

    println!("headers: {headers:?}"); // the value is marked sensitive
    println!("status:  {:?}", authenticator.status());
    assert!(headers.contains_key("authorization"));
    Ok(())
}

#[test]
fn the_vault_keeps_its_promises() {
    onecred_testkit::Conformance::new(|| Vault(VaultClient)).check();
}
