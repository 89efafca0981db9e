//! A warm authorize allocates nothing. A test binary of its own: naming `allocation_counter` links its
//! counting allocator in. It counts the calling thread alone.

#![expect(clippy::unwrap_used, reason = "tests, and their helpers")]

use std::hint::black_box;
use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use onecred_core::{
    Auth, AuthRequest, Authenticator, Body, CachedProvider, Clock, Credential, ForeignPolicy,
    SystemClock, provider_fn,
};
use onecred_tests::{API, client, key, secret, target, token};

const CALLS: usize = 1_000;

/// A request with 8 other headers, whose map has room for the credential.
struct Request {
    uri: Uri,
    headers: HeaderMap,
}

impl Request {
    fn new() -> Self {
        let mut headers = HeaderMap::with_capacity(32);
        let others = [
            ("accept", "application/json"),
            ("accept-encoding", "gzip, br"),
            ("anthropic-version", "2023-06-01"),
            ("content-length", "1024"),
            ("content-type", "application/json"),
            ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00"),
            ("user-agent", "onecred-tests/0.1.0"),
            ("x-request-id", "7b1e6b6a-6f0c-4f6e-9f59-0f2d2f0e7b11"),
        ];
        for (name, value) in others {
            headers.insert(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        Self {
            uri: format!("{API}/v1/messages?beta=true").parse().unwrap(),
            headers,
        }
    }

    fn view(&mut self) -> AuthRequest<'_> {
        AuthRequest::new(&Method::POST, &mut self.uri, &mut self.headers, Body::Empty)
    }

    /// Takes the credential off, so that each call starts alike.
    fn clear(&mut self) {
        let removed = self.headers.remove("authorization");
        let removed = removed.or_else(|| self.headers.remove("x-api-key"));
        assert!(removed.is_some(), "something was placed");
        drop(black_box(removed));
    }
}

fn a_kilobyte() -> String {
    "a1B2".repeat(256)
}

fn bearer_with_expiry() -> Authenticator {
    let provider = provider_fn("hourly", |_cx| async {
        let expiry = SystemClock::new().now() + Duration::from_secs(3600);
        Ok(Credential::bearer(secret(&a_kilobyte())).expires_at(expiry))
    });
    client(CachedProvider::from(provider))
}

/// Allocations of so many calls of `authorize` and of `try_authorize`, after the first of each.
fn allocations(client: &Authenticator) -> u64 {
    let mut request = Request::new();
    // Warm: the refresh, and the first look at every lazily made thing.
    let executor = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    executor.block_on(client.warm_up()).unwrap();
    executor
        .block_on(client.authorize(&mut request.view()))
        .unwrap();
    request.clear();
    let counted = executor.block_on(async {
        let mut count = 0;
        for _ in 0..CALLS {
            // Polled by hand inside the measurement: a hit is ready at the first poll.
            let measured = allocation_counter::measure(|| {
                let mut view = request.view();
                let mut future = std::pin::pin!(client.authorize(&mut view));
                let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
                assert!(matches!(
                    future.as_mut().poll(&mut cx),
                    std::task::Poll::Ready(Ok(_))
                ));
            });
            count += measured.count_total;
            request.clear();
        }
        count
    });
    let tried = allocation_counter::measure(|| {
        for _ in 0..CALLS {
            let receipt = client.try_authorize(&mut request.view());
            assert!(matches!(receipt, Some(Ok(_))));
            request.clear();
        }
    });
    counted + tried.count_total
}

#[test]
fn a_bearer_with_expiry() {
    assert_eq!(allocations(&bearer_with_expiry()), 0);
}

#[test]
fn a_derived_client_of_it() {
    let derived = bearer_with_expiry().derive().build().unwrap();
    assert_eq!(allocations(&derived), 0);
}

#[test]
fn a_static_bearer() {
    assert_eq!(allocations(&client(token(&a_kilobyte()))), 0);
}

#[test]
fn an_api_key() {
    assert_eq!(allocations(&client(key("sk-static-key"))), 0);
}

#[test]
fn a_static_credential_with_an_end() {
    let until = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::from(u32::MAX));
    let fixed = Credential::bearer(secret("token")).expires_at(until);
    assert_eq!(allocations(&client(Auth::fixed(fixed))), 0);
}

#[test]
fn under_every_policy() {
    for policy in [ForeignPolicy::Strip, ForeignPolicy::Defer] {
        let client = Authenticator::builder(target(), key("sk-static-key"))
            .foreign(policy)
            .build()
            .unwrap();
        assert_eq!(allocations(&client), 0, "{policy:?}");
    }
}

#[test]
fn a_replaced_client_is_warm_again() {
    let client = bearer_with_expiry();
    allocations(&client);
    client.replace(key("sk-another")).unwrap();
    assert_eq!(allocations(&client), 0);
}

/// What all of this rests on: the counter sees allocations, and growing ones too.
#[test]
fn the_counter_counts() {
    let one = allocation_counter::measure(|| drop(black_box(Box::new(1))));
    assert_eq!(one.count_total, 1);
    let mut text = Vec::with_capacity(8);
    text.extend_from_slice(b"12345678");
    let grown = allocation_counter::measure(|| black_box(&mut text).push(b'9'));
    assert_eq!(grown.count_total, 1, "a reallocation");
    let cold = allocation_counter::measure(|| drop(black_box(client(key("sk-static-key")))));
    assert!(cold.count_total > 0);
}
