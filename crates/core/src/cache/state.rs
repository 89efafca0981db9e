//! The cache's state machine: pure, under one lock, told the time. It decides; others act.
//!
//! A credential is *fresh* (serve), *usable* (serve, refresh in the background) or *expired* (join the
//! one refresh). A *rejected* one is served only when nothing else can be had.

mod ahead;
mod land;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::entry::{Entry, Now};
use super::flight::Flight;
use super::policy::{self, CachePolicy};
use crate::credential::{Credential, Subject};
use crate::provider::{ProviderError, ProviderErrorKind, Reason};
use crate::receipt::Generation;

pub(super) use ahead::AheadStep;

/// While a refresh of a usable credential is due or running, fast paths look again this often.
const LOOK_AGAIN_SOON: Duration = Duration::from_secs(1);

/// A refresh that failed after this long is not worth waiting for while something can be served.
const SLOW: Duration = Duration::from_secs(2);

pub(crate) struct State {
    /// The provider's name, for its errors.
    name: Arc<str>,
    policy: CachePolicy,
    pub(super) current: Option<Arc<Entry>>,
    /// The current credential was rejected; sticky until another one replaces it.
    rejected: bool,
    flight: Option<Arc<Flight>>,
    /// When it was launched, or the last one.
    launched: Duration,
    /// When the refresh was launched that brought the current credential.
    since: Duration,
    /// When somebody wanted a credential last.
    asked: Duration,
    /// The source changed while the refresh that is in the air was reading it.
    changed_meanwhile: bool,
    subject: Option<Subject>,
    failure: Option<Failure>,
    /// Failures in a row: refreshes that failed, and forced ones whose result was rejected too.
    failures: u32,
    pub(super) last_refresh: Option<SystemTime>,
}

/// What the state no longer needs. It is dropped outside of the lock, since it may hold the user's code
/// (signers, errors) that comes back here.
#[derive(Default)]
pub(super) struct Discarded {
    entries: Vec<Arc<Entry>>,
    credentials: Vec<Credential>,
    failures: Vec<Failure>,
}

pub(super) struct Failure {
    pub(super) error: ProviderError,
    /// It took long, so that waiting for the next try would too.
    slow: bool,
    retry_while_servable: Duration,
    retry_while_empty: Duration,
}

/// What a caller does next.
pub(crate) enum Step {
    /// Serve this one, and look again at the given time.
    Serve(Arc<Entry>, Option<SystemTime>),
    /// Wait for the refresh that is in the air.
    Wait(Arc<Flight>),
    /// Start this refresh, then wait for it, or serve what is there meanwhile.
    Start(Launch, Option<(Arc<Entry>, Option<SystemTime>)>),
    /// Nothing can be had now.
    Fail(ProviderError),
}

/// A refresh to be started by whoever was told so.
pub(crate) struct Launch {
    pub(crate) flight: Arc<Flight>,
    pub(crate) reason: Reason,
}

/// What a rejection amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rejected {
    /// It was of an older credential; there is a newer one.
    Stale,
    /// It counts: a newer one is to be had by waiting.
    Counts { first: bool },
    /// It counts, and for now there is nothing newer.
    BackingOff { first: bool },
}

/// What a landed refresh amounts to.
pub(super) enum Landed {
    /// Tell the waiters.
    Done {
        outcome: Result<Arc<Entry>, ProviderError>,
        still_usable: bool,
        /// In a row.
        failures: u32,
    },
    /// The credential was rejected meanwhile and came back unchanged: force another.
    Again,
}

impl State {
    pub(super) fn new(name: Arc<str>, policy: CachePolicy) -> Self {
        Self {
            name,
            policy,
            current: None,
            rejected: false,
            flight: None,
            launched: Duration::ZERO,
            since: Duration::ZERO,
            asked: Duration::ZERO,
            changed_meanwhile: false,
            subject: None,
            failure: None,
            failures: 0,
            last_refresh: None,
        }
    }

    fn usable(&self, now: Now) -> Option<&Arc<Entry>> {
        self.current.as_ref().filter(|entry| !entry.is_expired(now))
    }

    fn backing_off(&self, now: Now, servable: bool) -> Option<&Failure> {
        self.failure.as_ref().filter(|failure| {
            now.age
                < if servable {
                    failure.retry_while_servable
                } else {
                    failure.retry_while_empty
                }
        })
    }

    /// What to do for somebody who wants a credential now.
    pub(super) fn acquire(&mut self, now: Now) -> Step {
        self.asked = now.age;
        let Some(entry) = self.usable(now).cloned() else {
            return self.acquire_from_nothing(now);
        };
        if self.rejected {
            return self.acquire_rejected(entry, now);
        }
        if !entry.is_soft(now) {
            let check_at = entry.check_at(now, None);
            return Step::Serve(entry, check_at);
        }
        let check_at = entry.check_at(now, Some(LOOK_AGAIN_SOON));
        if self.flight.is_some() || self.backing_off(now, true).is_some() {
            Step::Serve(entry, check_at)
        } else {
            Step::Start(
                self.launch(Reason::RefreshAhead, now),
                Some((entry, check_at)),
            )
        }
    }

    fn acquire_rejected(&mut self, entry: Arc<Entry>, now: Now) -> Step {
        // Something else is wanted, so callers wait for it; but not again for an issuer that hangs: what
        // there is is served to its end then, and the next refreshes run in the background.
        let hangs = self.failure.as_ref().is_some_and(|failure| failure.slow);
        let refused = self.is_refused();
        // Even a credential without an end is looked at again: another one is wanted.
        let check_at = entry
            .check_at(now, Some(LOOK_AGAIN_SOON))
            .or_else(|| now.wall.checked_add(LOOK_AGAIN_SOON));
        if let Some(flight) = &self.flight {
            return if hangs && !refused {
                Step::Serve(entry, check_at)
            } else {
                Step::Wait(Arc::clone(flight))
            };
        }
        match self.backing_off(now, true) {
            // An issuer that says no explains the 401 better than another 401 would.
            Some(failure) if refused => Step::Fail(failure.error.clone()),
            Some(_) => Step::Serve(entry, check_at),
            None => {
                let meanwhile = (hangs && !refused).then_some((entry, check_at));
                Step::Start(self.launch(Reason::Rejected, now), meanwhile)
            }
        }
    }

    fn acquire_from_nothing(&mut self, now: Now) -> Step {
        if let Some(flight) = &self.flight {
            return Step::Wait(Arc::clone(flight));
        }
        if let Some(failure) = self.backing_off(now, false) {
            return Step::Fail(failure.error.clone());
        }
        let reason = match (self.rejected, &self.current) {
            (true, _) => Reason::Rejected,
            (false, Some(_)) => Reason::Expired,
            (false, None) => Reason::FirstUse,
        };
        Step::Start(self.launch(reason, now), None)
    }

    fn launch(&mut self, reason: Reason, now: Now) -> Launch {
        let flight = Flight::new();
        self.launched = now.age;
        self.flight = Some(Arc::clone(&flight));
        self.changed_meanwhile = false;
        Launch { flight, reason }
    }

    /// What can be served after a refresh failed, if anything.
    pub(super) fn servable(&self, now: Now) -> Option<(Arc<Entry>, Option<SystemTime>)> {
        if self.rejected && self.is_refused() {
            return None;
        }
        let entry = self.usable(now)?;
        let check_at = entry.check_at(now, Some(LOOK_AGAIN_SOON));
        Some((
            Arc::clone(entry),
            check_at.or_else(|| now.wall.checked_add(LOOK_AGAIN_SOON)),
        ))
    }

    /// Whether the last refresh failed in a way that asking again does not mend.
    fn is_refused(&self) -> bool {
        self.failure.as_ref().is_some_and(|failure| {
            matches!(
                failure.error.kind(),
                ProviderErrorKind::Denied | ProviderErrorKind::IdentityChanged
            )
        })
    }

    /// A server rejected the credential of this generation.
    pub(super) fn reject(
        &mut self,
        generation: Generation,
        now: Now,
        draw: f64,
        discarded: &mut Discarded,
    ) -> Rejected {
        let Some(entry) = self.current.clone() else {
            return Rejected::Stale;
        };
        let is_current = entry.generation == generation;
        if !is_current && !self.rejected {
            return Rejected::Stale;
        }
        let first = is_current && !self.rejected;
        if first {
            self.rejected = true;
            let young = now.age.saturating_sub(entry.fetched.age) < policy::YOUNG;
            if entry.forced && young {
                let error =
                    ProviderError::unavailable("the server rejected the fresh credential too");
                self.fail(error, now, draw, discarded);
            } else if !self.is_refused() {
                // What failed before says nothing about getting another one now.
                self.forget_failure(discarded);
                self.failures = 0;
            }
        }
        if self.flight.is_none() && self.backing_off(now, true).is_some() {
            Rejected::BackingOff { first }
        } else {
            Rejected::Counts { first }
        }
    }

    /// A server accepted the credential of this generation. `true`: that is news.
    pub(super) fn prove(&mut self, generation: Generation, discarded: &mut Discarded) -> bool {
        let Some(entry) = &self.current else {
            return false;
        };
        if !entry.forced || self.rejected || entry.generation != generation {
            return false;
        }
        let proven = Arc::new(entry.proven());
        discarded.entries.extend(self.current.replace(proven));
        self.failures = 0;
        true
    }

    /// The source, the store or the configuration changed: what failed is forgotten, what is there is
    /// refreshed at the next use.
    /// Somebody else may have logged in, so that another subject is no surprise.
    pub(super) fn source_changed(&mut self, discarded: &mut Discarded) {
        self.forget_failure(discarded);
        self.failures = 0;
        self.subject = None;
        self.changed_meanwhile = self.flight.is_some();
        if let Some(entry) = self.current.take() {
            self.current = Some(Arc::new(entry.soft_now()));
            discarded.entries.push(entry);
        }
    }

    fn forget_failure(&mut self, discarded: &mut Discarded) {
        discarded.failures.extend(self.failure.take());
    }

    pub(super) fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }

    pub(super) fn subject(&self) -> Option<&Subject> {
        self.subject.as_ref()
    }

    pub(super) fn is_rejected(&self) -> bool {
        self.rejected
    }
}
