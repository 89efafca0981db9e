use std::fmt;
use std::hash::{Hash, RandomState};
use std::marker::PhantomData;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::{Arc, RwLock};
use std::time::Duration;

use super::scheduler::Counters;
use super::table::Table;
use super::{KeyedAuthenticators, Shared};
use crate::cache::{CachePolicy, Flight};
use crate::clock::{Clock, SystemClock};
use crate::guard::ForeignPolicy;
use crate::observer::Observer;
use crate::runtime::{Runtime, default_runtime};
use crate::target::Target;

const CAPACITY: usize = 100_000;
/// Slots are numbered with 32 bits.
const MOST: usize = 1 << 30;
const MOST_AT_ONCE: usize = 64;
/// Below this many keys per shard more shards bring nothing.
const LEAST_PER_SHARD: usize = 16;
const MOST_SHARDS: usize = 256;

/// Builds a [`KeyedAuthenticators`]. Nothing is spawned.
#[must_use]
pub struct KeyedBuilder<K> {
    capacity: usize,
    target: Target,
    foreign: ForeignPolicy,
    policy: CachePolicy,
    clock: Arc<dyn Clock>,
    runtime: Arc<dyn Runtime>,
    observer: Option<Arc<dyn Observer>>,
    idle_limit: Duration,
    most_at_once: usize,
    of: PhantomData<fn() -> K>,
}

impl<K: Hash + Eq + Clone + Send + Sync + 'static> KeyedBuilder<K> {
    pub(super) fn new(target: Target) -> Self {
        Self {
            capacity: CAPACITY,
            target,
            foreign: ForeignPolicy::default(),
            policy: CachePolicy::default(),
            clock: Arc::new(SystemClock::new()),
            runtime: default_runtime(),
            observer: None,
            idle_limit: Duration::ZERO,
            most_at_once: MOST_AT_ONCE,
            of: PhantomData,
        }
    }

    /// How many keys there may be; 100,000. Clamped to 1..=2^30.
    pub fn capacity(mut self, keys: usize) -> Self {
        self.capacity = keys.clamp(1, MOST);
        self
    }

    /// What to do with a credential that is on a request already; [`ForeignPolicy::Reject`] by default.
    pub fn foreign(mut self, policy: ForeignPolicy) -> Self {
        self.foreign = policy;
        self
    }

    /// When the caches of [`KeyedAuthenticators::cached`] refresh and how they retry.
    pub fn policy(mut self, policy: CachePolicy) -> Self {
        self.policy = policy;
        self
    }

    /// The clock of all; the system's by default.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Where the refreshes and their scheduler run; onecred's own thread by default.
    pub fn runtime(mut self, runtime: impl Runtime) -> Self {
        self.runtime = Arc::new(runtime);
        self
    }

    /// Who hears what happens to all of them.
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// How many refreshes [`refresh_ahead`](KeyedAuthenticators::refresh_ahead) keeps running at once; 64.
    /// At least 1. Refreshes that callers wait for are not counted and never held back.
    pub fn most_at_once(mut self, refreshes: usize) -> Self {
        self.most_at_once = refreshes.max(1);
        self
    }

    /// How long a credential goes unused before it is no longer refreshed ahead; 0. It is refreshed at
    /// least once after its last use. `Duration::MAX` refreshes for ever.
    pub fn idle_limit(mut self, unused: Duration) -> Self {
        self.idle_limit = unused;
        self
    }

    /// The set.
    pub fn build(self) -> KeyedAuthenticators<K> {
        let shards = (self.capacity / LEAST_PER_SHARD).next_power_of_two();
        let shards = shards.clamp(1, MOST_SHARDS);
        KeyedAuthenticators {
            shared: Arc::new(Shared {
                shards: (0..shards).map(|_| RwLock::new(Table::new())).collect(),
                hasher: RandomState::new(),
                len: AtomicUsize::new(0),
                capacity: self.capacity,
                target: self.target,
                foreign: self.foreign,
                policy: self.policy,
                clock: self.clock,
                runtime: self.runtime,
                observer: self.observer,
                idle_limit: self.idle_limit,
                most_at_once: self.most_at_once,
                counters: Counters::default(),
                is_scheduled: AtomicBool::new(false),
                gone: Flight::new(),
            }),
        }
    }
}

impl<K> fmt::Debug for KeyedBuilder<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyedBuilder")
            .field("target", &self.target)
            .field("capacity", &self.capacity)
            .field("most_at_once", &self.most_at_once)
            .field("idle_limit", &self.idle_limit)
            .finish_non_exhaustive()
    }
}
