//! Many clients of one kind, one for each key: a tenant, an account, a region.

mod builder;
mod scheduler;
mod table;

use std::borrow::Borrow;
use std::fmt;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

pub use builder::KeyedBuilder;
pub use scheduler::AheadStatus;

use crate::auth::Auth;
use crate::authenticator::{Authenticator, Status};
use crate::cache::{CachePolicy, CachedProvider, Flight};
use crate::clock::Clock;
use crate::error::AuthError;
use crate::guard::ForeignPolicy;
use crate::observer::Observer;
use crate::provider::CredentialProvider;
use crate::receipt::EpochId;
use crate::runtime::Runtime;
use crate::target::Target;
use scheduler::Counters;
use table::{Removed, Table};

/// One [`Authenticator`] for each key, at most so many of them: what a process with many tenants holds.
///
/// Each key has its own auth, cache, back-off and rejection; nothing that happens to one touches another.
/// They share the target, the clock, the runtime, the observer and, if
/// [`refresh_ahead`](Self::refresh_ahead) was called, one task that refreshes them all ahead of time.
///
/// A look-up locks one of many shards, for reading. When the set is full, a key that was not asked for
/// again lately makes room; whoever still holds its authenticator goes on with it. Clones are the same set.
///
/// ```
/// use onecred_core::{Auth, AuthError, HeaderSecret, KeyedAuthenticators, Target, TextFrom};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let target = Target::builder("api").origin("https://api.example.com")?.key_header("x-api-key")?.build()?;
/// let tenants = KeyedAuthenticators::<String>::builder(target).capacity(10_000).build();
///
/// let client = tenants.get_or_insert_with(&"tenant-1".to_owned(), || {
///     let key = HeaderSecret::parse("the-key-of-tenant-1", TextFrom::Argument)?;
///     Ok::<_, AuthError>(Auth::api_key(key))
/// })?;
/// assert!(tenants.get("tenant-1").is_some_and(|same| same.is_same(&client)));
/// # Ok(()) }
/// ```
pub struct KeyedAuthenticators<K> {
    shared: Arc<Shared<K>>,
}

struct Shared<K> {
    shards: Box<[RwLock<Table<K>>]>,
    hasher: RandomState,
    len: AtomicUsize,
    capacity: usize,
    target: Target,
    foreign: ForeignPolicy,
    policy: CachePolicy,
    clock: Arc<dyn Clock>,
    runtime: Arc<dyn Runtime>,
    observer: Option<Arc<dyn Observer>>,
    idle_limit: Duration,
    most_at_once: usize,
    counters: Counters,
    is_scheduled: AtomicBool,
    /// Lands when the set is gone, for the scheduler.
    gone: Arc<Flight<()>>,
}

/// A new key is looked at by the scheduler for the first time after this.
const FIRST_LOOK: Duration = Duration::from_secs(10);

impl<K: Hash + Eq + Clone + Send + Sync + 'static> KeyedAuthenticators<K> {
    /// A set of up to 100,000 clients of `target`.
    pub fn new(target: Target) -> Self {
        Self::builder(target).build()
    }

    /// A set with a capacity, a clock, a runtime, a policy or an observer of its own.
    pub fn builder(target: Target) -> KeyedBuilder<K> {
        KeyedBuilder::new(target)
    }

    /// A provider with its cache that shares the clock, the runtime, the policy and the observer of this
    /// set. Use it in [`get_or_insert_with`](Self::get_or_insert_with): a cache built by hand costs more
    /// memory and may have another clock.
    pub fn cached(&self, provider: impl CredentialProvider) -> CachedProvider {
        let shared = &*self.shared;
        CachedProvider::builder(provider)
            .policy(shared.policy.clone())
            .shares(&shared.clock, &shared.runtime, shared.observer.as_ref())
            .build()
    }

    /// The client of this key.
    pub fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<Authenticator>
    where
        K: Borrow<Q>,
    {
        let hash = self.shared.hasher.hash_one(key);
        self.shared.read(hash).get(hash, key).cloned()
    }

    /// The client of this key, made at the set's target with the auth that `make` returns if there is
    /// none.
    ///
    /// No lock is held while `make` runs, so it may take its time and use this set. If several threads
    /// want the same new key at once, each may run its `make`, one result is kept, and all get that one;
    /// so `make` is to build the auth, not to ask anybody for it.
    ///
    /// # Errors
    /// What `make` said, or [`AuthError`] when the target does not say where such a credential goes;
    /// nothing was added then.
    pub fn get_or_insert_with<E: From<AuthError>>(
        &self,
        key: &K,
        make: impl FnOnce() -> Result<Auth, E>,
    ) -> Result<Authenticator, E> {
        self.get_or_insert_authenticator_with(key, || {
            let shared = &*self.shared;
            let builder = Authenticator::builder(shared.target.clone(), make()?)
                .foreign(shared.foreign)
                .shares(&shared.clock, shared.observer.as_ref());
            Ok(builder.build()?)
        })
    }

    /// The same for clients that differ in more than their auth, such as in their target.
    ///
    /// # Errors
    /// What `make` said; nothing was added then.
    pub fn get_or_insert_authenticator_with<E>(
        &self,
        key: &K,
        make: impl FnOnce() -> Result<Authenticator, E>,
    ) -> Result<Authenticator, E> {
        let shared = &*self.shared;
        let hash = shared.hasher.hash_one(key);
        if let Some(known) = shared.read(hash).get(hash, key) {
            return Ok(known.clone());
        }
        let made = make()?;
        Ok(shared.insert(hash, key, made))
    }

    /// Takes the client of this key out of the set. Whoever holds it goes on with it.
    pub fn remove<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<Authenticator>
    where
        K: Borrow<Q>,
    {
        let hash = self.shared.hasher.hash_one(key);
        let removed = self.shared.write(hash).remove(hash, key)?;
        self.shared.len.fetch_sub(1, Ordering::Relaxed);
        Some(removed.authenticator)
    }

    /// Another auth for this key, for everybody who holds its client; see [`Authenticator::replace`].
    /// `None`: there is no such key.
    ///
    /// # Errors
    /// As [`Authenticator::replace`]; nothing changed then.
    pub fn replace<Q: Hash + Eq + ?Sized>(
        &self,
        key: &Q,
        auth: impl Into<Auth>,
    ) -> Result<Option<EpochId>, AuthError>
    where
        K: Borrow<Q>,
    {
        match self.get(key) {
            Some(authenticator) => authenticator.replace(auth).map(Some),
            None => Ok(None),
        }
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.shared.len.load(Ordering::Relaxed)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many keys there may be.
    pub fn capacity(&self) -> usize {
        self.shared.capacity
    }

    /// Each key with the status of its client, in no order. Keys that come or go meanwhile may be missed.
    /// It takes the memory of one shard at a time, and asks nobody.
    pub fn statuses(&self) -> impl Iterator<Item = (K, Status)> {
        self.shared.shards.iter().flat_map(|shard| {
            let table = shard.read().unwrap_or_else(PoisonError::into_inner);
            let clients: Vec<_> = table
                .iter()
                .map(|(key, client)| (key.clone(), client.clone()))
                .collect();
            drop(table);
            let status = |(key, client): (K, Authenticator)| (key, client.status());
            clients.into_iter().map(status)
        })
    }

    /// Refreshes credentials ahead of their expiry, also those that nobody uses at that moment: one task
    /// on the set's runtime for all keys, however many, which ends with the set. Calling it again changes
    /// nothing.
    ///
    /// A credential is refreshed at the moment that its [`CachePolicy`] drew for it, at most
    /// [`most_at_once`](KeyedBuilder::most_at_once) at a time. One that nobody asked for since the refresh
    /// before is left to expire (and [`idle_limit`](KeyedBuilder::idle_limit)); its next use refreshes it
    /// and takes part again. Nothing is asked before the first use of a key. Credentials of gateways are
    /// refreshed by use, as everywhere.
    pub fn refresh_ahead(&self) {
        scheduler::start(&self.shared);
    }

    /// What the scheduler of [`refresh_ahead`](Self::refresh_ahead) does now, for metrics.
    pub fn ahead_status(&self) -> AheadStatus {
        self.shared.counters.status()
    }
}

impl<K> Shared<K> {
    fn shard(&self, hash: u64) -> usize {
        // A power of two of them; the table uses the lower bits.
        (hash >> 48) as usize & (self.shards.len() - 1)
    }

    fn now_ms(&self) -> u64 {
        millis(self.clock.monotonic())
    }
}

impl<K: Eq> Shared<K> {
    #[expect(clippy::indexing_slicing, reason = "`shard` is masked by the length")]
    fn read(&self, hash: u64) -> RwLockReadGuard<'_, Table<K>> {
        let shard = &self.shards[self.shard(hash)];
        shard.read().unwrap_or_else(PoisonError::into_inner)
    }

    #[expect(clippy::indexing_slicing, reason = "`shard` is masked by the length")]
    fn write(&self, hash: u64) -> RwLockWriteGuard<'_, Table<K>> {
        let shard = &self.shards[self.shard(hash)];
        shard.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds `made`, unless somebody was faster. Returns the one that is kept.
    fn insert(&self, hash: u64, key: &K, made: Authenticator) -> Authenticator
    where
        K: Clone,
    {
        if let Some(faster) = self.read(hash).get(hash, key) {
            return faster.clone();
        }
        // Room first: one lock at a time.
        let is_full = self.len.fetch_add(1, Ordering::Relaxed) >= self.capacity;
        let mut evicted = is_full.then(|| self.evict(hash)).flatten();
        let due = self.now_ms().saturating_add(millis(FIRST_LOOK));
        let mut table = self.write(hash);
        let kept = match table.get(hash, key) {
            Some(faster) => faster.clone(),
            None => {
                table.insert(hash, key.clone(), made.clone(), due);
                drop(table);
                // Others had counted themselves in and were not there yet to be evicted.
                if is_full && evicted.is_none() && self.len.load(Ordering::Relaxed) > self.capacity
                {
                    evicted = self.evict(hash);
                }
                drop(evicted);
                return made;
            }
        };
        drop(table);
        self.len.fetch_sub(1, Ordering::Relaxed);
        drop((evicted, made));
        kept
    }

    /// Lets one go that was not asked for lately, of the same shard if it can be.
    fn evict(&self, hash: u64) -> Option<Removed<K>> {
        let (own, shards) = (self.shard(hash), self.shards.len());
        for shard in (own..shards).chain(0..own) {
            let Some(shard) = self.shards.get(shard) else {
                continue;
            };
            let mut table = shard.write().unwrap_or_else(PoisonError::into_inner);
            if let Some(evicted) = table.evict() {
                self.len.fetch_sub(1, Ordering::Relaxed);
                return Some(evicted);
            }
        }
        None
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl<K> Clone for KeyedAuthenticators<K> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl<K> Drop for Shared<K> {
    fn drop(&mut self) {
        self.gone.land(());
    }
}

/// Keys may be names of customers; they are not shown.
impl<K> fmt::Debug for KeyedAuthenticators<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyedAuthenticators")
            .field("target", &self.shared.target.name())
            .field("len", &self.shared.len.load(Ordering::Relaxed))
            .field("capacity", &self.shared.capacity)
            .finish_non_exhaustive()
    }
}
