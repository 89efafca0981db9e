//! Shared by the tests: authenticators for loopback servers, and providers that count.
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use onecred_core::{
    Auth, Authenticator, CachedProvider, Credential, HeaderSecret, ProviderError, Target, TextFrom,
    provider_fn,
};
use onecred_testkit::wire::{RecordedRequest, Reply, WireServer};

pub(crate) const KEY: &str = "test-only-key-0123456789";

pub(crate) fn secret(text: &str) -> HeaderSecret {
    HeaderSecret::parse(text, TextFrom::Argument).unwrap()
}

pub(crate) fn target(server: &WireServer) -> Target {
    Target::builder("api")
        .origin(server.origin())
        .unwrap()
        .key_header("x-api-key")
        .unwrap()
        .build()
        .unwrap()
}

pub(crate) fn with_key(server: &WireServer) -> Authenticator {
    Authenticator::new(target(server), Auth::api_key(secret(KEY))).unwrap()
}

/// Returns `token-1`, `token-2`, … and counts the calls.
pub(crate) fn tokens() -> (CachedProvider, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&calls);
    let provider = provider_fn("counting", move |_cx| {
        let number = counter.fetch_add(1, Ordering::SeqCst) + 1;
        async move {
            Ok::<_, ProviderError>(Credential::bearer(HeaderSecret::parse(
                &format!("token-{number}"),
                TextFrom::Provider,
            )?))
        }
    });
    (provider.into(), calls)
}

/// A server that says 401 to everything but this `Authorization`.
pub(crate) fn accepting(bearer: &'static str) -> WireServer {
    WireServer::builder()
        .respond(move |request| {
            if request.header_values("authorization") == [format!("Bearer {bearer}")] {
                Reply::ok()
            } else {
                Reply::unauthorized()
            }
        })
        .start()
        .unwrap()
}

pub(crate) fn only(server: &WireServer) -> RecordedRequest {
    let mut requests = server.requests();
    assert_eq!(requests.len(), 1, "{requests:?}");
    requests.remove(0)
}

pub(crate) fn lines(request: &RecordedRequest, name: &str) -> Vec<String> {
    request
        .headers()
        .iter()
        .filter(|header| header.is(name))
        .map(|header| String::from_utf8_lossy(header.line()).into_owned())
        .collect()
}
