//! What an answer means, and what can be done about a rejection.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::authorize::{Armed, blocking};
use super::channel::Live;
use super::trace::Trace;
use super::{Authenticator, Past, subject_of};
use crate::auth::Auth;
use crate::cache::{CachedProvider, Rejected};
use crate::error::AuthError;
use crate::observer::Event;
use crate::receipt::{Generation, Receipt};
use crate::request::AuthRequest;
use crate::response::{ResponseHead, Verdict};
use crate::signer::{ClockSkew, Rejection, RequestSigner};
use crate::sync::lock;

impl Authenticator {
    /// What the answer to a request means, and what to do with it.
    ///
    /// A rejection invalidates the credential that the receipt names, if it is still the current one,
    /// whichever clone or sibling reports it. A replay (a receipt of [`reauthorize`](Self::reauthorize))
    /// is never to be replayed again. Static credentials are reported, not retried.
    pub fn on_response(&self, receipt: &Receipt, head: &ResponseHead<'_>) -> Verdict {
        let client = &*self.client;
        let live = client.main.load_full();
        let rejection = match self.signer_of(receipt, &live) {
            Some(signer) => signer.on_response(head),
            None => Rejection::by_status(head),
        };
        match rejection {
            Rejection::None => {
                if head.status.is_success() {
                    prove(receipt, &live);
                }
                return Verdict::Accept;
            }
            Rejection::NeedBody(limit) if head.body.is_none() => return Verdict::NeedBody(limit),
            Rejection::NeedBody(_) => return Verdict::Accept,
            Rejection::ClockSkew(server) => {
                let skew = ClockSkew::between(server, live.now());
                client.skew.store(skew.as_millis(), Ordering::Relaxed);
            }
            Rejection::Credential | Rejection::Resign => {}
        }
        client.observe_of(&live, |credential| {
            let is_current = !receipt.is_deferred()
                && live.epoch == receipt.epoch()
                && match &live.auth {
                    Auth::Provider(cache) => cache.holds(receipt.generation()),
                    Auth::Anonymous | Auth::Static(_) => true,
                };
            client.observe(&Event::Rejected {
                target: client.target.name(),
                status: head.status,
                credential: is_current.then_some(credential),
            });
        });
        if receipt.is_deferred() {
            return Verdict::Reject;
        }
        // A server does not say whose credential it rejected, so that both count.
        let ours = self.reject_ours(receipt, &live, rejection);
        let gateways = rejection == Rejection::Credential && self.reject_gateways(receipt);
        if (ours || gateways) && receipt.attempt() == 0 {
            Verdict::Reauthorize
        } else {
            Verdict::Reject
        }
    }

    /// The signer that signed the receipt's request, while it lives.
    fn signer_of(&self, receipt: &Receipt, live: &Live) -> Option<Arc<dyn RequestSigner>> {
        if receipt.is_deferred() {
            return None;
        }
        if live.epoch == receipt.epoch() && live.generation() == receipt.generation() {
            return live.signer().cloned();
        }
        self.client.main.traces.find(receipt)?.signer?.upgrade()
    }

    /// Whether something better than the client's own credential on that request is, or will be, there.
    fn reject_ours(&self, receipt: &Receipt, live: &Live, rejection: Rejection) -> bool {
        let sign_again = rejection != Rejection::Credential;
        if receipt.epoch() == live.epoch {
            return sign_again || reject(&live.auth, receipt.generation());
        }
        let Some(past) = self.past(receipt) else {
            // A sibling that shares the cache authorized it; the cache hears of it, the request is not
            // ours to replay.
            if !sign_again {
                reject(&live.auth, receipt.generation());
            }
            return false;
        };
        if !sign_again && let Some(cache) = past.cache.as_ref().and_then(|weak| weak.upgrade()) {
            reject_in(&cache, receipt.generation());
        }
        self.may_follow(receipt, live)
    }

    fn reject_gateways(&self, receipt: &Receipt) -> bool {
        let channels = self.client.gateways.iter();
        let helped = channels
            .zip(receipt.gateway_generations())
            .map(|(channel, generation)| reject(&channel.load().auth, *generation));
        // Every one of them is to hear of it.
        helped.fold(false, |any, helped| any | helped)
    }

    fn past(&self, receipt: &Receipt) -> Option<Past> {
        lock(&self.client.past)
            .iter()
            .find(|past| past.epoch == receipt.epoch())
            .cloned()
    }

    /// Authorizes a request again after [`Verdict::Reauthorize`], waiting for a refresh if one is
    /// needed. `None`: there is nothing newer, or the receipt is another client's; hand the first answer
    /// on.
    ///
    /// Give it the request as it was before it was authorized, or as it was sent: what this client put
    /// there is removed first.
    ///
    /// # Errors
    /// [`AuthError`]; nothing of ours is on the request then. Hand the first answer on.
    pub async fn reauthorize(
        &self,
        receipt: &Receipt,
        request: &mut AuthRequest<'_>,
    ) -> Result<Option<Receipt>, AuthError> {
        if receipt.attempt() > 0 || receipt.is_deferred() {
            return Ok(None);
        }
        let live = self.client.main.load_full();
        self.take_back(receipt, request)?;
        let same_epoch = receipt.epoch() == live.epoch;
        if !self.may_follow(receipt, &live) || same_epoch && !self.may_reauthorize() {
            return Ok(None);
        }
        let armed = self.arm().await?;
        // The auth may have been replaced while this waited.
        if !self.may_follow(receipt, armed.main()) || is_spent(receipt, &armed) {
            return Ok(None);
        }
        let receipt = self.place(&armed, request)?.replay();
        self.client.observe_of(armed.main(), |credential| {
            self.client.observe(&Event::Replayed {
                target: self.client.target.name(),
                credential,
            });
        });
        Ok(Some(receipt))
    }

    /// The same for callers without an executor: parks this thread while the refresh runs on its own.
    ///
    /// # Errors
    /// As [`reauthorize`](Self::reauthorize).
    pub fn reauthorize_blocking(
        &self,
        receipt: &Receipt,
        request: &mut AuthRequest<'_>,
    ) -> Result<Option<Receipt>, AuthError> {
        blocking(self.reauthorize(receipt, request))
    }

    /// Whether a request that the receipt's credential authorized may be sent with that of `live`: within
    /// one epoch unless the subject is known to have changed, across a replace only if it is known to be
    /// the same.
    fn may_follow(&self, receipt: &Receipt, live: &Live) -> bool {
        let is_ours = receipt.epoch() == live.epoch;
        if !is_ours && self.past(receipt).is_none() {
            return false;
        }
        let before = self.client.main.traces.find(receipt);
        let before = before.and_then(|Trace { subject, .. }| subject);
        let now = match live.last_ready() {
            Some(ready) => ready.subject.clone(),
            None => subject_of(&live.auth),
        };
        match (before, now) {
            (Some(before), Some(now)) => before == now,
            _ => is_ours,
        }
    }

    fn take_back(&self, receipt: &Receipt, request: &mut AuthRequest<'_>) -> Result<(), AuthError> {
        let client = &*self.client;
        client
            .main
            .load_full()
            .names()
            .strip(request.headers, request.uri)?;
        client.main.traces.take_back(receipt, request)?;
        client
            .gateways
            .iter()
            .try_for_each(|gateway| gateway.traces.take_back_all(request))
    }
}

/// A credential that came after a rejection was accepted: should it be rejected later, that is a new
/// rejection, not the old one going on.
fn prove(receipt: &Receipt, live: &Live) {
    // What a flight brought to its waiters is prepared for the next request only.
    let may_be_unproven = match live.last_ready() {
        Some(ready) if ready.generation == receipt.generation() => ready.unproven,
        _ => true,
    };
    if let (true, Auth::Provider(cache), Some(generation)) =
        (may_be_unproven, &live.auth, receipt.generation())
    {
        cache.prove(generation);
    }
}

/// Whether there is, or will be, something newer than the credential of this generation.
fn reject(auth: &Auth, generation: Option<Generation>) -> bool {
    match auth {
        Auth::Provider(cache) => reject_in(cache, generation),
        _ => false,
    }
}

fn reject_in(cache: &CachedProvider, generation: Option<Generation>) -> bool {
    let rejected = generation.map(|generation| cache.reject(generation));
    matches!(rejected, Some(Rejected::Stale | Rejected::Counts { .. }))
}

/// Whether what is to be sent is what was sent. The same credential once more helps only a signer that was
/// asked to sign again.
fn is_spent(receipt: &Receipt, armed: &Armed) -> bool {
    let main = armed.main();
    let same_main = main.epoch == receipt.epoch() && main.generation() == receipt.generation();
    let same_gateways = armed.gateway_generations().eq(receipt
        .gateway_generations()
        .iter()
        .copied()
        .take(armed.gateways()));
    let rejected = match &main.auth {
        Auth::Provider(cache) => cache.status().rejected,
        _ => false,
    };
    same_main && same_gateways && (main.signer().is_none() || rejected)
}
