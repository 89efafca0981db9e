//! What a landed refresh does to the state.

use std::sync::Arc;

use super::super::entry::{Entry, LEAST_LIFE, Now, life_of};
use super::super::flight::Flight;
use super::super::policy;
use super::{Discarded, Failure, Landed, SLOW, State};
use crate::credential::Credential;
use crate::provider::{ProviderError, ProviderErrorKind, Reason};
use crate::receipt::Generation;

impl State {
    pub(in crate::cache) fn land(
        &mut self,
        flight: &Arc<Flight>,
        reason: Reason,
        result: Result<Credential, ProviderError>,
        now: Now,
        draw: f64,
        discarded: &mut Discarded,
    ) -> Landed {
        // Another handle on it stays until the lock is gone.
        discarded.credentials.extend(result.as_ref().ok().cloned());
        let result = result.and_then(|credential| self.admit(credential, reason, now, draw));
        let outcome = match result {
            Ok(Admitted::Same) if self.rejected && reason != Reason::Rejected => {
                return Landed::Again;
            }
            Ok(Admitted::Same) => {
                if self.rejected {
                    self.fail(still_the_rejected_one(), now, draw, discarded);
                } else {
                    self.same_again(now, draw, discarded);
                }
                self.last_refresh = Some(now.wall);
                match &self.current {
                    Some(entry) => Ok(Arc::clone(entry)),
                    None => Err(ProviderError::unavailable("the cache is empty")),
                }
            }
            Ok(Admitted::New(entry)) => {
                let still_rejected = self.rejected && self.is_same_secret(&entry);
                self.rejected = still_rejected;
                self.subject = entry
                    .credential
                    .subject_of()
                    .cloned()
                    .or(self.subject.take());
                discarded
                    .entries
                    .extend(self.current.replace(Arc::clone(&entry)));
                self.last_refresh = Some(now.wall);
                // A forced credential has yet to prove itself: until then its failures count on.
                if reason != Reason::Rejected {
                    self.failures = 0;
                }
                self.forget_failure(discarded);
                if still_rejected {
                    self.fail(still_the_rejected_one(), now, draw, discarded);
                }
                Ok(entry)
            }
            Err(error) => {
                let error = self.fail(error, now, draw, discarded);
                if let Some(failure) = &mut self.failure {
                    failure.slow = now.age.saturating_sub(self.launched) >= SLOW;
                }
                Err(error)
            }
        };
        if self
            .flight
            .as_ref()
            .is_some_and(|ours| Arc::ptr_eq(ours, flight))
        {
            self.flight = None;
            if outcome.is_ok() {
                self.since = self.launched;
            }
            if self.changed_meanwhile {
                self.source_changed(discarded);
            }
        }
        Landed::Done {
            outcome,
            still_usable: self.servable(now).is_some(),
            failures: self.failures,
        }
    }

    fn is_same_secret(&self, entry: &Entry) -> bool {
        self.current
            .as_ref()
            .is_some_and(|current| current.credential.same_on_the_wire(&entry.credential))
    }

    /// Takes a credential in, or says that it is the one we have, or refuses it.
    fn admit(
        &self,
        credential: Credential,
        reason: Reason,
        now: Now,
        draw: f64,
    ) -> Result<Admitted, ProviderError> {
        if let (Some(known), Some(new)) = (&self.subject, credential.subject_of())
            && known != new
            && !self.policy.allow_subject_change
        {
            return Err(ProviderError::identity_changed());
        }
        let before = self.usable(now);
        let same = before.filter(|entry| entry.credential.same_on_the_wire(&credential));
        let generation = match same {
            Some(entry) => {
                let later = match (credential.expiry(), entry.credential.expiry()) {
                    (Some(new), Some(old)) => new > old,
                    (_, None) | (None, _) => true,
                };
                if self.rejected || !later {
                    return Ok(Admitted::Same);
                }
                entry.generation
            }
            None => Generation::next(),
        };
        // Another token that lives for a moment only would be asked for in a loop; the last moments of the
        // one that we know are its issuer's way.
        let known = |entry: &Arc<Entry>| entry.credential.same_on_the_wire(&credential);
        let too_short = life_of(&credential, now).is_some_and(|life| life < LEAST_LIFE);
        if too_short && !self.current.as_ref().is_some_and(known) {
            return Err(arrived_expired());
        }
        let forced = reason == Reason::Rejected;
        match Entry::new(credential, generation, forced, now, &self.policy, draw) {
            Ok(entry) => Ok(Admitted::New(Arc::new(entry))),
            Err(_) => Err(arrived_expired()),
        }
    }

    /// Counts a failure. All who hear of it get the one error that is returned.
    pub(super) fn fail(
        &mut self,
        error: ProviderError,
        now: Now,
        draw: f64,
        discarded: &mut Discarded,
    ) -> ProviderError {
        let error = error.named(&self.name);
        self.failures = self.failures.saturating_add(1);
        let asked = error.retry_after_hint();
        let mut servable = policy::delay_while_servable(self.failures, asked, draw);
        let mut empty = policy::delay_while_empty(self.failures, asked, draw);
        if error.kind() == ProviderErrorKind::Denied {
            servable = servable.max(policy::DENIED);
            empty = empty.max(policy::DENIED);
        }
        self.forget_failure(discarded);
        self.failure = Some(Failure {
            error: error.clone(),
            slow: false,
            retry_while_servable: now.age.saturating_add(servable),
            retry_while_empty: now.age.saturating_add(empty),
        });
        error
    }

    /// The source had what we have. Where it was only looked at (a file, a helper), that is the usual
    /// case. From an issuer, near the expiry, it is no error, but no reason to ask in a loop either; once
    /// the token has expired there is every reason: many issuers have another only then.
    fn same_again(&mut self, now: Now, draw: f64, discarded: &mut Discarded) {
        let looked_at = self.current.as_ref().and_then(|entry| entry.looked_at(now));
        if let Some(entry) = looked_at {
            discarded
                .entries
                .extend(self.current.replace(Arc::new(entry)));
            self.forget_failure(discarded);
            self.failures = 0;
            return;
        }
        let error = ProviderError::unavailable("the issuer returned the same token again");
        self.fail(error, now, draw, discarded);
        if let Some(failure) = &mut self.failure {
            failure.retry_while_empty = now.age;
        }
    }
}

fn arrived_expired() -> ProviderError {
    ProviderError::unavailable(
        "the credential had expired when it arrived, or was about to; is the clock right?",
    )
}

fn still_the_rejected_one() -> ProviderError {
    ProviderError::unavailable("the source still has the credential that was rejected")
}

enum Admitted {
    New(Arc<Entry>),
    Same,
}
