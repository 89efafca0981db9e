//! One slot that holds one auth and what is prepared of it. A client has one for its own credential,
//! and one for each gateway that its target declares.

use std::sync::Arc;
use std::time::SystemTime;

use super::ready::{Place, Ready};
use super::trace::{Trace, Traces};
use crate::auth::Auth;
use crate::cache::{Acquired, CachedProvider, Entry, Flight};
use crate::clock::Clock;
use crate::error::AuthError;
use crate::receipt::{EpochId, Generation};
use crate::slot::{Guard, Slot};
use crate::target::Target;

pub(super) struct Channel {
    slot: Slot<Live>,
    place: Place,
    pub(super) traces: Traces,
}

/// One epoch of a channel: replaced as a whole, never changed.
pub(super) struct Live {
    pub(super) epoch: EpochId,
    pub(super) auth: Auth,
    clock: Arc<dyn Clock>,
    ready: Option<Arc<Ready>>,
}

/// What a channel can do for a request without waiting.
pub(super) enum Prepared {
    Ready(Arc<Live>),
    Wait(Arc<Live>, CachedProvider, Arc<Flight>),
}

impl Live {
    /// What is prepared, if it may be trusted now.
    #[inline]
    pub(super) fn ready(&self) -> Option<&Arc<Ready>> {
        let ready = self.ready.as_ref()?;
        if let Auth::Provider(cache) = &self.auth
            && cache.version() != ready.version
        {
            return None;
        }
        if let Some((from, until)) = ready.window {
            let now = self.clock.now();
            if now < from || now >= until {
                return None;
            }
        }
        Some(ready)
    }

    /// What was prepared last, trusted or not.
    pub(super) fn last_ready(&self) -> Option<&Arc<Ready>> {
        self.ready.as_ref()
    }

    pub(super) fn now(&self) -> SystemTime {
        self.clock.now()
    }
}

impl Channel {
    pub(super) fn new(
        auth: Auth,
        target: &Target,
        place: Place,
        clock: &Arc<dyn Clock>,
    ) -> Result<Self, AuthError> {
        let live = live(EpochId::next(), auth, target, &place, clock)?;
        let traces = Traces::new(live.trace());
        Ok(Self {
            slot: Slot::new(live),
            place,
            traces,
        })
    }

    #[inline]
    pub(super) fn load(&self) -> Guard<Live> {
        self.slot.load()
    }

    pub(super) fn load_full(&self) -> Arc<Live> {
        self.slot.load_full()
    }

    /// Another auth from now on, for everybody who shares this channel.
    pub(super) fn replace(
        &self,
        auth: Auth,
        target: &Target,
        clock: &Arc<dyn Clock>,
    ) -> Result<EpochId, AuthError> {
        let epoch = EpochId::next();
        let live = live(epoch, auth, target, &self.place, clock)?;
        if let Some(trace) = live.trace() {
            self.traces.add(trace);
        }
        self.slot.store(Arc::new(live));
        Ok(epoch)
    }

    /// Prepares the channel: asks the cache, and publishes what it says for the next request.
    pub(super) fn prepare(&self, target: &Target) -> Result<Prepared, AuthError> {
        let live = self.slot.load_full();
        if live.ready().is_some() {
            return Ok(Prepared::Ready(live));
        }
        let Auth::Provider(cache) = &live.auth else {
            // Only an expiry ends what is prepared of a static credential.
            return match &live.auth {
                Auth::Static(fixed) => Err(expired(fixed.credential().expiry())),
                _ => Ok(Prepared::Ready(live)),
            };
        };
        let version = cache.version();
        match cache.acquire() {
            Acquired::Now(entry, check_at) => {
                self.publish(&live, target, &entry, version, check_at)
            }
            Acquired::Wait(flight) => {
                let cache = cache.clone();
                Ok(Prepared::Wait(live, cache, flight))
            }
            Acquired::Fail(error) => Err(error.into()),
        }
    }

    fn publish(
        &self,
        live: &Arc<Live>,
        target: &Target,
        entry: &Entry,
        version: u64,
        check_at: Option<SystemTime>,
    ) -> Result<Prepared, AuthError> {
        let mut ready = Ready::new(
            &entry.credential,
            target,
            &self.place,
            Some(entry.generation),
        )?;
        ready.version = version;
        ready.window = check_at.map(|until| (live.clock.now(), until));
        self.traces.add(ready.trace(live.epoch));
        let next = Arc::new(live.with(ready));
        // Losing the race means that somebody replaced the auth or prepared the same; what this
        // request carries was chosen when it looked, and is complete either way.
        self.slot.store_if_same(live, Arc::clone(&next));
        Ok(Prepared::Ready(next))
    }

    /// What a landed flight brought, for the requests that waited for it; not published, since the
    /// next request asks the cache.
    pub(super) fn landed(
        &self,
        live: &Arc<Live>,
        target: &Target,
        entry: &Entry,
    ) -> Result<Arc<Live>, AuthError> {
        let ready = Ready::new(
            &entry.credential,
            target,
            &self.place,
            Some(entry.generation),
        )?;
        self.traces.add(ready.trace(live.epoch));
        Ok(Arc::new(live.with(ready)))
    }
}

impl Live {
    fn with(&self, ready: Ready) -> Self {
        Self {
            epoch: self.epoch,
            auth: self.auth.clone(),
            clock: Arc::clone(&self.clock),
            ready: Some(Arc::new(ready)),
        }
    }

    fn trace(&self) -> Option<Trace> {
        self.ready.as_ref().map(|ready| ready.trace(self.epoch))
    }

    pub(super) fn generation(&self) -> Option<Generation> {
        self.ready.as_ref().and_then(|ready| ready.generation)
    }
}

fn live(
    epoch: EpochId,
    auth: Auth,
    target: &Target,
    place: &Place,
    clock: &Arc<dyn Clock>,
) -> Result<Live, AuthError> {
    let (ready, clock) = match &auth {
        Auth::Anonymous => (Some(Ready::nothing(target)), clock),
        Auth::Static(fixed) => {
            let credential = fixed.credential();
            let mut ready = Ready::new(credential, target, place, None)?;
            ready.window = credential
                .expiry()
                .map(|expiry| (SystemTime::UNIX_EPOCH, expiry));
            (Some(ready), clock)
        }
        Auth::Provider(cache) => (None, cache.clock()),
    };
    Ok(Live {
        epoch,
        clock: Arc::clone(clock),
        ready: ready.map(Arc::new),
        auth,
    })
}

fn expired(at: Option<SystemTime>) -> AuthError {
    AuthError::Expired(at.unwrap_or(SystemTime::UNIX_EPOCH))
}
