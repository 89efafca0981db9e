//! A client whose time, refreshes and issuer are in the hands of the test.

use std::future::Future;
use std::time::Duration;

use onecred_core::{
    AuthError, Authenticator, CachePolicy, CachedProvider, ProviderError, Receipt, Verdict,
};
use onecred_testkit::{Answer, ManualClock, ManualRuntime, ScriptedProvider};

use crate::head::{Head, client};

/// An hour.
pub const HOUR: Duration = Duration::from_secs(3600);

/// So many seconds.
pub const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A client whose time, refreshes and issuer are in the hands of the test.
#[derive(Debug)]
pub struct Rig {
    /// The time of everything.
    pub clock: ManualClock,
    /// Where refreshes run, when they are driven.
    pub runtime: ManualRuntime,
    /// The issuer.
    pub issuer: ScriptedProvider,
    /// Its cache.
    pub cache: CachedProvider,
    /// A client of the cache.
    pub client: Authenticator,
}

impl Rig {
    /// An issuer that gives these answers, the last one for ever; no jitter.
    pub fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self::with(CachePolicy::default().jitter(0.0), answers)
    }

    /// The same with another policy.
    pub fn with(policy: CachePolicy, answers: impl IntoIterator<Item = Answer>) -> Self {
        let issuer = ScriptedProvider::new();
        for answer in answers {
            issuer.push(answer);
        }
        Self::of(policy, issuer, ManualClock::new())
    }

    /// The same with an issuer of the test's own.
    pub fn of(policy: CachePolicy, issuer: ScriptedProvider, clock: ManualClock) -> Self {
        let runtime = ManualRuntime::new(&clock);
        let cache = CachedProvider::builder(issuer.clone())
            .clock(clock.clone())
            .runtime(runtime.clone())
            .policy(policy)
            .build();
        let client = client(cache.clone());
        Self {
            clock,
            runtime,
            issuer,
            cache,
            client,
        }
    }

    /// Runs a future together with the refreshes. Panics if it waits for something from outside.
    pub fn run<F: Future>(&self, future: F) -> F::Output {
        self.runtime.complete(future).expect("nothing to wait for")
    }

    /// Sends a request; the number of the issuer's call that minted its credential.
    ///
    /// # Errors
    /// As [`Authenticator::authorize`].
    pub fn send(&self) -> Result<usize, AuthError> {
        self.send_by(&self.client).map(|(call, _)| call)
    }

    /// The same for another client of the cache, with the receipt.
    ///
    /// # Errors
    /// As [`Authenticator::authorize`].
    pub fn send_by(&self, client: &Authenticator) -> Result<(usize, Receipt), AuthError> {
        let (credential, receipt) = self.run(Head::sent_by(client))?;
        Ok((self.call_of(&credential), receipt))
    }

    /// Sends a request that must not wait, and lets a refresh that it started run afterwards.
    pub fn send_at_once(&self) -> usize {
        let (credential, _) = Head::try_sent_by(&self.client)
            .expect("nobody waits while something is usable")
            .expect("a credential");
        self.runtime.run_until_stalled();
        self.call_of(&credential)
    }

    /// A request that fails, and the provider's error.
    pub fn fail(&self) -> ProviderError {
        match self.send() {
            Err(AuthError::Provider(error)) => error,
            other => panic!("a failure was expected: {other:?}"),
        }
    }

    /// One exchange with a server that answers 401: the request, the report, and the replay if there is
    /// one. The numbers of the calls whose credentials were sent.
    pub fn exchange_rejected(&self) -> Vec<usize> {
        let (first, receipt) = self.send_by(&self.client).expect("a credential");
        let mut sent = vec![first];
        if Head::rejected(&self.client, &receipt) == Verdict::Reauthorize {
            let mut again = Head::new();
            let replayed = self.run(self.client.reauthorize(&receipt, &mut again.view()));
            if let Ok(Some(second)) = replayed {
                sent.push(self.call_of(&again.credential()));
                let verdict = Head::rejected(&self.client, &second);
                assert_eq!(verdict, Verdict::Reject, "a replay is never replayed");
            }
        }
        sent
    }

    fn call_of(&self, credential: &str) -> usize {
        let calls = self.issuer.calls();
        (1..=calls)
            .find(|call| self.issuer.secret(*call) == credential)
            .expect("a credential of this issuer")
    }
}
