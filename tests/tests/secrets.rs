//! Planted secrets appear nowhere: Debug and Display of every public type that holds or has seen one, and
//! every error chain.

#![allow(clippy::unwrap_used, reason = "a failure is the test's")]

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use onecred_core::*;
use onecred_testkit::toys::{BodySigner, ProofSigner};
use onecred_testkit::{Answer, LeakScan, ManualClock, ManualRuntime, ScriptedProvider};

const KEY: &str = "planted-static-key-0123456789abcdefghij";
const SHORT: &str = "planted-shrt";
const TOKEN: &str = "planted-bearer-token-9876543210zyxwvutsr";
const SIGNING: &str = "planted-signing-secret-1122334455667788";
const BODY: &str = "planted-body-text-that-a-user-typed-in-there";

fn scan() -> LeakScan {
    LeakScan::new([KEY, SHORT, TOKEN, SIGNING, BODY])
}

fn parsed(text: &str) -> HeaderSecret {
    HeaderSecret::parse(text, TextFrom::Argument).unwrap()
}

fn target() -> Target {
    Target::builder("api")
        .origin("https://api.example.com")
        .unwrap()
        .key_header("x-api-key")
        .unwrap()
        .gateway("x-gateway", Auth::api_key(parsed(SHORT)))
        .unwrap()
        .build()
        .unwrap()
}

/// Every credential header and what it holds, for the scans of requests.
fn authorize(authenticator: &Authenticator, scan: &mut LeakScan, what: &str) -> HeaderMap {
    let mut uri = Uri::from_static("https://api.example.com/v1/things");
    let mut headers = HeaderMap::new();
    let mut request = AuthRequest::new(
        &Method::POST,
        &mut uri,
        &mut headers,
        Body::Bytes(BODY.as_bytes()),
    );
    let receipt = authenticator.authorize_blocking(&mut request).unwrap();
    scan.debug(format!("{what}: AuthRequest"), &request);
    scan.debug(format!("{what}: Receipt"), &receipt);
    // A header map prints the values that are not marked sensitive.
    scan.debug(format!("{what}: HeaderMap"), &headers);
    scan.debug(format!("{what}: Uri"), &uri);
    headers
}

#[test]
fn values_show_fingerprints_at_most() {
    let mut scan = scan();
    let fixed = [
        ("api key", Auth::api_key(parsed(KEY))),
        ("short key", Auth::api_key(parsed(SHORT))),
        ("bearer", Auth::bearer(parsed(TOKEN))),
        (
            "header",
            Auth::fixed(Credential::header(
                HeaderName::from_static("x-corp-key"),
                parsed(KEY),
            )),
        ),
        (
            "signer",
            Auth::signer(BodySigner::new(Secret::new(SIGNING))),
        ),
        (
            "proof",
            Auth::signer(ProofSigner::new(parsed(TOKEN), Secret::new(SIGNING))),
        ),
    ];
    for (what, auth) in fixed {
        if let Auth::Static(fixed) = &auth {
            let credential = fixed.credential();
            scan.debug(format!("{what}: StaticCredential"), fixed);
            scan.debug(format!("{what}: Credential"), credential);
            scan.display(format!("{what}: Fingerprint"), credential.fingerprint());
            if let Some(secret) = credential.secret() {
                scan.debug(format!("{what}: HeaderSecret"), secret);
                scan.debug(format!("{what}: HeaderValue"), &secret.header_value());
                scan.debug(
                    format!("{what}: prefixed"),
                    &secret.prefixed("Bearer ").unwrap(),
                );
            }
        }
        scan.debug(format!("{what}: Auth"), &auth);
        let builder = Authenticator::builder(target(), auth.clone());
        scan.debug(format!("{what}: AuthenticatorBuilder"), &builder);
        let authenticator = builder.build().unwrap();
        scan.debug(format!("{what}: Authenticator"), &authenticator);
        scan.debug(format!("{what}: Status"), &authenticator.status());
        scan.debug(
            format!("{what}: Derive"),
            &authenticator.derive().auth(auth),
        );
        let headers = authorize(&authenticator, &mut scan, what);
        assert!(headers.len() >= 2, "{what}: its own and the gateway's");
        assert!(headers.values().all(HeaderValue::is_sensitive), "{what}");
    }
    scan.debug("Secret", &Secret::new(KEY));
    scan.debug("Target", &target());
    scan.debug("Body", &Body::Bytes(BODY.as_bytes()));
    scan.debug("Argument", &Argument::api_key(Some(KEY)));
    let env = Env::empty().with("A_KEY", KEY);
    scan.debug("Env", &env);
    scan.assert_clean();
}

#[test]
fn a_short_secret_shows_neither_its_end_nor_a_hash() {
    let shown = parsed(SHORT).fingerprint().to_string();
    assert!(!shown.contains('#') && !shown.contains("shrt"), "{shown}");
}

#[test]
fn the_cache_its_errors_and_its_events_show_none() {
    #[derive(Debug, Default)]
    struct Collect(std::sync::Mutex<Vec<String>>);
    impl Observer for Collect {
        fn event(&self, event: &Event<'_>) {
            self.0.lock().unwrap().push(format!("{event:?}"));
        }
    }

    let clock = ManualClock::new();
    let runtime = ManualRuntime::threaded(&clock);
    let provider = ScriptedProvider::new()
        .then(Answer::bearer().expires_in(Duration::from_secs(600)))
        .then(Answer::panic())
        .then(Answer::error(ProviderErrorKind::Denied));
    let observer = Arc::new(Collect::default());
    let cached = CachedProvider::builder(provider.clone())
        .clock(clock.clone())
        .runtime(runtime)
        .observer(observer.clone())
        .build();
    let authenticator = Authenticator::builder(target(), cached.clone())
        .observer(observer.clone())
        .build()
        .unwrap();
    let mut scan = scan();
    scan.secret(&provider.secret(1));
    authorize(&authenticator, &mut scan, "provider");
    scan.debug("CachedProvider", &cached);
    scan.debug("CacheStatus", &cached.status());
    scan.debug("ScriptedProvider", &provider);

    // A provider that panics, and one that is refused, with the token as good as gone.
    for what in ["after a panic", "after a refusal"] {
        clock.advance(Duration::from_secs(3600));
        let mut uri = Uri::from_static("https://api.example.com/");
        let mut headers = HeaderMap::new();
        let mut request = AuthRequest::new(&Method::GET, &mut uri, &mut headers, Body::Empty);
        let error = authenticator.authorize_blocking(&mut request).unwrap_err();
        scan.error(what, &error);
        scan.debug(format!("{what}: Status"), &authenticator.status());
        assert!(headers.is_empty());
    }
    let events = observer.0.lock().unwrap().join("\n");
    assert!(
        events.contains("Refreshed") && events.contains("RefreshFailed"),
        "{events}"
    );
    scan.text("events", events);
    scan.assert_clean();
}

#[test]
fn errors_of_requests_and_sources_show_none() {
    let mut scan = scan();
    let authenticator = Authenticator::new(target(), Auth::api_key(parsed(KEY))).unwrap();
    let attempts = [
        (format!("https://user:{TOKEN}@api.example.com/"), None),
        (
            format!("https://api.example.com/?access_token={TOKEN}"),
            None,
        ),
        (format!("https://evil.example/?key={TOKEN}"), None),
        ("https://api.example.com/".to_owned(), Some("authorization")),
    ];
    for (uri, header) in attempts {
        let mut uri: Uri = uri.parse().unwrap();
        let mut headers = HeaderMap::new();
        if let Some(name) = header {
            headers.insert(name, TOKEN.parse().unwrap());
        }
        let mut request = AuthRequest::new(&Method::GET, &mut uri, &mut headers, Body::Empty);
        let error = authenticator.authorize_blocking(&mut request).unwrap_err();
        scan.error("refused request", &error);
    }

    for broken in [
        format!("{KEY} {TOKEN}"),
        format!("Bearer {TOKEN}"),
        format!("export A_KEY={KEY}"),
        format!("{KEY}\u{200b}"),
        format!("\u{201c}{KEY}\u{201d}"),
        format!("-----BEGIN PRIVATE KEY-----\n{KEY}"),
        format!("x-api-key: {KEY}"),
    ] {
        let error = HeaderSecret::parse(&broken, TextFrom::Environment).unwrap_err();
        scan.error("InvalidSecret", &error);
        scan.error("AuthError", &AuthError::from(error));
        let env = Env::empty().with("A_KEY", &broken).with("A_TOKEN", TOKEN);
        let resolver = Resolver::builder()
            .tier([Variable::api_key("A_KEY"), Variable::bearer("A_TOKEN")])
            .build();
        let error = resolver.resolve_blocking(&env).unwrap_err();
        scan.error("ResolveError", &error);
        scan.display("Report", error.report());
        scan.debug("Resolver", &resolver);
        scan.text(
            "Report as JSON",
            serde_json::to_string(error.report()).unwrap(),
        );
    }
    scan.assert_clean();
}

#[test]
fn text_from_outside_reaches_no_output_raw() {
    const HOSTILE: &str = "\u{1b}[31mred\u{1b}]0;title\u{7}\r\nline\u{202e}txt\u{0}";
    let shown = [
        ProviderError::denied(HOSTILE).to_string(),
        format!("{:?}", ProviderError::denied(HOSTILE)),
        SourceName::new(HOSTILE).to_string(),
        Subject::new(HOSTILE).to_string(),
        InvalidSource::new(HOSTILE).to_string(),
        Untrusted::new(HOSTILE).to_string(),
        Conflict::new(HOSTILE.into(), "b".into()).to_string(),
        format!(
            "{}",
            AuthError::NoPlacement {
                target: HOSTILE.into()
            }
        ),
        Target::builder("t")
            .key_header(HOSTILE)
            .unwrap_err()
            .to_string(),
    ];
    for text in shown {
        let raw = text.chars().find(|c| c.is_control() || *c == '\u{202e}');
        assert_eq!(raw, None, "{text:?}");
    }
}

#[test]
fn an_expired_static_credential_says_when_and_nothing_else() {
    let past = SystemTime::UNIX_EPOCH + Duration::from_secs(1);
    let auth = Auth::fixed(Credential::bearer(parsed(TOKEN)).expires_at(past));
    let target = Target::builder("t")
        .origin("https://t.example")
        .unwrap()
        .build()
        .unwrap();
    let authenticator = Authenticator::new(target, auth).unwrap();
    let mut uri = Uri::from_static("https://t.example/");
    let mut headers = HeaderMap::new();
    let mut request = AuthRequest::new(&Method::GET, &mut uri, &mut headers, Body::Empty);
    let error = authenticator.authorize_blocking(&mut request).unwrap_err();
    assert!(matches!(error, AuthError::Expired(at) if at == past));
    scan().error("Expired", &error).assert_clean();
    assert!(headers.is_empty());
}
