//! Debug and Display of every public type of core, with a secret in it wherever it can hold or have seen one.
//! The list is checked against the exports, so that a new type is scanned or said to hold nothing.

#![allow(clippy::unwrap_used, reason = "a failure is the test's")]

use std::collections::BTreeSet;

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use onecred_core::*;
use onecred_testkit::LeakScan;
use onecred_testkit::toys::BodySigner;
use onecred_tests::{Head, client, secret, target};

const KEY: &str = "planted-static-key-0123456789abcdefghij";
const OTHER: &str = "planted-other-token-9876543210zyxwvutsr";

/// Exports that cannot hold a secret: traits, functions, numbers, plain enums.
const NOTHING_TO_SHOW: &[&str] = &[
    "AheadStatus",
    "AttemptOutcome",
    "BoxFuture",
    "CachePolicy",
    "Clock",
    "ClockSkew",
    "CredentialKind",
    "CredentialProvider",
    "EpochId",
    "ForeignPolicy",
    "HttpSend",
    "KeyPlacement",
    "MAX_RESPONSE_BYTES",
    "Note",
    "Observer",
    "OnConflict",
    "OriginRule",
    "Outcome",
    "OwnThread",
    "ProviderErrorKind",
    "Reason",
    "Rejection",
    "RequestSigner",
    "Route",
    "Rule",
    "Runtime",
    "SecretKind",
    "SendErrorKind",
    "Shape",
    "Source",
    "SystemClock",
    "TextFrom",
    "TokioRuntime",
    "Vendor",
    "Verdict",
    "is_blank",
    "provider_fn",
    "rfc3339",
];

/// Exports whose whole purpose is to show text that the caller gives them, which is their test's matter.
const SHOWS_WHAT_IT_IS_GIVEN: &[&str] = &["SourceName", "Subject", "Untrusted"];

fn exports() -> BTreeSet<&'static str> {
    let text = include_str!("../../crates/core/src/lib.rs");
    text.split("pub use ")
        .skip(1)
        .filter_map(|rest| rest.split(';').next())
        .flat_map(|path| {
            let names = path.rsplit("::").next().unwrap_or(path);
            names
                .split(['{', '}', ',', '\n', ' '])
                .filter(|name| !name.is_empty())
        })
        .collect()
}

/// Scans, and remembers which type it was.
struct Scan {
    leaks: LeakScan,
    seen: BTreeSet<&'static str>,
}

impl Scan {
    fn debug(&mut self, name: &'static str, value: &dyn std::fmt::Debug) {
        self.seen.insert(name);
        self.leaks.debug(name, value);
    }

    fn display(&mut self, name: &'static str, value: &dyn std::fmt::Display) {
        self.seen.insert(name);
        self.leaks.display(name, value);
    }

    fn error(&mut self, name: &'static str, error: &(dyn std::error::Error + 'static)) {
        self.seen.insert(name);
        self.leaks.error(name, error);
    }
}

fn provider()
-> FnProvider<impl Fn(ProvideContext) -> std::future::Ready<Result<Credential, ProviderError>>> {
    provider_fn("login", |_cx| {
        std::future::ready(Ok(Credential::bearer(secret(OTHER))))
    })
}

#[test]
fn every_exported_type_is_scanned_or_holds_nothing() {
    let mut scan = Scan {
        leaks: LeakScan::new([KEY, OTHER]),
        seen: BTreeSet::new(),
    };
    credentials(&mut scan);
    clients(&mut scan);
    requests(&mut scan);
    resolution(&mut scan);
    errors(&mut scan);
    scan.leaks.assert_clean();

    let mut covered = scan.seen;
    covered.extend(NOTHING_TO_SHOW);
    covered.extend(SHOWS_WHAT_IT_IS_GIVEN);
    let exports = exports();
    assert!(
        exports.len() > 80,
        "the exports are read: {}",
        exports.len()
    );
    let missing: Vec<_> = exports.difference(&covered).collect();
    assert!(
        missing.is_empty(),
        "neither scanned nor listed: {missing:?}"
    );
    let gone: Vec<_> = covered.difference(&exports).collect();
    assert!(gone.is_empty(), "listed, but not exported: {gone:?}");
}

fn credentials(scan: &mut Scan) {
    let companion = Companion::set(
        HeaderName::from_static("x-team"),
        HeaderValue::from_static("blue"),
    );
    let companion = companion.unwrap();
    let credential = Credential::api_key(secret(KEY)).companion(companion.clone());
    scan.debug("Companion", &companion);
    scan.debug("Credential", &credential);
    scan.display("Fingerprint", credential.fingerprint());
    scan.debug("HeaderSecret", &secret(KEY));
    scan.debug("Secret", &Secret::new(KEY));
    scan.debug(
        "StaticCredential",
        &StaticCredential::new(credential.clone()),
    );
    scan.debug("Auth", &Auth::fixed(credential));
}

fn clients(scan: &mut Scan) {
    scan.debug("FnProvider", &provider());
    scan.debug(
        "ProviderChain",
        &ProviderChain::new("chain").then(provider()),
    );
    let cx = ProvideContext::standalone(Reason::Rejected);
    scan.debug(
        "ProvideContext",
        &cx.with_rejected(Fingerprint::of(KEY.as_bytes())),
    );
    scan.debug(
        "CachedProviderBuilder",
        &CachedProvider::builder(provider()),
    );
    let cached = CachedProvider::from(provider());
    cached.credential_blocking().unwrap();
    scan.debug("CachedProvider", &cached);
    scan.debug("CacheStatus", &cached.status());
    let gateway = Target::builder("t")
        .origin(onecred_tests::API)
        .and_then(|builder| builder.gateway("x-gateway", Auth::api_key(secret(OTHER))))
        .unwrap();
    scan.debug("TargetBuilder", &gateway);
    scan.debug("Target", &gateway.build().unwrap());
    let builder = Authenticator::builder(target(), Auth::api_key(secret(KEY)));
    scan.debug("AuthenticatorBuilder", &builder);
    let authenticator = builder.build().unwrap();
    scan.debug("Authenticator", &authenticator);
    scan.debug("Status", &authenticator.status());
    scan.debug(
        "Derive",
        &authenticator.derive().auth(Auth::bearer(secret(OTHER))),
    );
    let keyed = KeyedAuthenticators::<u32>::builder(target());
    scan.debug("KeyedBuilder", &keyed);
    let keyed = keyed.build();
    keyed
        .get_or_insert_with(&1, || Ok::<_, AuthError>(Auth::api_key(secret(KEY))))
        .unwrap();
    scan.debug("KeyedAuthenticators", &keyed);
    scan.debug("MultiObserver", &MultiObserver::default());
}

fn requests(scan: &mut Scan) {
    let client = client(Auth::signer(BodySigner::new(Secret::new(KEY))));
    let mut head = Head::to(&format!("{}/?q=1", onecred_tests::API));
    let body = Body::Bytes(OTHER.as_bytes());
    scan.debug("Body", &body);
    let mut view = head.view_with(body);
    let receipt = client.authorize_blocking(&mut view).unwrap();
    view.headers
        .insert("x-api-key", HeaderValue::from_static(OTHER));
    scan.debug("AuthRequest", &view);
    scan.debug("Receipt", &receipt);
    let target = target();
    scan.debug(
        "SignContext",
        &SignContext::new(&target, std::time::SystemTime::UNIX_EPOCH),
    );
    let headers = HeaderMap::new();
    let answer = ResponseHead::new(StatusCode::UNAUTHORIZED, &headers).with_body(KEY.as_bytes());
    scan.debug("ResponseHead", &answer);
    scan.debug("Env", &Env::empty().with("A_KEY", KEY));
}

fn resolution(scan: &mut Scan) {
    let env = Env::empty().with("A_KEY", KEY);
    scan.debug("Argument", &Argument::api_key(Some(KEY)));
    scan.debug("Variable", &Variable::api_key("A_KEY"));
    let builder = Resolver::builder().tier([Argument::api_key(Some(KEY))]);
    scan.debug("ResolverBuilder", &builder);
    scan.debug("Resolver", &builder.build());
    let resolver = Resolver::builder()
        .tier([Variable::api_key("A_KEY")])
        .build();
    let resolution = resolver.resolve_blocking(&env).unwrap();
    scan.debug("Resolution", &resolution);
    scan.display("Report", &resolution.report);
    scan.debug("Selected", &resolution.report.selected);
    scan.debug("Attempt", &resolution.report.attempts[0]);
    scan.debug(
        "Lookup",
        &Lookup::Found {
            auth: Auth::api_key(secret(KEY)),
            detail: String::new(),
        },
    );
    let broken = Env::empty().with("A_KEY", format!("{KEY} {OTHER}"));
    let error = resolver.resolve_blocking(&broken).unwrap_err();
    scan.debug("ResolveErrorKind", error.kind());
    scan.error("ResolveError", &error);
    if let ResolveErrorKind::Invalid { error, .. } = error.kind() {
        scan.error("InvalidSource", error);
    }
}

#[derive(Debug)]
struct Facts(std::sync::Mutex<Vec<String>>);

impl Observer for Facts {
    fn event(&self, event: &Event<'_>) {
        self.0.lock().unwrap().push(format!("{event:?}"));
    }
}

fn errors(scan: &mut Scan) {
    let facts = std::sync::Arc::new(Facts(std::sync::Mutex::default()));
    let client = Authenticator::builder(target(), Auth::api_key(secret(KEY)))
        .observer(std::sync::Arc::clone(&facts))
        .build()
        .unwrap();
    client.replace(Auth::bearer(secret(OTHER))).unwrap();
    let told = facts.0.lock().unwrap().join("\n");
    assert!(told.contains("Replaced"), "{told}");
    scan.display("Event", &told);
    scan.display("CredentialFacts", &told);

    let refused = |uri: &str, header: bool| {
        let mut uri: Uri = uri.parse().unwrap();
        let mut headers = HeaderMap::new();
        if header {
            headers.insert("authorization", HeaderValue::from_static(KEY));
        }
        let mut request = AuthRequest::new(&Method::GET, &mut uri, &mut headers, Body::Empty);
        client.authorize_blocking(&mut request).unwrap_err()
    };
    let foreign = refused(onecred_tests::API, true);
    if let AuthError::ForeignCredential(name) = &foreign {
        scan.display("ForeignName", name);
    }
    scan.error("AuthError", &foreign);
    let elsewhere = refused(
        &format!("https://user:{KEY}@evil.example/?key={KEY}"),
        false,
    );
    if let AuthError::OriginNotAllowed(refused) = &elsewhere {
        scan.error("OriginNotAllowed", refused);
    }
    if let AuthError::Signer(error) = AuthError::signer("a reason") {
        scan.error("SignerError", &error);
    }
    scan.error("Conflict", &Conflict::new("env:A".into(), "env:B".into()));
    let source = std::io::Error::other("a source");
    let failure = ProviderError::denied("log in again").with_source(source);
    let cause = std::error::Error::source(&failure).unwrap();
    scan.error("Cause", cause.downcast_ref::<Cause>().unwrap());
    scan.error("ProviderError", &failure);
    scan.error(
        "SendError",
        &SendError::new(SendErrorKind::Timeout, "no answer"),
    );
    let invalid = HeaderSecret::parse(&format!("{KEY}\u{200b}"), TextFrom::Argument);
    scan.error("InvalidSecret", &invalid.unwrap_err());
    scan.debug("Origin", &Origin::parse(onecred_tests::API).unwrap());
    let origin = Origin::of_url(&format!("https://user:{KEY}@api.example.com/{OTHER}"));
    scan.error("InvalidOrigin", &origin.unwrap_err());
    let built = Target::builder("t").base_url(format!("https://{KEY}@api.example.com"));
    scan.error("InvalidTarget", &built.unwrap_err());
    let companion = Companion::set(http::header::AUTHORIZATION, HeaderValue::from_static(KEY));
    scan.error("InvalidCompanion", &companion.unwrap_err());
}
