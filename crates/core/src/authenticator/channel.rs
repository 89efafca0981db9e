//! One slot that holds one auth and what is prepared of it. A client has one for its own credential,
//! and one for each gateway that its target declares.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::SystemTime;

use super::ready::{Place, Ready};
use super::trace::{Trace, Traces};
use crate::auth::Auth;
use crate::cache::{Acquired, CachedProvider, Entry, Flight, Outcome};
use crate::clock::Clock;
use crate::error::AuthError;
use crate::guard::CredentialNames;
use crate::receipt::{EpochId, Generation};
use crate::signer::RequestSigner;
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
    /// Every name that this channel, and the client it was derived from, has put credentials under.
    names: Arc<CredentialNames>,
    ready: Option<Arc<Ready>>,
    /// Lands when another epoch takes over, for those who wait for this one's provider.
    retired: Arc<Flight<()>>,
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

    /// The names that are foreign on a request.
    pub(super) fn names(&self) -> &Arc<CredentialNames> {
        match &self.ready {
            Some(ready) => &ready.names,
            None => &self.names,
        }
    }

    pub(super) fn generation(&self) -> Option<Generation> {
        self.ready.as_ref().and_then(|ready| ready.generation)
    }

    /// Whether the same request could be authorized better a second time.
    pub(super) fn can_improve(&self) -> bool {
        match &self.auth {
            Auth::Provider(_) => true,
            Auth::Static(_) => self.signer().is_some(),
            Auth::Anonymous => false,
        }
    }

    pub(super) fn signer(&self) -> Option<&Arc<dyn RequestSigner>> {
        self.ready.as_ref().and_then(|ready| ready.signer())
    }

    /// Waits until the flight lands. `None`: another epoch took over meanwhile.
    pub(super) async fn wait(&self, flight: &Arc<Flight>) -> Option<Outcome> {
        let (mut landed, mut retired) = (flight.wait(), self.retired.wait());
        std::future::poll_fn(|cx| {
            if let Poll::Ready(outcome) = Pin::new(&mut landed).poll(cx) {
                return Poll::Ready(Some(outcome));
            }
            Pin::new(&mut retired).poll(cx).map(|()| None)
        })
        .await
    }

    pub(super) fn now(&self) -> SystemTime {
        self.clock.now()
    }

    fn new(
        epoch: EpochId,
        auth: Auth,
        target: &Target,
        place: &Place,
        clock: &Arc<dyn Clock>,
        names: Arc<CredentialNames>,
    ) -> Result<Self, AuthError> {
        let (ready, clock) = match &auth {
            Auth::Anonymous => (Some(Ready::nothing(&names)), clock),
            Auth::Static(fixed) => {
                let credential = fixed.credential();
                let mut ready = Ready::new(credential, target, place, &names, None)?;
                ready.window = credential
                    .expiry()
                    .map(|expiry| (SystemTime::UNIX_EPOCH, expiry));
                (Some(ready), clock)
            }
            Auth::Provider(cache) => (None, cache.clock()),
        };
        Ok(Self {
            epoch,
            clock: Arc::clone(clock),
            names,
            ready: ready.map(Arc::new),
            retired: Flight::new(),
            auth,
        })
    }

    fn with(&self, ready: Ready) -> Self {
        Self {
            epoch: self.epoch,
            auth: self.auth.clone(),
            clock: Arc::clone(&self.clock),
            names: Arc::clone(&ready.names),
            ready: Some(Arc::new(ready)),
            retired: Arc::clone(&self.retired),
        }
    }

    fn trace(&self) -> Option<Trace> {
        self.ready.as_ref().map(|ready| ready.trace(self.epoch))
    }
}

impl Channel {
    pub(super) fn new(
        auth: Auth,
        target: &Target,
        place: Place,
        clock: &Arc<dyn Clock>,
        names: Arc<CredentialNames>,
    ) -> Result<Self, AuthError> {
        let live = Live::new(EpochId::next(), auth, target, &place, clock, names)?;
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
        let before = self.slot.load_full();
        let names = Arc::clone(before.names());
        let live = Live::new(epoch, auth, target, &self.place, clock, names)?;
        if let Some(trace) = live.trace() {
            self.traces.add(trace);
        }
        self.slot.store(Arc::new(live));
        before.retired.land(());
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
            live.names(),
            Some(entry.generation),
        )?;
        ready.version = version;
        ready.unproven = entry.forced;
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
            live.names(),
            Some(entry.generation),
        )?;
        self.traces.add(ready.trace(live.epoch));
        Ok(Arc::new(live.with(ready)))
    }
}

fn expired(at: Option<SystemTime>) -> AuthError {
    AuthError::Expired(at.unwrap_or(SystemTime::UNIX_EPOCH))
}
