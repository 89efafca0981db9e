//! Credentials from programs: one that prints a token, and one that speaks Bazel's credential helper protocol.
//! Each is run once, not per request.
//!
//! `cargo run -p onecred-examples --example helper_command`

use onecred::fixed::HelperCommand;
use onecred::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let env = Env::from_process();
    let target = Target::builder("api")
        .origin("https://api.example.com")?
        .build()?;

    // In earnest: ["gh", "auth", "token"], ["gcloud", "auth", "print-access-token"], … There is no shell unless
    // you name one.
    let prints = HelperCommand::bearer(&env, ["echo", "test-only-token-of-a-helper-0001"]);
    let client = Authenticator::new(target.clone(), prints)?; // runs nothing yet
    println!("token:  {}", send(&client)?);

    let answer = r#"cat >&2; echo '{"headers":{"authorization":["Bearer test-only-token-of-a-bazel-helper"]}}'"#;
    let bazel = HelperCommand::bazel(&env, ["sh", "-c", answer], "https://api.example.com/v1");
    let client = Authenticator::new(target.clone(), bazel)?;
    println!("bazel:  {}", send(&client)?);

    // What goes wrong is said, within the time-out; what it printed is not.
    let fails = HelperCommand::bearer(
        &env,
        ["sh", "-c", "echo s3cret; echo 'login expired' >&2; exit 1"],
    );
    let client = Authenticator::new(target, fails)?;
    match send(&client) {
        Err(AuthError::Provider(error)) => println!("fails:  {error}"),
        other => return Err(format!("an error was expected: {other:?}").into()),
    }
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
