//! A provider that remembers what it gave, and fails when told to.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime};

use onecred_core::{
    CachedProvider, Clock, Credential, CredentialProvider, ProvideContext, ProviderError,
};
use onecred_testkit::{ManualClock, ManualRuntime};
use onecred_tests::secs;

use crate::predict::{Cred, Form};

#[derive(Debug, Clone)]
pub(crate) struct Issuer {
    state: Arc<Mutex<State>>,
    pub(crate) cache: CachedProvider,
}

#[derive(Debug)]
pub(crate) struct State {
    name: String,
    form: Form,
    life: Option<Duration>,
    with_companions: bool,
    clock: ManualClock,
    pub(crate) fails: bool,
    failed_at: Option<Duration>,
    running: bool,
    minted: Vec<Cred>,
    reported: HashSet<String>,
}

#[derive(Debug)]
struct Source(Arc<Mutex<State>>);

impl Issuer {
    pub(crate) fn new(
        number: usize,
        rng: &mut fastrand::Rng,
        clock: &ManualClock,
        runtime: &ManualRuntime,
    ) -> Self {
        let life = [None, Some(secs(60)), Some(secs(3600))];
        let state = Arc::new(Mutex::new(State {
            name: format!("issued-{number}"),
            form: Form::any(rng),
            life: life[rng.usize(..life.len())],
            with_companions: rng.bool(),
            clock: clock.clone(),
            fails: false,
            failed_at: None,
            running: false,
            minted: Vec::new(),
            reported: HashSet::new(),
        }));
        let cache = CachedProvider::builder(Source(Arc::clone(&state)))
            .clock(clock.clone())
            .runtime(runtime.clone())
            .build();
        Self { state, cache }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

impl State {
    pub(crate) fn form(&self) -> Form {
        self.form
    }

    /// The credential with this secret, if it may be on a request now.
    pub(crate) fn check(&self, secret: &str) -> Cred {
        let found = self.minted.iter().position(|cred| cred.secret == secret);
        let at = found.unwrap_or_else(|| panic!("{secret} is not of {}", self.name));
        let cred = self.minted[at].clone();
        let now = self.clock.now();
        assert!(
            cred.until.is_none_or(|until| now < until),
            "{secret} has expired"
        );
        let is_newest = at + 1 == self.minted.len();
        assert!(
            is_newest || !self.reported.contains(secret),
            "{secret} was rejected, and there is a newer one"
        );
        cred
    }

    /// Whether it has failed lately enough to explain an error now.
    pub(crate) fn explains_an_error(&self) -> bool {
        let now = self.clock.monotonic();
        self.failed_at.is_some_and(|at| now - at <= secs(60))
    }

    pub(crate) fn report(&mut self, secret: &str) {
        self.reported.insert(secret.to_owned());
    }
}

#[async_trait::async_trait]
impl CredentialProvider for Source {
    async fn provide(&self, cx: &ProvideContext) -> Result<Credential, ProviderError> {
        {
            let mut state = self.0.lock().unwrap();
            assert!(!state.running, "asked twice at once");
            state.running = true;
        }
        std::future::ready(()).await;
        let mut state = self.0.lock().unwrap();
        state.running = false;
        if state.fails {
            state.failed_at = Some(cx.clock().monotonic());
            return Err(ProviderError::unavailable("told to fail"));
        }
        let cred = Cred {
            form: state.form,
            secret: format!("{}-{}", state.name, state.minted.len()),
            until: state.life.map(|life| cx.clock().now() + life),
            companions: state.with_companions,
        };
        state.minted.push(cred.clone());
        Ok(cred.build())
    }
}

/// For static credentials with an end.
pub(crate) fn some_end(rng: &mut fastrand::Rng, now: SystemTime) -> Option<SystemTime> {
    (rng.u8(..3) == 0).then(|| now + secs(rng.u64(1..7200)))
}
