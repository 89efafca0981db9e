use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use onecred_core::{
    Auth, AuthError, AuthRequest, Authenticator, Body, CachedProvider, Clock, HeaderSecret,
    ProviderErrorKind, Receipt, ResponseHead, Secret, Target, TextFrom, Verdict,
};

use super::*;
use crate::{ManualClock, ManualRuntime, scan_for_secrets};

const KEY: &str = "test-only-signing-key-0123456789abcdef";
const TOKEN: &str = "test-only-token-0123456789abcdefghij";

fn secret(text: &str) -> Secret {
    Secret::new(text)
}

/// A client and the request that it works on.
struct Client {
    runtime: ManualRuntime,
    authenticator: Authenticator,
    uri: Uri,
    headers: HeaderMap,
}

impl Client {
    fn new(auth: impl Into<Auth>, clock: &ManualClock) -> Self {
        let target = Target::builder("toy")
            .origin("https://toy.example")
            .unwrap();
        let target = target.key_header("x-api-key").unwrap().build().unwrap();
        Self {
            runtime: ManualRuntime::new(clock),
            authenticator: Authenticator::builder(target, auth)
                .clock(clock.clone())
                .build()
                .unwrap(),
            uri: Uri::from_static("https://toy.example/v1/things?page=2"),
            headers: HeaderMap::new(),
        }
    }

    fn authorize(&mut self, body: Body<'_>) -> Result<Receipt, AuthError> {
        let mut request = AuthRequest::new(&Method::POST, &mut self.uri, &mut self.headers, body);
        let authorized = self.authenticator.authorize(&mut request);
        self.runtime.complete(authorized).expect("no need to wait")
    }

    fn reauthorize(&mut self, receipt: &Receipt, body: Body<'_>) -> Option<Receipt> {
        let mut request = AuthRequest::new(&Method::POST, &mut self.uri, &mut self.headers, body);
        let authorized = self.authenticator.reauthorize(receipt, &mut request);
        self.runtime.complete(authorized).unwrap().unwrap()
    }

    fn answered(&self, receipt: &Receipt, answer: &[(&'static str, &str)]) -> Verdict {
        let headers: HeaderMap = answer
            .iter()
            .map(|(name, value)| {
                let value = HeaderValue::from_str(value).unwrap();
                (HeaderName::from_static(name), value)
            })
            .collect();
        let head = ResponseHead::new(StatusCode::UNAUTHORIZED, &headers);
        self.authenticator.on_response(receipt, &head)
    }
}

#[test]
fn the_body_signer_covers_method_url_and_body() {
    let clock = ManualClock::new();
    let mut client = Client::new(Auth::signer(BodySigner::new(secret(KEY))), &clock);
    client.authorize(Body::Bytes(b"hello")).unwrap();
    let verify = |key, method, uri: &'static str, body| {
        let uri = Uri::from_static(uri);
        BodySigner::verify(
            &secret(key),
            (&method, &uri),
            &client.headers,
            body,
            clock.now(),
        )
    };
    let url = "https://toy.example/v1/things?page=2";
    assert_eq!(verify(KEY, Method::POST, url, b"hello"), Ok(true));
    assert_eq!(verify(TOKEN, Method::POST, url, b"hello"), Ok(false));
    assert_eq!(verify(KEY, Method::GET, url, b"hello"), Ok(false));
    assert_eq!(
        verify(
            KEY,
            Method::POST,
            "https://toy.example/v1/things?page=3",
            b"hello"
        ),
        Ok(false)
    );
    assert_eq!(verify(KEY, Method::POST, url, b"hellO"), Ok(false));
    assert!(client.headers["authorization"].is_sensitive());
}

#[test]
fn the_body_signer_signs_a_known_hash_and_refuses_a_stream_leaving_nothing() {
    let clock = ManualClock::new();
    let mut client = Client::new(Auth::signer(BodySigner::new(secret(KEY))), &clock);
    let refused = client.authorize(Body::Stream).unwrap_err();
    assert!(matches!(refused, AuthError::BodyUnavailable));
    assert!(client.headers.is_empty());

    client
        .authorize(Body::Sha256(Sha256::digest(b"hello").into()))
        .unwrap();
    let uri = client.uri.clone();
    let verify = |headers: &HeaderMap| {
        BodySigner::verify(
            &secret(KEY),
            (&Method::POST, &uri),
            headers,
            b"hello",
            clock.now(),
        )
    };
    assert_eq!(verify(&client.headers), Ok(true));
    client.headers.clear();
    client.authorize(Body::UnsignedAllowed).unwrap();
    assert_eq!(verify(&client.headers), Ok(true));
}

#[test]
fn the_body_signer_learns_the_servers_clock_and_signs_again() {
    let clock = ManualClock::new();
    let server = clock.now() + Duration::from_secs(600);
    let mut client = Client::new(Auth::signer(BodySigner::new(secret(KEY))), &clock);
    let receipt = client.authorize(Body::Empty).unwrap();
    let check = |client: &Client, now: SystemTime| {
        let line = (&Method::POST, &client.uri);
        BodySigner::verify(&secret(KEY), line, &client.headers, b"", now)
    };
    let skew = check(&client, server).unwrap_err();
    assert_eq!(skew, 600);
    // Said twice, as by two answers at once, it is not added twice.
    for _ in 0..2 {
        let verdict = client.answered(&receipt, &[("x-toy-skew", "600")]);
        assert_eq!(verdict, Verdict::Reauthorize);
    }
    let replay = client.reauthorize(&receipt, Body::Empty).unwrap();
    assert_eq!(check(&client, server), Ok(true));
    assert_eq!(
        client.answered(&replay, &[("x-toy-skew", "600")]),
        Verdict::Reject
    );
}

#[test]
fn the_proof_signer_takes_up_the_nonce_and_signs_again() {
    let clock = ManualClock::new();
    let token = HeaderSecret::parse(TOKEN, TextFrom::Provider).unwrap();
    let mut client = Client::new(Auth::signer(ProofSigner::new(token, secret(KEY))), &clock);
    let receipt = client.authorize(Body::Stream).unwrap();
    let verify = |client: &Client, nonce: &str| {
        ProofSigner::verify(
            &secret(KEY),
            nonce,
            (&Method::POST, &client.uri),
            &client.headers,
        )
    };
    assert!(verify(&client, "") && !verify(&client, "n-1"));
    let first = client.headers["dpop"].clone();
    assert_eq!(
        client.headers["authorization"],
        format!("DPoP {TOKEN}").as_str()
    );

    assert_eq!(
        client.answered(&receipt, &[("dpop-nonce", "n-1")]),
        Verdict::Reauthorize
    );
    client.reauthorize(&receipt, Body::Stream).unwrap();
    assert!(verify(&client, "n-1"));
    assert_ne!(client.headers["dpop"], first);
    assert_eq!(client.headers.get_all("dpop").iter().count(), 1);
}

#[test]
fn no_two_proofs_are_alike() {
    let clock = ManualClock::new();
    let token = HeaderSecret::parse(TOKEN, TextFrom::Provider).unwrap();
    let mut client = Client::new(Auth::signer(ProofSigner::new(token, secret(KEY))), &clock);
    let proofs: std::collections::HashSet<_> = (0..10)
        .map(|_| {
            client.headers.clear();
            client.authorize(Body::Empty).unwrap();
            client.headers["dpop"].clone()
        })
        .collect();
    assert_eq!(proofs.len(), 10);
}

#[test]
fn a_nonce_beside_invalid_token_does_not_ask_for_another_signature() {
    let clock = ManualClock::new();
    let token = HeaderSecret::parse(TOKEN, TextFrom::Provider).unwrap();
    let mut client = Client::new(Auth::signer(ProofSigner::new(token, secret(KEY))), &clock);
    let receipt = client.authorize(Body::Empty).unwrap();
    let answer = [
        ("dpop-nonce", "n-2"),
        ("www-authenticate", r#"DPoP error="invalid_token""#),
    ];
    assert_eq!(client.answered(&receipt, &answer), Verdict::Reject);
    client.headers.clear();
    client.authorize(Body::Empty).unwrap();
    let line = (&Method::POST, &client.uri);
    assert!(ProofSigner::verify(
        &secret(KEY),
        "n-2",
        line,
        &client.headers
    ));
}

/// A file of a test's own, removed at its end.
pub(crate) struct TempFile(pub(crate) PathBuf);

impl TempFile {
    pub(crate) fn new(text: &str) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("onecred-testkit-{}-{number}", std::process::id());
        let file = Self(std::env::temp_dir().join(name));
        file.write(text);
        file
    }

    pub(crate) fn write(&self, text: &str) {
        std::fs::write(&self.0, text).unwrap();
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        // It may be gone already: some tests remove it.
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn the_key_file_rotates_and_a_broken_one_keeps_the_old_key() {
    let clock = ManualClock::new();
    let file = TempFile::new("test-only-key-one\n");
    let runtime = ManualRuntime::new(&clock);
    let cache = CachedProvider::builder(KeyFile::new(&file.0))
        .clock(clock.clone())
        .runtime(runtime.clone())
        .build();
    let key = || {
        let credential = runtime.complete(cache.credential()).unwrap().unwrap();
        // A look at the file in the background ends before the next question.
        runtime.run_until_stalled();
        credential.secret().unwrap().expose().to_owned()
    };
    assert_eq!(key(), "test-only-key-one");
    for broken in ["", " \n", "two keys"] {
        file.write(broken);
        clock.advance(Duration::from_secs(3600));
        key();
        assert_eq!(
            key(),
            "test-only-key-one",
            "while the file holds {broken:?}"
        );
        assert!(cache.status().last_error.is_some());
    }
    std::fs::remove_file(&file.0).unwrap();
    clock.advance(Duration::from_secs(3600));
    key();
    let error = cache.status().last_error.unwrap();
    assert_eq!(error.kind(), ProviderErrorKind::Misconfigured);

    file.write("\"test-only-key-two\"\n");
    clock.advance(Duration::from_secs(3600));
    key();
    assert_eq!(key(), "test-only-key-two");
    assert!(cache.status().last_error.is_none());
}

#[test]
fn a_key_file_without_end_is_refused() {
    let file = TempFile::new(&"x".repeat(64 * 1024 + 1));
    let clock = ManualClock::new();
    let runtime = ManualRuntime::new(&clock);
    let cache = CachedProvider::builder(KeyFile::new(&file.0))
        .runtime(runtime.clone())
        .build();
    let error = runtime.complete(cache.credential()).unwrap().unwrap_err();
    assert_eq!(error.kind(), ProviderErrorKind::Misconfigured);
    assert!(error.to_string().contains("too large"), "{error}");
}

#[test]
fn toys_show_no_secret() {
    let token = HeaderSecret::parse(TOKEN, TextFrom::Provider).unwrap();
    let shown = format!(
        "{:?} {:#?}",
        BodySigner::new(secret(KEY)),
        ProofSigner::new(token, secret(KEY))
    );
    assert!(
        scan_for_secrets(&shown, &[KEY, TOKEN]).is_empty(),
        "{shown}"
    );
}
