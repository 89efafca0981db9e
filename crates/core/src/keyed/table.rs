//! One shard: a chained hash table over a slab, so that a key is held once, a slot's place is stable,
//! and the hand of the second-chance clock walks over contiguous memory.

use std::borrow::Borrow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::authenticator::Authenticator;

/// No slot.
const NONE: u32 = u32::MAX;
/// Not to be looked at by the scheduler until somebody says when.
pub(super) const NEVER: u64 = u64::MAX;

pub(super) struct Table<K> {
    /// The first slot of each chain; a power of two of them.
    chains: Vec<u32>,
    slots: Vec<Slot<K>>,
    /// The first vacant slot; they are chained like the others.
    vacant: u32,
    len: usize,
    hand: usize,
    /// The earliest `due` of all slots, or earlier.
    pub(super) next_due: AtomicU64,
}

struct Slot<K> {
    hash: u64,
    next: u32,
    /// Asked for since the hand came by.
    used: AtomicBool,
    /// When the scheduler looks at it, in milliseconds of the clock.
    due: AtomicU64,
    entry: Option<Entry<K>>,
}

struct Entry<K> {
    key: K,
    authenticator: Authenticator,
}

impl<K: Eq> Table<K> {
    pub(super) fn new() -> Self {
        Self {
            chains: Vec::new(),
            slots: Vec::new(),
            vacant: NONE,
            len: 0,
            hand: 0,
            next_due: AtomicU64::new(NEVER),
        }
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.len
    }

    pub(super) fn get<Q: Eq + ?Sized>(&self, hash: u64, key: &Q) -> Option<&Authenticator>
    where
        K: Borrow<Q>,
    {
        let (_, index) = self.find(hash, key)?;
        let slot = self.slots.get(index as usize)?;
        // A store only where it changes something: hits of many threads share the cache line.
        if !slot.used.load(Ordering::Relaxed) {
            slot.used.store(true, Ordering::Relaxed);
        }
        slot.entry.as_ref().map(|entry| &entry.authenticator)
    }

    /// Adds a key that is not there. `due` is when the scheduler looks at it.
    pub(super) fn insert(&mut self, hash: u64, key: K, authenticator: Authenticator, due: u64) {
        if self.len >= self.chains.len() {
            self.grow();
        }
        let slot = Slot {
            hash,
            next: NONE,
            // Not yet: many keys that come once must not push out those that come again.
            used: AtomicBool::new(false),
            due: AtomicU64::new(due),
            entry: Some(Entry { key, authenticator }),
        };
        let index = match self.slots.get_mut(self.vacant as usize) {
            Some(vacant) => {
                let index = self.vacant;
                self.vacant = vacant.next;
                *vacant = slot;
                index
            }
            None => {
                self.slots.push(slot);
                (self.slots.len() - 1) as u32
            }
        };
        self.link(index);
        self.len += 1;
        self.next_due.fetch_min(due, Ordering::Relaxed);
    }

    pub(super) fn remove<Q: Eq + ?Sized>(&mut self, hash: u64, key: &Q) -> Option<Removed<K>>
    where
        K: Borrow<Q>,
    {
        let (before, index) = self.find(hash, key)?;
        self.take(before, index)
    }

    /// Removes one that was not asked for lately.
    pub(super) fn evict(&mut self) -> Option<Removed<K>> {
        if self.len == 0 {
            return None;
        }
        // The first round takes every second chance away, so that the second one finds somebody.
        for _ in 0..2 * self.slots.len() {
            let index = self.hand;
            self.hand = (self.hand + 1) % self.slots.len();
            let slot = self.slots.get_mut(index)?;
            if slot.entry.is_some() && !std::mem::take(slot.used.get_mut()) {
                let before = self.before(index as u32);
                return self.take(before, index as u32);
            }
        }
        None
    }

    /// Calls `found` for every slot that is due, which is not due again until [`set_due`](Self::set_due).
    pub(super) fn sweep(&self, now: u64, mut found: impl FnMut(u64, u32)) {
        if self.next_due.load(Ordering::Relaxed) > now {
            return;
        }
        let mut next = NEVER;
        for (index, slot) in self.slots.iter().enumerate() {
            let due = slot.due.load(Ordering::Relaxed);
            if due > now {
                next = next.min(due);
            } else {
                slot.due.store(NEVER, Ordering::Relaxed);
                found(due, index as u32);
            }
        }
        self.next_due.store(next, Ordering::Relaxed);
    }

    /// When the slot is to be looked at. A slot that was vacated meanwhile is left alone.
    pub(super) fn set_due(&self, index: u32, due: u64) {
        if let Some(slot) = self.slots.get(index as usize)
            && slot.entry.is_some()
        {
            slot.due.store(due, Ordering::Relaxed);
            self.next_due.fetch_min(due, Ordering::Relaxed);
        }
    }

    pub(super) fn at(&self, index: u32) -> Option<&Authenticator> {
        let entry = self.slots.get(index as usize)?.entry.as_ref()?;
        Some(&entry.authenticator)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&K, &Authenticator)> {
        let entries = self.slots.iter().filter_map(|slot| slot.entry.as_ref());
        entries.map(|entry| (&entry.key, &entry.authenticator))
    }

    /// The slot of a key, and the one before it in its chain.
    fn find<Q: Eq + ?Sized>(&self, hash: u64, key: &Q) -> Option<(u32, u32)>
    where
        K: Borrow<Q>,
    {
        let mut before = NONE;
        let mut index = *self.chains.get(self.chain(hash))?;
        while let Some(slot) = self.slots.get(index as usize) {
            if slot.hash == hash
                && let Some(entry) = &slot.entry
                && entry.key.borrow() == key
            {
                return Some((before, index));
            }
            before = index;
            index = slot.next;
        }
        None
    }

    fn chain(&self, hash: u64) -> usize {
        // The shard was chosen by the upper bits.
        hash as usize & self.chains.len().wrapping_sub(1)
    }

    fn before(&self, of: u32) -> u32 {
        let hash = self.slots.get(of as usize).map_or(0, |slot| slot.hash);
        let mut before = NONE;
        let mut index = self.chains.get(self.chain(hash)).copied().unwrap_or(NONE);
        while index != of {
            let Some(slot) = self.slots.get(index as usize) else {
                return NONE;
            };
            before = index;
            index = slot.next;
        }
        before
    }

    fn take(&mut self, before: u32, index: u32) -> Option<Removed<K>> {
        let (hash, next) = self
            .slots
            .get(index as usize)
            .map(|slot| (slot.hash, slot.next))?;
        match self.slots.get_mut(before as usize) {
            Some(before) => before.next = next,
            None => {
                let chain = self.chain(hash);
                *self.chains.get_mut(chain)? = next;
            }
        }
        let slot = self.slots.get_mut(index as usize)?;
        slot.next = std::mem::replace(&mut self.vacant, index);
        slot.due = AtomicU64::new(NEVER);
        self.len -= 1;
        let Entry { key, authenticator } = slot.entry.take()?;
        Some(Removed { authenticator, key })
    }

    fn link(&mut self, index: u32) {
        let Some(slot) = self.slots.get(index as usize) else {
            return;
        };
        let chain = self.chain(slot.hash);
        if let (Some(first), Some(slot)) = (
            self.chains.get_mut(chain),
            self.slots.get_mut(index as usize),
        ) {
            slot.next = std::mem::replace(first, index);
        }
    }

    fn grow(&mut self) {
        let wanted = (self.chains.len() * 2).max(8);
        self.chains = vec![NONE; wanted];
        for index in 0..self.slots.len() {
            if self.slots.get(index).is_some_and(|s| s.entry.is_some()) {
                self.link(index as u32);
            }
        }
    }
}

/// What a slot held. Dropped outside of the lock: it may be the last handle on the user's code.
pub(super) struct Removed<K> {
    pub(super) authenticator: Authenticator,
    #[cfg_attr(not(test), expect(dead_code, reason = "its drop is the user's code"))]
    key: K,
}

#[cfg(test)]
mod tests;
