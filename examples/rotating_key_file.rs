//! A key in a file that somebody else rewrites (a mounted Kubernetes secret, a Vault agent): the client follows, no
//! request fails, and a broken file keeps the old key.
//!
//! `cargo run -p onecred-examples --example rotating_key_file`

use onecred::fixed::KeyFile;
use onecred::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::temp_dir().join(format!("onecred-example-{}", std::process::id()));
    std::fs::write(&path, "test-only-key-before-the-rotation-0001\n")?;

    // The metadata are looked at every 5 seconds of use, the content is read again every minute, and at once
    // after a 401.
    let file = CachedProvider::from(KeyFile::api_key(&path));
    let target = Target::builder("api")
        .origin("https://api.example.com")?
        .key_header("x-api-key")?
        .build()?;
    let client = Authenticator::new(target, file.clone())?;
    println!("before:  {}", send(&client)?);

    std::fs::write(&path, "test-only-key-after-the-rotation-0002\n")?;
    // A service just goes on. This example does not wait: it says that the file changed, as a watcher may.
    file.source_changed();
    let after = wait_for_another(&client)?;
    println!("after:   {after}");

    std::fs::write(&path, "")?;
    file.source_changed();
    while file.status().last_error.is_none() {
        send(&client)?; // goes on with the key that was there
        std::thread::yield_now();
    }
    println!("broken:  {}", send(&client)?);
    println!("status:  {:?}", file.status().last_error);
    assert_eq!(send(&client)?, after);
    std::fs::remove_file(&path)?;
    Ok(())
}

/// Stands for a request: the fingerprint of what it would carry.
fn send(client: &Authenticator) -> Result<String, AuthError> {
    let mut uri = http::Uri::from_static("https://api.example.com/v1/things");
    let mut headers = http::HeaderMap::new();
    let mut request = AuthRequest::new(&http::Method::GET, &mut uri, &mut headers, Body::Empty);
    client.authorize_blocking(&mut request)?;
    let shown = client.status().fingerprint;
    Ok(shown.map(|print| print.to_string()).unwrap_or_default())
}

fn wait_for_another(client: &Authenticator) -> Result<String, AuthError> {
    let before = send(client)?;
    loop {
        let now = send(client)?; // never waits
        if now != before {
            return Ok(now);
        }
        std::thread::yield_now();
    }
}
