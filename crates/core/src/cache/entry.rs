//! One credential in a cache, with the times that matter about it.

use std::time::{Duration, SystemTime};

use super::policy::CachePolicy;
use crate::credential::Credential;
use crate::receipt::Generation;

/// A moment on both clocks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Now {
    pub(crate) wall: SystemTime,
    pub(crate) age: Duration,
}

/// How long a fast path may trust one look at the state, so that a wall clock that was set back
/// cannot keep a credential alive past its age for longer than this.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

/// A source that asks to be looked at again at once (a helper with a time to live of 0) is not looked at
/// in a loop.
const LEAST_HINT: Duration = Duration::from_secs(1);

#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) credential: Credential,
    pub(crate) generation: Generation,
    pub(crate) fetched: Now,
    /// Obtained because the one before was rejected.
    pub(crate) forced: bool,
    /// Unusable from then on, the skew margin included.
    end: Option<Now>,
    /// To be refreshed from then on.
    soft: Option<Now>,
}

/// A provider returned a credential that had expired already.
pub(crate) struct ArrivedExpired;

impl Entry {
    pub(crate) fn new(
        credential: Credential,
        generation: Generation,
        forced: bool,
        now: Now,
        policy: &CachePolicy,
        draw: f64,
    ) -> Result<Self, ArrivedExpired> {
        let life = match credential.expiry() {
            Some(expiry) => match expiry.duration_since(now.wall) {
                Ok(life) if !life.is_zero() => Some(life),
                _ => return Err(ArrivedExpired),
            },
            None => None,
        };
        let later = |after: Duration| -> Option<Now> {
            Some(Now {
                wall: now.wall.checked_add(after)?,
                age: now.age.checked_add(after)?,
            })
        };
        let end = life.and_then(|life| later(life.saturating_sub(policy.skew_for(life))));
        let soft_after = match (life, credential.refresh_hint()) {
            (Some(life), Some(hint)) => {
                Some(policy.soft_after(life, draw).min(hint.max(LEAST_HINT)))
            }
            (Some(life), None) => Some(policy.soft_after(life, draw)),
            (None, hint) => hint.map(|hint| hint.max(LEAST_HINT)),
        };
        Ok(Self {
            credential,
            generation,
            fetched: now,
            forced,
            end,
            soft: soft_after.and_then(later),
        })
    }

    pub(crate) fn is_expired(&self, now: Now) -> bool {
        self.end.is_some_and(|end| now.reached(end))
    }

    pub(crate) fn is_soft(&self, now: Now) -> bool {
        self.soft.is_some_and(|soft| now.reached(soft))
    }

    /// The same, due for a refresh at once.
    pub(crate) fn soft_now(&self) -> Self {
        Self {
            soft: Some(self.fetched),
            ..self.clone()
        }
    }

    /// Until when a fast path may serve it without asking again; `None` means for ever.
    pub(crate) fn check_at(&self, now: Now, look_again: Option<Duration>) -> Option<SystemTime> {
        let bounds = [
            self.end.map(|end| end.wall),
            self.soft
                .map(|soft| soft.wall)
                .filter(|soft| *soft > now.wall),
            look_again.and_then(|after| now.wall.checked_add(after)),
        ];
        let timed = self.end.is_some() || self.soft.is_some();
        let recheck = timed.then(|| now.wall.checked_add(LOOK_AGAIN)).flatten();
        bounds.into_iter().chain([recheck]).flatten().min()
    }
}

impl Now {
    fn reached(self, moment: Self) -> bool {
        self.wall >= moment.wall || self.age >= moment.age
    }
}
