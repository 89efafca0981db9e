//! Who plays: the credentials of the story, the client, and how what arrived is told.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use onecred_core::{
    Auth, Authenticator, CachedProvider, Credential, HeaderSecret, Target, TextFrom, provider_fn,
};
use onecred_reqwest::{Client, ClientBuilder, Transport};
use onecred_testkit::wire::{RecordedRequest, WireServer};

use crate::shown;

pub(super) type Error = Box<dyn std::error::Error + Send + Sync>;

/// They open nothing.
pub(super) const KEY: &str = "demo-api-key-that-opens-nothing-0000000-kkkk";
pub(super) const TOKEN: &str = "demo-access-token-that-opens-nothing-00-tttt";
pub(super) const NEXT_TOKEN: &str = "demo-access-token-that-opens-nothing-01-nnnn";
pub(super) const STRAY: &str = "demo-stray-token-that-opens-nothing-000-ssss";

const PATIENCE: Duration = Duration::from_secs(20);
const LIFETIME: Duration = Duration::from_secs(3600);

pub(super) fn key() -> Result<Auth, Error> {
    Ok(Auth::api_key(HeaderSecret::parse(KEY, TextFrom::Argument)?))
}

/// A provider of these tokens in turn (the last one again and again), and how often it was asked.
pub(super) fn token_provider(
    tokens: &'static [&'static str],
) -> (CachedProvider, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&calls);
    let provider = provider_fn("token service", move |cx| {
        let call = count.fetch_add(1, Ordering::SeqCst);
        async move {
            let token = tokens
                .get(call)
                .or(tokens.last())
                .copied()
                .unwrap_or_default();
            let secret = HeaderSecret::parse(token, TextFrom::Provider)?;
            Ok(Credential::bearer(secret).expires_at(cx.clock().now() + LIFETIME))
        }
    });
    (CachedProvider::from(provider), calls)
}

/// A client bound to that server.
pub(super) fn client(server: &WireServer, auth: impl Into<Auth>) -> Result<Client, Error> {
    Ok(builder(server, auth)?.build()?)
}

pub(super) fn builder(server: &WireServer, auth: impl Into<Auth>) -> Result<ClientBuilder, Error> {
    let target = Target::builder("demo")
        .base_url(server.origin())?
        .key_header("x-api-key")?
        .build()?;
    let authenticator = Authenticator::new(target, auth)?;
    let transport = Transport::new().no_proxy().timeout(PATIENCE);
    Ok(Client::builder(authenticator).transport(transport))
}

/// What carried a credential on that request, by the bytes that arrived.
pub(super) fn credentials(request: &RecordedRequest) -> Vec<(String, String)> {
    let is_credential = |name: &str| {
        let mut found = request.credentials().iter();
        found.any(|credential| credential.name().eq_ignore_ascii_case(name))
    };
    request
        .headers()
        .iter()
        .filter(|header| is_credential(header.name()))
        .map(|header| (header.name().to_owned(), header.value_lossy().into_owned()))
        .collect()
}

/// Whether that request carried exactly this header with this value, and no other credential.
pub(super) fn carried_only(request: &RecordedRequest, name: &str, value: &str) -> bool {
    let count = request.credentials().len();
    match credentials(request).as_slice() {
        [(found, secret)] => count == 1 && found.eq_ignore_ascii_case(name) && secret == value,
        _ => false,
    }
}

pub(super) fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

/// `who: GET /path with x-api-key: …kkkk#1a2b3c4d`
pub(super) fn told(who: &str, request: &RecordedRequest) -> String {
    let mut line = format!("{who}: {} {}", request.method(), request.path());
    let found = credentials(request);
    if request.credentials().is_empty() {
        line.push_str(" without a credential");
    }
    for (index, (name, value)) in found.iter().enumerate() {
        let link = if index == 0 { "with" } else { "and" };
        let value = http::HeaderValue::from_str(value)
            .map_or_else(|_| "…".to_owned(), |value| shown::fingerprint(&value));
        line.push_str(&format!(" {link} {name}: {value}"));
    }
    line
}
