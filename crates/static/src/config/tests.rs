use onecred_config::Registry;
use onecred_core::{AuthRequest, Body, Env};

use crate::scratch::Scratch;

const KEY: &str = "test-only-key-00000000000000000000000000wxyz";

fn registry(scratch: &Scratch, auth: &str) -> Result<Registry, String> {
    let text = format!(
        "[client.api]\ntarget = {{ origin = \"https://api.example.com\", key_header = \"x-api-key\" }}\nauth = {{ {auth} }}\n"
    );
    Registry::builder()
        .env(Env::empty().with("PATH", "/usr/bin:/bin"))
        .with(super::file())
        .with(super::command())
        .allow_commands()
        .base_directory(scratch.dir())
        .build_from_str(&text)
        .map_err(|error| error.to_string())
}

/// The one header that a request carries.
fn sent(scratch: &Scratch, auth: &str) -> Result<String, String> {
    let registry = registry(scratch, auth)?;
    let mut uri = "https://api.example.com/v1".parse().unwrap();
    let mut headers = http::HeaderMap::new();
    let mut request = AuthRequest::new(&http::Method::GET, &mut uri, &mut headers, Body::Empty);
    let client = registry.get("api").unwrap();
    client
        .authorize_blocking(&mut request)
        .map_err(|error| format!("{error}: {:?}", std::error::Error::source(&error)))?;
    assert_eq!(headers.len(), 1);
    let (name, value) = headers.iter().next().unwrap();
    Ok(format!("{name}: {}", value.to_str().unwrap()))
}

#[test]
fn files() {
    let scratch = Scratch::new();
    let path = scratch.file("key", KEY);
    let path = path.to_str().unwrap();
    let (key, bearer) = (
        Ok(format!("x-api-key: {KEY}")),
        Ok(format!("authorization: Bearer {KEY}")),
    );
    for (auth, expected) in [
        (format!("file = '{path}'"), &key),
        ("file = 'key'".to_owned(), &key),
        ("file = { path = 'key' }".to_owned(), &key),
        (
            "file = { path = 'key', form = 'bearer', refresh_after = 30, check_every = 2 }"
                .to_owned(),
            &bearer,
        ),
    ] {
        assert_eq!(&sent(&scratch, &auth), expected, "{auth}");
    }
    for auth in [
        "file = 3",
        "file = ''",
        "file = { form = 'bearer' }",
        "file = { path = 3 }",
        "file = { path = 'key', refresh = 3 }",
        "file = { path = 'key', form = 'basic' }",
    ] {
        assert!(registry(&scratch, auth).is_err(), "{auth}");
    }
    // A file that is not there yet is the provider's business.
    assert!(registry(&scratch, "file = 'later'").is_ok());
}

#[cfg(unix)]
#[test]
fn commands() {
    let scratch = Scratch::new();
    let answer = format!("{{\"headers\":{{\"x-corp-key\":[\"{KEY}\"]}}}}");
    scratch.file("answer", answer);
    let bazel = format!("cat {}/answer", scratch.dir().display());
    let (key, bearer) = (
        Ok(format!("x-api-key: {KEY}")),
        Ok(format!("authorization: Bearer {KEY}")),
    );
    let alone = Ok(format!("x-corp-key: {KEY}"));
    for (auth, expected) in [
        (format!("command = ['echo', '{KEY}']"), &key),
        (
            format!(
                "command = {{ argv = ['echo', '{KEY}'], form = 'bearer', ttl = 60, timeout = 9 }}"
            ),
            &bearer,
        ),
        (
            format!(
                "command = {{ argv = ['sh', '-c', '{bazel}'], protocol = 'bazel', uri = 'https://api.example.com/' }}"
            ),
            &alone,
        ),
    ] {
        assert_eq!(&sent(&scratch, &auth), expected, "{auth}");
    }
    for auth in [
        "command = 'echo key'",
        "command = []",
        "command = ['']",
        "command = [3]",
        "command = { argv = [] }",
        "command = { ttl = 3 }",
        "command = { argv = ['echo'], shell = true }",
        "command = { argv = ['echo'], uri = 'https://api.example.com/' }",
        "command = { argv = ['echo'], protocol = 'bazel' }",
        "command = { argv = ['echo'], protocol = 'bazel', uri = 'x', form = 'bearer' }",
    ] {
        assert!(registry(&scratch, auth).is_err(), "{auth}");
    }
    // A relative program is the one beside the file, and none of the current directory.
    let error = sent(&scratch, "command = ['./helper']").unwrap_err();
    assert!(error.contains("does not exist"), "{error}");
}
