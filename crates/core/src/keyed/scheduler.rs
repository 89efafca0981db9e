//! One task that refreshes all clients of a set ahead of time.
//!
//! Every slot has a moment at which it is looked at, so that a million of them cost eight bytes each and
//! no task, timer or queue. A look asks the cache's state: not due yet (then it says when), in the air,
//! idle, or to be refreshed now.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, Weak};
use std::task::Poll;
use std::time::Duration;

use super::{Shared, millis};
use crate::cache::{Ahead, Flight, Wait};
use crate::runtime::{BoxFuture, Runtime};

/// How often slots that are due are collected.
const TICK: Duration = Duration::from_secs(1);
/// The longest sleep: a new key may be due sooner than all others.
const LONGEST_SLEEP: Duration = Duration::from_secs(10);
/// When to look again at what has no credential, an idle one, or one without an end.
const LATER: Duration = Duration::from_secs(60);

/// What a set's scheduler does, and did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct AheadStatus {
    /// Refreshes that it has running.
    pub running: usize,
    /// The most that it ever had running at once.
    pub most_running: usize,
    /// Keys that are due and wait for a place, those that turn out to be fresh included.
    pub waiting: usize,
    /// Refreshes that it started.
    pub started: u64,
}

#[derive(Default)]
pub(super) struct Counters {
    running: AtomicUsize,
    most_running: AtomicUsize,
    waiting: AtomicUsize,
    started: AtomicU64,
}

impl Counters {
    pub(super) fn status(&self) -> AheadStatus {
        AheadStatus {
            running: self.running.load(Ordering::Relaxed),
            most_running: self.most_running.load(Ordering::Relaxed),
            waiting: self.waiting.load(Ordering::Relaxed),
            started: self.started.load(Ordering::Relaxed),
        }
    }
}

/// Starts the task unless it runs.
pub(super) fn start<K: Eq + Send + Sync + 'static>(shared: &Arc<Shared<K>>) {
    if shared.is_scheduled.swap(true, Ordering::AcqRel) {
        return;
    }
    let scheduler = Scheduler {
        shared: Arc::downgrade(shared),
        gone: shared.gone.wait(),
        runtime: Arc::clone(&shared.runtime),
        due: VecDeque::new(),
        running: Vec::new(),
    };
    shared.runtime.spawn(Box::pin(scheduler.run()));
}

struct Scheduler<K> {
    shared: Weak<Shared<K>>,
    gone: Wait<()>,
    runtime: Arc<dyn Runtime>,
    /// Collected, the longest due first.
    due: VecDeque<Place>,
    running: Vec<(Wait, Place)>,
}

#[derive(Clone, Copy)]
struct Place {
    shard: usize,
    slot: u32,
}

impl<K: Eq + Send + Sync + 'static> Scheduler<K> {
    async fn run(mut self) {
        loop {
            let Some(shared) = self.shared.upgrade() else {
                return;
            };
            let next = self.collect(&shared);
            self.launch(&shared);
            drop(shared);
            let mut sleep = self.runtime.sleep(next);
            while self.woken(&mut sleep).await == Woken::ByLanding {
                let Some(shared) = self.shared.upgrade() else {
                    return;
                };
                self.launch(&shared);
            }
        }
    }

    /// Moves what is due into the queue, and says when to come again.
    fn collect(&mut self, shared: &Shared<K>) -> Duration {
        let now = shared.now_ms();
        let (mut found, mut next) = (Vec::new(), u64::MAX);
        for (shard, table) in shared.shards.iter().enumerate() {
            let table = table.read().unwrap_or_else(PoisonError::into_inner);
            table.sweep(now, |due, slot| found.push((due, Place { shard, slot })));
            next = next.min(table.next_due.load(Ordering::Relaxed));
        }
        found.sort_unstable_by_key(|(due, _)| *due);
        self.due.extend(found.into_iter().map(|(_, place)| place));
        Duration::from_millis(next.saturating_sub(now)).clamp(TICK, LONGEST_SLEEP)
    }

    /// Looks at what is due, and starts refreshes while there is room.
    fn launch(&mut self, shared: &Shared<K>) {
        while self.running.len() < shared.most_at_once
            && let Some(place) = self.due.pop_front()
        {
            if let Some(flight) = look_at(shared, place) {
                self.running.push((flight.wait(), place));
                shared.counters.started.fetch_add(1, Ordering::Relaxed);
            }
        }
        let (running, waiting) = (self.running.len(), self.due.len());
        let counters = &shared.counters;
        counters.running.store(running, Ordering::Relaxed);
        counters.most_running.fetch_max(running, Ordering::Relaxed);
        counters.waiting.store(waiting, Ordering::Relaxed);
    }

    /// Waits for the end of the sleep, of a refresh, or of the set.
    async fn woken(&mut self, sleep: &mut BoxFuture<'static, ()>) -> Woken {
        let Self {
            shared,
            gone,
            due,
            running,
            ..
        } = self;
        std::future::poll_fn(|cx| {
            if Pin::new(&mut *gone).poll(cx).is_ready() || sleep.as_mut().poll(cx).is_ready() {
                return Poll::Ready(Woken::ByTime);
            }
            let before = running.len();
            running.retain_mut(|(wait, place)| {
                let landed = Pin::new(wait).poll(cx).is_ready();
                if landed {
                    // It says when it is due next.
                    due.push_front(*place);
                }
                !landed
            });
            if running.len() < before && shared.strong_count() > 0 {
                Poll::Ready(Woken::ByLanding)
            } else {
                Poll::Pending
            }
        })
        .await
    }
}

impl<K> Drop for Scheduler<K> {
    /// Its runtime may be gone while the set lives: then it may be started again.
    fn drop(&mut self) {
        if let Some(shared) = self.shared.upgrade() {
            shared.counters.running.store(0, Ordering::Relaxed);
            shared.counters.waiting.store(0, Ordering::Relaxed);
            shared.is_scheduled.store(false, Ordering::Release);
        }
    }
}

#[derive(PartialEq)]
enum Woken {
    ByTime,
    ByLanding,
}

/// Starts the refresh of one client if it is time, else says when to look again.
fn look_at<K: Eq>(shared: &Shared<K>, place: Place) -> Option<Arc<Flight>> {
    let table = shared.shards.get(place.shard)?;
    let table = table.read().unwrap_or_else(PoisonError::into_inner);
    let authenticator = table.at(place.slot)?.clone();
    // The provider's code may run in what follows.
    drop(table);
    let (due, flight) = match authenticator.refresh_ahead(shared.idle_limit) {
        Ahead::Started(flight) => (super::table::NEVER, Some(flight)),
        Ahead::At(moment) => (millis(moment).saturating_add(1), None),
        Ahead::Later => (shared.now_ms().saturating_add(millis(LATER)), None),
    };
    let table = shared.shards.get(place.shard)?;
    let table = table.read().unwrap_or_else(PoisonError::into_inner);
    table.set_due(place.slot, due);
    flight
}
