//! What an answer means, and what can be done about a rejection.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::authorize::blocking;
use super::channel::Live;
use super::ready::Placed;
use super::{Authenticator, Past, subject_of};
use crate::auth::Auth;
use crate::cache::Rejected;
use crate::error::AuthError;
use crate::observer::Event;
use crate::receipt::Receipt;
use crate::request::AuthRequest;
use crate::response::{ResponseHead, Verdict};
use crate::signer::{ClockSkew, Rejection};
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
        let rejection = match live.last_ready().map(|ready| &ready.placed) {
            Some(Placed::Signer(signer)) => signer.on_response(head),
            _ => Rejection::by_status(head),
        };
        match rejection {
            Rejection::None => return Verdict::Accept,
            Rejection::NeedBody(limit) if head.body.is_none() => return Verdict::NeedBody(limit),
            Rejection::NeedBody(_) => return Verdict::Accept,
            Rejection::ClockSkew(server) => {
                let skew = ClockSkew::between(server, live.now());
                client.skew.store(skew.as_millis(), Ordering::Relaxed);
            }
            Rejection::Credential | Rejection::Resign => {}
        }
        client.observe(&Event::Rejected {
            target: client.target.name(),
            status: head.status,
        });
        if receipt.is_deferred() {
            return Verdict::Reject;
        }
        let helps = if receipt.epoch() != live.epoch {
            self.answer_to_other(receipt, &live, rejection)
        } else if rejection != Rejection::Credential {
            true
        } else {
            reject(&live.auth, receipt)
        };
        if helps && receipt.attempt() == 0 {
            Verdict::Reauthorize
        } else {
            Verdict::Reject
        }
    }

    /// Another epoch authorized the request: a sibling that shares the cache, or this client before the
    /// auth was replaced. The cache that the credential came from hears of the rejection; the request
    /// may be replayed with the auth of now only if both are the same subject's.
    fn answer_to_other(&self, receipt: &Receipt, live: &Live, rejection: Rejection) -> bool {
        if shares_the_cache(receipt, live) {
            return rejection != Rejection::Credential || reject(&live.auth, receipt);
        }
        let Some(past) = self.past(receipt) else {
            return false;
        };
        if let (Rejection::Credential, Some(generation)) = (rejection, receipt.generation())
            && let Some(cache) = past.cache.as_ref().and_then(|weak| weak.upgrade())
        {
            cache.reject(generation);
        }
        same_subject(&past, live)
    }

    fn past(&self, receipt: &Receipt) -> Option<Past> {
        lock(&self.client.past)
            .iter()
            .find(|past| past.epoch == receipt.epoch())
            .cloned()
    }

    /// Authorizes a request again after [`Verdict::Reauthorize`], waiting for a refresh if one is
    /// needed. `None`: there is nothing newer; hand the first answer on.
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
        if !self.may_follow(receipt, &live) {
            return Ok(None);
        }
        if receipt.epoch() == live.epoch
            && let Auth::Static(_) | Auth::Anonymous = live.auth
        {
            // Only a signer can do better with the same secret.
            let signs = live
                .last_ready()
                .is_some_and(|ready| matches!(ready.placed, Placed::Signer(_)));
            if !signs {
                return Ok(None);
            }
        }
        let armed = self.arm().await?;
        let next = armed.main();
        // The auth may have been replaced while this waited.
        if !self.may_follow(receipt, next) {
            return Ok(None);
        }
        let unchanged = next.epoch == receipt.epoch() && next.generation() == receipt.generation();
        if unchanged && is_spent(next) {
            return Ok(None);
        }
        let receipt = self.place(&armed, request)?.replay();
        self.client.observe(&Event::Replayed {
            target: self.client.target.name(),
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

    /// Whether a request that the receipt's credential authorized may be sent with that of `live`.
    fn may_follow(&self, receipt: &Receipt, live: &Live) -> bool {
        receipt.epoch() == live.epoch
            || shares_the_cache(receipt, live)
            || self
                .past(receipt)
                .is_some_and(|past| same_subject(&past, live))
    }

    fn take_back(&self, receipt: &Receipt, request: &mut AuthRequest<'_>) -> Result<(), AuthError> {
        let client = &*self.client;
        let names = client.target.credential_names();
        names.strip(request.headers, request.uri)?;
        client.main.traces.take_back(receipt, request)?;
        client
            .gateways
            .iter()
            .try_for_each(|gateway| gateway.traces.take_back_all(request))
    }
}

fn shares_the_cache(receipt: &Receipt, live: &Live) -> bool {
    match (&live.auth, receipt.generation()) {
        (Auth::Provider(cache), Some(generation)) => cache.knows(generation),
        _ => false,
    }
}

/// Whether there is, or will be, something newer than the receipt's credential.
fn reject(auth: &Auth, receipt: &Receipt) -> bool {
    let (Auth::Provider(cache), Some(generation)) = (auth, receipt.generation()) else {
        return false;
    };
    match cache.reject(generation) {
        Rejected::Stale | Rejected::Counts { .. } => true,
        Rejected::BackingOff { .. } => false,
    }
}

/// The same credential once more helps only a signer that was asked to sign again.
fn is_spent(live: &Arc<Live>) -> bool {
    let signs = live
        .last_ready()
        .is_some_and(|ready| matches!(ready.placed, Placed::Signer(_)));
    let rejected = match &live.auth {
        Auth::Provider(cache) => cache.status().rejected,
        _ => false,
    };
    !signs || rejected
}

fn same_subject(past: &Past, live: &Live) -> bool {
    match (&past.subject, subject_of(&live.auth)) {
        (Some(before), Some(now)) => *before == now,
        _ => false,
    }
}
