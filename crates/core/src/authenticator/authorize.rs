//! Puts the credential on a request: at once where it can, else after waiting for the one refresh.

use std::sync::Arc;

use super::Authenticator;
use super::channel::{Channel, Live, Prepared};
use super::ready::Ready;
use crate::cache::{self, CachedProvider, Flight};
use crate::error::AuthError;
use crate::guard::{self, Decision, ForeignPolicy};
use crate::provider::ProviderError;
use crate::receipt::{Generation, Receipt};
use crate::request::AuthRequest;
use crate::signer::ClockSkew;
use crate::target::Target;

/// What the next request would carry, or what it has to wait for.
pub(super) enum Next {
    Ready(Armed),
    Wait(Waiting),
}

/// Everything that goes on one request: the client's own credential and the gateways'.
pub(super) struct Armed {
    main: Arc<Live>,
    gateways: Vec<Arc<Live>>,
}

pub(super) struct Waiting {
    /// 0 for the client's own credential, then the gateways.
    channel: usize,
    live: Arc<Live>,
    cache: CachedProvider,
    flight: Arc<Flight>,
}

impl Authenticator {
    /// Puts the credential on `request`; waits only when nothing usable is at hand.
    ///
    /// The future may be dropped at any time: a refresh it started goes on for the others.
    ///
    /// # Errors
    /// [`AuthError`]; nothing of ours is on the request then.
    pub async fn authorize(&self, request: &mut AuthRequest<'_>) -> Result<Receipt, AuthError> {
        if let Some(result) = self.try_hot(request) {
            return result;
        }
        if let Some(settled) = self.settle_early(request) {
            return settled;
        }
        let armed = self.arm().await?;
        self.place(&armed, request)
    }

    /// The same without waiting. `None`: it would have to wait; the refresh is started and the request
    /// untouched.
    pub fn try_authorize(
        &self,
        request: &mut AuthRequest<'_>,
    ) -> Option<Result<Receipt, AuthError>> {
        if let Some(result) = self.try_hot(request) {
            return Some(result);
        }
        if let Some(settled) = self.settle_early(request) {
            return Some(settled);
        }
        match self.next(&[]) {
            Ok(Next::Ready(armed)) => Some(self.place(&armed, request)),
            Ok(Next::Wait(_)) => None,
            Err(error) => Some(Err(error)),
        }
    }

    /// The same for callers without an executor: parks this thread while the refresh runs on its own.
    /// It may be called anywhere, but blocks what it is called on.
    ///
    /// # Errors
    /// As [`authorize`](Self::authorize).
    pub fn authorize_blocking(&self, request: &mut AuthRequest<'_>) -> Result<Receipt, AuthError> {
        match self.try_authorize(request) {
            Some(result) => result,
            None => blocking(self.authorize(request)),
        }
    }

    /// Obtains the credential without a request, for readiness checks.
    ///
    /// # Errors
    /// As [`authorize`](Self::authorize).
    pub async fn warm_up(&self) -> Result<(), AuthError> {
        self.arm().await.map(|_| ())
    }

    /// The usual case: a guard, a clock reading, one pass over the header names, one insert.
    #[inline]
    fn try_hot(&self, request: &mut AuthRequest<'_>) -> Option<Result<Receipt, AuthError>> {
        let client = &*self.client;
        if !client.gateways.is_empty() {
            return None;
        }
        let live = client.main.load();
        let ready = live.ready()?;
        Some(self.place_on(&live, ready, request))
    }

    #[inline]
    fn place_on(
        &self,
        live: &Live,
        ready: &Ready,
        request: &mut AuthRequest<'_>,
    ) -> Result<Receipt, AuthError> {
        let client = &*self.client;
        client.target.check(request.uri)?;
        if ready.names.is_on(request.headers, request.uri) {
            return self.place_beside_foreign(live, ready, request);
        }
        ready.place(request, &client.target, || (live.now(), client.skew()))?;
        Ok(Receipt::new(live.epoch, ready.generation))
    }

    /// The same for a request that carries a foreign credential.
    #[cold]
    fn place_beside_foreign(
        &self,
        live: &Live,
        ready: &Ready,
        request: &mut AuthRequest<'_>,
    ) -> Result<Receipt, AuthError> {
        let client = &*self.client;
        let before = match guard::apply(client.foreign, &ready.names, request) {
            Ok(Decision::Ours) => None,
            Ok(Decision::Stripped(before)) => Some(before),
            Ok(Decision::Foreign) => return Ok(Receipt::deferred(live.epoch)),
            Err(error) => {
                client.observe_refusal(&error);
                return Err(error);
            }
        };
        let placed = ready.place(request, &client.target, || (live.now(), client.skew()));
        if let (Err(_), Some(before)) = (&placed, before) {
            (*request.headers, *request.uri) = *before;
        }
        placed.map(|()| Receipt::new(live.epoch, ready.generation))
    }

    /// What needs no credential of ours is settled before one is asked for: a refusal, and a request
    /// that is left to the foreign credential it carries.
    fn settle_early(&self, request: &mut AuthRequest<'_>) -> Option<Result<Receipt, AuthError>> {
        let client = &*self.client;
        if let Err(error) = client.target.check(request.uri) {
            return Some(Err(error));
        }
        if client.foreign == ForeignPolicy::Strip {
            return None;
        }
        let live = client.main.load_full();
        match guard::apply(client.foreign, live.names(), request) {
            // Gateways' credentials are still to be added.
            Ok(Decision::Foreign) if client.gateways.is_empty() => {
                Some(Ok(Receipt::deferred(live.epoch)))
            }
            Ok(_) => None,
            Err(error) => {
                client.observe_refusal(&error);
                Some(Err(error))
            }
        }
    }

    /// Waits until everything that the next request carries is at hand.
    pub(super) async fn arm(&self) -> Result<Armed, AuthError> {
        let mut waited: Vec<(usize, Arc<Live>)> = Vec::new();
        loop {
            let waiting = match self.next(&waited)? {
                Next::Ready(armed) => return Ok(armed),
                Next::Wait(waiting) => waiting,
            };
            // The auth was replaced while we waited: the new one decides, however long the old one takes.
            let Some(outcome) = waiting.live.wait(&waiting.flight).await else {
                continue;
            };
            let channel = self.channel(waiting.channel);
            let landed = waiting
                .cache
                .settle(outcome)
                .map_err(AuthError::from)
                .and_then(|entry| channel.landed(&waiting.live, &self.client.target, &entry));
            match landed {
                Ok(live) => waited.push((waiting.channel, live)),
                Err(_) if channel.load().epoch != waiting.live.epoch => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn channel(&self, index: usize) -> &Channel {
        index
            .checked_sub(1)
            .and_then(|gateway| self.client.gateways.get(gateway))
            .unwrap_or(&self.client.main)
    }

    /// `waited` holds what flights brought to this request, so that it is used even if it is to be
    /// refreshed again at once.
    fn next(&self, waited: &[(usize, Arc<Live>)]) -> Result<Next, AuthError> {
        let client = &*self.client;
        let prepare =
            |index: usize, channel: &Channel| -> Result<Result<Arc<Live>, Waiting>, AuthError> {
                let brought = waited.iter().rev().find(|(of, _)| *of == index);
                if let Some((_, live)) = brought
                    && live.epoch == channel.load().epoch
                {
                    return Ok(Ok(Arc::clone(live)));
                }
                Ok(match channel.prepare(&client.target)? {
                    Prepared::Ready(live) => Ok(live),
                    Prepared::Wait(live, cache, flight) => Err(Waiting {
                        channel: index,
                        live,
                        cache,
                        flight,
                    }),
                })
            };
        let main = match prepare(0, &client.main)? {
            Ok(live) => live,
            Err(waiting) => return Ok(Next::Wait(waiting)),
        };
        let mut gateways = Vec::with_capacity(client.gateways.len());
        for (index, channel) in client.gateways.iter().enumerate() {
            match prepare(index + 1, channel)? {
                Ok(live) => gateways.push(live),
                Err(waiting) => return Ok(Next::Wait(waiting)),
            }
        }
        Ok(Next::Ready(Armed { main, gateways }))
    }

    pub(super) fn place(
        &self,
        armed: &Armed,
        request: &mut AuthRequest<'_>,
    ) -> Result<Receipt, AuthError> {
        let Some(ready) = armed.main.last_ready() else {
            return Err(ProviderError::unavailable("nothing was prepared").into());
        };
        if armed.gateways.is_empty() {
            return self.place_on(&armed.main, ready, request);
        }
        let before = (request.headers.clone(), request.uri.clone());
        let placed = self
            .place_on(&armed.main, ready, request)
            .and_then(|receipt| {
                place_gateways(armed, &self.client.target, request)?;
                Ok(receipt.with_gateways(armed.gateway_generations()))
            });
        if placed.is_err() {
            (*request.headers, *request.uri) = before;
        }
        placed
    }
}

/// Parks this thread until `future` is done. Not on a thread that polls a provider: the refresh that
/// it would wait for may be this thread's to run.
pub(super) fn blocking<T>(
    future: impl Future<Output = Result<T, AuthError>>,
) -> Result<T, AuthError> {
    if cache::refresh::is_inside_any() {
        return Err(AuthError::Provider(ProviderError::misconfigured(
            "a provider must not block the refresh thread",
        )));
    }
    cache::block_on(future)
}

impl Armed {
    pub(super) fn main(&self) -> &Arc<Live> {
        &self.main
    }

    pub(super) fn gateways(&self) -> usize {
        self.gateways.len()
    }

    pub(super) fn gateway_generations(&self) -> impl Iterator<Item = Option<Generation>> {
        self.gateways.iter().map(|live| live.generation())
    }
}

fn place_gateways(
    armed: &Armed,
    target: &Target,
    request: &mut AuthRequest<'_>,
) -> Result<(), AuthError> {
    for live in &armed.gateways {
        if let Some(ready) = live.last_ready() {
            if let Some(taken) = ready.companion_among(armed.main.names()) {
                return Err(taken);
            }
            // A gateway's credential is never a signature, so that no skew applies.
            ready.place(request, target, || (live.now(), ClockSkew::default()))?;
        }
    }
    Ok(())
}
