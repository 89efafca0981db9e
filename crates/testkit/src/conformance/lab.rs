//! Runs one future on a tokio runtime of its own, within bounds.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use http::{HeaderMap, Method, Uri};
use onecred_core::{
    Auth, AuthError, AuthRequest, Authenticator, Body, Credential, CredentialProvider, SystemClock,
    Target,
};

use super::Conformance;
use crate::manual_clock::ManualClock;

pub(super) const DEFAULT_URL: &str = "https://conformance.example/v1/trial";
/// When nothing has happened for this long, whoever sleeps on the clock is woken.
const IDLE: Duration = Duration::from_millis(300);

/// What became of a future.
#[derive(Debug)]
pub(super) enum Ran<T> {
    Done(T),
    Panicked,
    Hung,
}

impl<T> Ran<T> {
    /// What it did, if it did not end as it should.
    pub(super) fn done(self) -> Result<T, String> {
        match self {
            Self::Done(done) => Ok(done),
            Self::Panicked => Err("it panicked".to_owned()),
            Self::Hung => Err("it did not end".to_owned()),
        }
    }
}

/// What the checks share.
pub(super) struct Lab<'a> {
    pub(super) conformance: &'a Conformance<'a>,
    target: Target,
}

impl<'a> Lab<'a> {
    pub(super) fn new(conformance: &'a Conformance<'a>) -> Self {
        Self {
            conformance,
            target: conformance.target.clone().unwrap_or_else(default_target),
        }
    }

    pub(super) fn make(&self) -> Arc<dyn CredentialProvider> {
        (self.conformance.make)()
    }

    /// A clock at the system's time, so that sources which state absolute times work.
    pub(super) fn clock(&self) -> ManualClock {
        ManualClock::starting_at(onecred_core::Clock::now(&SystemClock::new()))
    }

    pub(super) fn patience(&self) -> Duration {
        self.conformance.patience
    }

    /// Runs what `start` makes on a fresh `current_thread` runtime, which is gone afterwards.
    pub(super) fn run<T, F>(
        &self,
        clock: &ManualClock,
        start: impl FnOnce() -> F + Send + 'static,
    ) -> Ran<T>
    where
        T: Send + 'static,
        F: Future<Output = T>,
    {
        let patience = self.patience();
        let (tell, told) = mpsc::channel();
        let thread = std::thread::Builder::new().spawn(move || {
            let ran = std::panic::catch_unwind(AssertUnwindSafe(|| on_runtime(patience, start)));
            // Nobody listens any more once the patience is over.
            let _ = tell.send(ran.unwrap_or(Ran::Panicked));
        });
        match thread {
            Ok(_) => match wait(&told, clock, patience) {
                Ran::Done(ran) => ran,
                Ran::Panicked => Ran::Panicked,
                Ran::Hung => Ran::Hung,
            },
            Err(_) => Ran::Hung,
        }
    }

    /// Puts a credential on a request and returns the texts that are secret about it.
    pub(super) fn place(
        &self,
        credential: &Credential,
        clock: &ManualClock,
    ) -> Result<Vec<String>, AuthError> {
        let auth = Auth::fixed(credential.clone());
        let client = Authenticator::builder(self.target.clone(), auth)
            .clock(clock.clone())
            .build()?;
        let base = self.target.base_url().and_then(|url| url.parse().ok());
        let first = self.target.origins().first();
        let origin = first.and_then(|origin| format!("{origin}/").parse().ok());
        let mut uri: Uri = base.or(origin).unwrap_or_default();
        let mut headers = HeaderMap::new();
        let mut request =
            AuthRequest::new(&Method::POST, &mut uri, &mut headers, Body::Bytes(b"{}"));
        client.authorize_blocking(&mut request)?;
        let companions = credential.companions();
        let secret = credential.secret().map(|secret| secret.expose().to_owned());
        let placed = headers
            .iter()
            .filter(|(name, _)| companions.iter().all(|companion| companion.name() != *name))
            .filter(|(_, value)| value.is_sensitive())
            .filter_map(|(_, value)| value.to_str().ok())
            .flat_map(str::split_whitespace)
            .map(str::to_owned);
        // Words such as `Bearer` are no secret.
        Ok(placed.chain(secret).filter(|text| text.len() > 8).collect())
    }
}

fn on_runtime<T, F: Future<Output = T>>(patience: Duration, start: impl FnOnce() -> F) -> Ran<T> {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    else {
        return Ran::Hung;
    };
    let ran = runtime.block_on(async {
        let future = start();
        tokio::time::timeout(patience, future).await
    });
    // Without waiting for what it may block on.
    runtime.shutdown_background();
    ran.map_or(Ran::Hung, Ran::Done)
}

/// Waits for what a future tells, and wakes who sleeps on the clock when nothing happens. Whoever dropped the
/// other end panicked.
pub(super) fn wait<T>(told: &mpsc::Receiver<T>, clock: &ManualClock, patience: Duration) -> Ran<T> {
    let mut left = patience + IDLE;
    loop {
        match told.recv_timeout(IDLE) {
            Ok(told) => return Ran::Done(told),
            Err(RecvTimeoutError::Disconnected) => return Ran::Panicked,
            Err(RecvTimeoutError::Timeout) => {
                clock.advance_to_next_sleeper();
                left = left.saturating_sub(IDLE);
                if left.is_zero() {
                    return Ran::Hung;
                }
            }
        }
    }
}

#[expect(clippy::expect_used, reason = "made of constants, and tested")]
pub(super) fn default_target() -> Target {
    Target::builder("conformance")
        .origin("https://conformance.example")
        .and_then(|target| target.key_header("x-api-key"))
        .and_then(onecred_core::TargetBuilder::build)
        .expect("a constant target")
}
