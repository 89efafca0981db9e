//! Clone, derive, replace: what each client sends afterwards.
//!
//! `cargo run -p onecred-examples --example derive_and_replace`

use onecred::prelude::*;

/// The credential headers that the next request of this client would carry.
async fn sends(authenticator: &Authenticator) -> Result<Vec<String>, AuthError> {
    let mut uri = http::Uri::from_static("https://api.example.com/v1/things");
    let mut headers = http::HeaderMap::new();
    let mut request = AuthRequest::new(&http::Method::GET, &mut uri, &mut headers, Body::Empty);
    authenticator.authorize(&mut request).await?;
    Ok(headers
        .iter()
        .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
        .collect())
}

fn login(token: &'static str) -> impl CredentialProvider {
    provider_fn("login", move |_cx| async move {
        Ok(Credential::bearer(HeaderSecret::parse(
            token,
            TextFrom::Provider,
        )?))
    })
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let target = Target::builder("api")
        .origin("https://api.example.com")?
        .key_header("x-api-key")?
        .build()?;
    let key = HeaderSecret::parse("demo-key", TextFrom::Argument)?;

    let parent = Authenticator::new(target, Auth::api_key(key))?;
    let same = parent.clone();
    let child = parent
        .derive()
        .auth(Auth::provider(login("demo-token-1")))
        .build()?;
    let anonymous = parent.derive().auth(Auth::Anonymous).build()?;
    assert_eq!(sends(&parent).await?, ["x-api-key: demo-key"]);
    assert_eq!(sends(&child).await?, ["authorization: Bearer demo-token-1"]);
    assert!(sends(&anonymous).await?.is_empty());

    parent.replace(login("demo-token-2"))?;
    println!("after parent.replace(login):");
    for (name, client) in [
        ("parent", &parent),
        ("clone", &same),
        ("child", &child),
        ("anonymous", &anonymous),
    ] {
        println!("  {name:<10} sends {:?}", sends(client).await?);
    }
    assert_eq!(sends(&same).await?, ["authorization: Bearer demo-token-2"]);
    assert_eq!(sends(&child).await?, ["authorization: Bearer demo-token-1"]);
    Ok(())
}
