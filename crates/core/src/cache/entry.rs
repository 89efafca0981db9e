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
    /// The same by the expiry alone, whatever the provider's hint.
    soft_by_expiry: Option<Now>,
}

/// A new credential that lives shorter than this is as good as expired.
pub(crate) const LEAST_LIFE: Duration = Duration::from_secs(1);

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
        let life = life_of(&credential, now);
        if life.is_some_and(|life| life.is_zero()) {
            return Err(ArrivedExpired);
        }
        let end = life.and_then(|life| now.later(life.saturating_sub(policy.skew_for(life))));
        let soft_by_expiry = life.and_then(|life| now.later(policy.soft_after(life, draw)));
        let soft = sooner(soft_by_expiry, hinted(&credential, now));
        Ok(Self {
            credential,
            generation,
            fetched: now,
            forced,
            end,
            soft,
            soft_by_expiry,
        })
    }

    pub(crate) fn is_expired(&self, now: Now) -> bool {
        self.end.is_some_and(|end| now.reached(end))
    }

    pub(crate) fn is_soft(&self, now: Now) -> bool {
        self.soft.is_some_and(|soft| now.reached(soft))
    }

    /// When it is to be refreshed, on the monotonic clock.
    pub(crate) fn due(&self) -> Option<Duration> {
        self.soft.map(|soft| soft.age)
    }

    /// The same, no longer under suspicion.
    pub(crate) fn proven(&self) -> Self {
        Self {
            forced: false,
            ..self.clone()
        }
    }

    /// The same, due for a refresh at once.
    pub(crate) fn soft_now(&self) -> Self {
        Self {
            soft: Some(self.fetched),
            ..self.clone()
        }
    }

    /// The source was looked at and had the same: look again after the hint. `None` where the expiry is
    /// near, so that having the same is no news.
    pub(crate) fn looked_at(&self, now: Now) -> Option<Self> {
        if self.soft_by_expiry.is_some_and(|soft| now.reached(soft)) {
            return None;
        }
        Some(Self {
            soft: sooner(self.soft_by_expiry, hinted(&self.credential, now)),
            ..self.clone()
        })
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

/// How long it lives from now; `None` means for ever.
pub(crate) fn life_of(credential: &Credential, now: Now) -> Option<Duration> {
    let expiry = credential.expiry()?;
    Some(expiry.duration_since(now.wall).unwrap_or_default())
}

fn hinted(credential: &Credential, now: Now) -> Option<Now> {
    now.later(credential.refresh_hint()?.max(LEAST_HINT))
}

fn sooner(a: Option<Now>, b: Option<Now>) -> Option<Now> {
    match (a, b) {
        (Some(a), Some(b)) if b.age < a.age => Some(b),
        (Some(a), _) => Some(a),
        (None, b) => b,
    }
}

impl Now {
    fn later(self, after: Duration) -> Option<Self> {
        Some(Self {
            wall: self.wall.checked_add(after)?,
            age: self.age.checked_add(after)?,
        })
    }

    fn reached(self, moment: Self) -> bool {
        self.wall >= moment.wall || self.age >= moment.age
    }
}
