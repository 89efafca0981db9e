//! Explores the slot, the waiter list and the refresh with `shuttle`: every lock and atomic of theirs is a
//! point where another thread may go first, and each test runs under many schedules.
//!
//! ```text
//! RUSTFLAGS="--cfg onecred_model" CARGO_TARGET_DIR=target/model cargo test -p onecred-core --lib model
//! ```
//!
//! `ONECRED_MODEL_SCHEDULES` sets how many schedules each test explores. A failing one prints a seed or
//! a schedule, with which `shuttle::replay` repeats it. A waiter that nobody wakes is found as a
//! deadlock.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests, and their helpers"
)]

mod flight;
mod rejection;
mod replace;
mod runtime_death;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use http::{HeaderMap, Method, StatusCode, Uri};

use crate::{
    Auth, AuthError, AuthRequest, Authenticator, Body, BoxFuture, CachedProvider, Clock,
    Credential, CredentialProvider, HeaderSecret, ProvideContext, ProviderError, Receipt,
    ResponseHead, Runtime, Target, TextFrom, Verdict,
};

/// Enough for CI: the bugs that were planted to try these tests showed within the first hundred.
const SCHEDULES: usize = 2_000;
/// How often a schedule of the second strategy changes its mind.
const DEPTH: usize = 3;

/// Runs `scenario` under many schedules: three quarters of them random, the others by priorities, which
/// finds orders that chance rarely makes.
fn explore(scenario: impl Fn() + Send + Sync + Copy + 'static) {
    let schedules = schedules();
    let by_priority = schedules.div_ceil(4);
    shuttle::check_random(scenario, schedules - by_priority);
    shuttle::check_pct(scenario, by_priority, DEPTH);
}

#[expect(
    clippy::disallowed_methods,
    reason = "the size of the run is the environment's to choose"
)]
fn schedules() -> usize {
    std::env::var("ONECRED_MODEL_SCHEDULES")
        .ok()
        .map_or(SCHEDULES, |text| text.parse().expect("a number"))
        .max(4)
}

/// Each refresh on a thread of the model checker, as [`OwnThread`](crate::OwnThread) would run it. Its
/// sleeps never end, so that no timeout hides a lost wake-up.
#[derive(Debug, Default)]
pub(crate) struct Threads;

impl Runtime for Threads {
    fn spawn(&self, future: BoxFuture<'static, ()>) {
        shuttle::thread::spawn(move || shuttle::future::block_on(future));
    }

    fn sleep(&self, _duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(std::future::pending())
    }
}

/// A clock that stands still.
#[derive(Debug)]
struct Still;

/// The wall time of every test here.
fn noon() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

impl Clock for Still {
    fn now(&self) -> SystemTime {
        noon()
    }

    fn monotonic(&self) -> Duration {
        Duration::from_secs(1_000)
    }
}

/// What a provider did. Its counters are not the model checker's, so they add no schedules.
#[derive(Debug, Default)]
struct Calls {
    count: AtomicUsize,
    busy: AtomicBool,
    overlapped: AtomicBool,
}

impl Calls {
    fn count(&self) -> usize {
        assert!(
            !self.overlapped.load(Ordering::SeqCst),
            "the provider was asked twice at once"
        );
        self.count.load(Ordering::SeqCst)
    }
}

type Answer = fn(usize) -> Result<Credential, ProviderError>;

/// Answers by the number of the call, starting with 0.
#[derive(Debug)]
struct Numbered {
    calls: Arc<Calls>,
    answer: Answer,
}

#[async_trait::async_trait]
impl CredentialProvider for Numbered {
    async fn provide(&self, _cx: &ProvideContext) -> Result<Credential, ProviderError> {
        let calls = &*self.calls;
        if calls.busy.swap(true, Ordering::SeqCst) {
            calls.overlapped.store(true, Ordering::SeqCst);
        }
        shuttle::future::yield_now().await;
        calls.busy.store(false, Ordering::SeqCst);
        (self.answer)(calls.count.fetch_add(1, Ordering::SeqCst))
    }
}

fn provider(answer: Answer) -> (CachedProvider, Arc<Calls>) {
    provider_on(Threads, answer)
}

fn provider_on(runtime: impl Runtime, answer: Answer) -> (CachedProvider, Arc<Calls>) {
    let calls = Arc::<Calls>::default();
    let numbered = Numbered {
        calls: Arc::clone(&calls),
        answer,
    };
    let cached = CachedProvider::builder(numbered)
        .clock(Still)
        .runtime(runtime)
        .build();
    (cached, calls)
}

fn secret(text: &str) -> HeaderSecret {
    HeaderSecret::parse(text, TextFrom::Argument).unwrap()
}

fn numbered_token(number: usize) -> Credential {
    Credential::bearer(secret(&format!("token-{number}")))
        .expires_at(noon() + Duration::from_secs(3600))
}

fn key(name: &str) -> Auth {
    Auth::api_key(secret(name))
}

fn client(auth: impl Into<Auth>) -> Authenticator {
    let target = Target::builder("model")
        .origin("https://api.example.com")
        .and_then(|target| target.key_header("x-api-key"))
        .and_then(crate::TargetBuilder::build)
        .unwrap();
    Authenticator::builder(target, auth)
        .clock(Still)
        .build()
        .unwrap()
}

/// Sends one request through `client`; what it would carry, with its receipt.
fn send(client: &Authenticator) -> Result<(String, Receipt), AuthError> {
    shuttle::future::block_on(async {
        let mut uri = Uri::from_static("https://api.example.com/v1");
        let mut headers = HeaderMap::new();
        let mut request = AuthRequest::new(&Method::GET, &mut uri, &mut headers, Body::Empty);
        let receipt = client.authorize(&mut request).await?;
        Ok((only_credential(&headers), receipt))
    })
}

/// Whether a request could be sent without waiting.
fn try_send(client: &Authenticator) -> Option<Result<Receipt, AuthError>> {
    let mut uri = Uri::from_static("https://api.example.com/v1");
    let mut headers = HeaderMap::new();
    client.try_authorize(&mut AuthRequest::new(
        &Method::GET,
        &mut uri,
        &mut headers,
        Body::Empty,
    ))
}

fn carried(client: &Authenticator) -> String {
    send(client).unwrap().0
}

fn only_credential(headers: &HeaderMap) -> String {
    let mut found = headers
        .iter()
        .filter(|(name, _)| *name == "authorization" || *name == "x-api-key")
        .map(|(_, value)| {
            value
                .to_str()
                .unwrap()
                .trim_start_matches("Bearer ")
                .to_owned()
        });
    let only = found.next().expect("a credential");
    assert_eq!(found.next(), None, "a second credential");
    only
}

fn report_401(client: &Authenticator, receipt: &Receipt) -> Verdict {
    client.on_response(
        receipt,
        &ResponseHead::new(StatusCode::UNAUTHORIZED, &HeaderMap::new()),
    )
}
