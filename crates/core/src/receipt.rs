//! What authorized one request, so that its answer finds the right credential.

use std::num::NonZeroU64;
use std::sync::atomic::{AtomicU64, Ordering};

/// Names one choice of an authenticator's auth: a new one at construction and at every replace.
/// Unique in the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EpochId(u64);

/// Names one credential of a cache. Unique in the process, so that a child's first credential is
/// never taken for its parent's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Generation(NonZeroU64);

fn next(counter: &AtomicU64) -> u64 {
    counter.fetch_add(1, Ordering::Relaxed).wrapping_add(1)
}

impl EpochId {
    pub(crate) fn next() -> Self {
        static EPOCHS: AtomicU64 = AtomicU64::new(0);
        Self(next(&EPOCHS))
    }
}

impl Generation {
    pub(crate) fn next() -> Self {
        static GENERATIONS: AtomicU64 = AtomicU64::new(0);
        Self(NonZeroU64::new(next(&GENERATIONS)).unwrap_or(NonZeroU64::MIN))
    }
}

/// Says what authorized one request: which epoch of the client, which generation of the credential,
/// which attempt. Hand it back with the response. Small, opaque, `Copy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Receipt {
    epoch: EpochId,
    generation: Option<Generation>,
    attempt: u8,
    deferred: bool,
    gateways: u8,
    /// Of the gateways' credentials, in the target's order.
    gateway_generations: [Option<Generation>; MAX_GATEWAYS],
}

/// So that a receipt stays small.
pub(crate) const MAX_GATEWAYS: usize = 2;

impl Receipt {
    pub(crate) fn new(epoch: EpochId, generation: Option<Generation>) -> Self {
        Self {
            epoch,
            generation,
            attempt: 0,
            deferred: false,
            gateways: 0,
            gateway_generations: [None; MAX_GATEWAYS],
        }
    }

    pub(crate) fn deferred(epoch: EpochId) -> Self {
        Self {
            deferred: true,
            ..Self::new(epoch, None)
        }
    }

    pub(crate) fn with_gateways(
        mut self,
        generations: impl IntoIterator<Item = Option<Generation>>,
    ) -> Self {
        for (place, generation) in self.gateway_generations.iter_mut().zip(generations) {
            *place = generation;
            self.gateways = self.gateways.saturating_add(1);
        }
        self
    }

    pub(crate) fn gateway_generations(&self) -> &[Option<Generation>] {
        &self.gateway_generations
    }

    pub(crate) fn replay(mut self) -> Self {
        self.attempt = self.attempt.saturating_add(1);
        self
    }

    pub(crate) fn generation(&self) -> Option<Generation> {
        self.generation
    }

    /// The epoch of the client that authorized the request.
    pub fn epoch(&self) -> EpochId {
        self.epoch
    }

    /// 0 for a first attempt, 1 for its replay. A replay is never replayed.
    pub fn attempt(&self) -> u8 {
        self.attempt
    }

    /// Whether a credential that the caller had put on the request was left to do the work
    /// ([`ForeignPolicy::Defer`](crate::ForeignPolicy::Defer)).
    pub fn is_deferred(&self) -> bool {
        self.deferred
    }

    /// How many declared gateway credentials went along.
    pub fn gateways(&self) -> u8 {
        self.gateways
    }
}
