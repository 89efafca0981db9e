//! A clock that stands still until a test turns it.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use onecred_core::Clock;

use crate::sync::lock;

/// 2030-01-01T00:00:00Z in seconds since the epoch.
const START: Duration = Duration::from_secs(1_893_456_000);
/// Not zero, so that "a while ago" exists on the monotonic clock from the beginning.
const START_MONOTONIC: Duration = Duration::from_secs(1_000_000);

/// A clock that stands still until a test turns it. Clones are the same clock.
///
/// It knows who sleeps on it: [`advance`](Self::advance) wakes every [`sleep`](Self::sleep) that is over,
/// and the [`ManualRuntime`](crate::ManualRuntime)s made of it sleep on it too.
///
/// ```
/// use std::time::Duration;
/// use onecred_core::Clock;
/// use onecred_testkit::ManualClock;
///
/// let clock = ManualClock::new();
/// let (wall, age) = (clock.now(), clock.monotonic());
/// clock.advance(Duration::from_secs(60));
/// clock.jump_wall_back(Duration::from_secs(3600)); // an administrator sets the clock
/// assert_eq!(clock.now(), wall - Duration::from_secs(3540));
/// assert_eq!(clock.monotonic(), age + Duration::from_secs(60));
/// ```
#[derive(Clone)]
pub struct ManualClock {
    state: Arc<Mutex<State>>,
}

struct State {
    wall: SystemTime,
    monotonic: Duration,
    /// By the moment of waking on the monotonic clock, then by order of arrival.
    sleepers: BTreeMap<(Duration, u64), Waker>,
    arrivals: u64,
}

impl Default for ManualClock {
    fn default() -> Self {
        Self::new()
    }
}

impl ManualClock {
    /// A clock that shows 2030-01-01T00:00:00Z.
    pub fn new() -> Self {
        Self::starting_at(SystemTime::UNIX_EPOCH + START)
    }

    /// A clock whose wall shows this time.
    pub fn starting_at(wall: SystemTime) -> Self {
        Self {
            state: Arc::new(Mutex::new(State {
                wall,
                monotonic: START_MONOTONIC,
                sleepers: BTreeMap::new(),
                arrivals: 0,
            })),
        }
    }

    /// Lets time pass on both clocks, and wakes whoever has slept enough.
    pub fn advance(&self, by: Duration) {
        let woken = {
            let mut state = lock(&self.state);
            state.wall += by;
            state.monotonic += by;
            let too_early = state.monotonic.saturating_add(Duration::from_nanos(1));
            let later = state.sleepers.split_off(&(too_early, 0));
            std::mem::replace(&mut state.sleepers, later)
        };
        // Wakers may run user code: never under the lock.
        for waker in woken.into_values() {
            waker.wake();
        }
    }

    /// Advances to the moment at which the next sleeper wakes. `false`: nobody sleeps.
    pub fn advance_to_next_sleeper(&self) -> bool {
        match self.next_sleeper() {
            Some(after) => {
                self.advance(after);
                true
            }
            None => false,
        }
    }

    /// How long until the next sleeper wakes; `None` when nobody sleeps.
    pub fn next_sleeper(&self) -> Option<Duration> {
        let state = lock(&self.state);
        let ((at, _), _) = state.sleepers.first_key_value()?;
        Some(at.saturating_sub(state.monotonic))
    }

    /// How many sleep.
    pub fn sleepers(&self) -> usize {
        lock(&self.state).sleepers.len()
    }

    /// Sets the wall clock alone. Nobody wakes: sleeping goes by the monotonic clock.
    pub fn set_wall(&self, wall: SystemTime) {
        lock(&self.state).wall = wall;
    }

    /// Moves the wall clock alone, forward.
    pub fn jump_wall_forward(&self, by: Duration) {
        lock(&self.state).wall += by;
    }

    /// Moves the wall clock alone, back.
    pub fn jump_wall_back(&self, by: Duration) {
        lock(&self.state).wall -= by;
    }

    /// Completes when the clock was advanced by `duration` from now.
    pub fn sleep(&self, duration: Duration) -> Sleep {
        let mut state = lock(&self.state);
        state.arrivals += 1;
        let until = state.monotonic.saturating_add(duration);
        Sleep {
            key: (until, state.arrivals),
            clock: self.clone(),
        }
    }
}

impl Clock for ManualClock {
    fn now(&self) -> SystemTime {
        lock(&self.state).wall
    }

    fn monotonic(&self) -> Duration {
        lock(&self.state).monotonic
    }
}

impl fmt::Debug for ManualClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = lock(&self.state);
        f.debug_struct("ManualClock")
            .field("wall", &state.wall)
            .field("monotonic", &state.monotonic)
            .field("sleepers", &state.sleepers.len())
            .finish()
    }
}

/// Sleeps on a [`ManualClock`]. Needs no runtime of any kind.
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct Sleep {
    key: (Duration, u64),
    clock: ManualClock,
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let before = {
            let mut state = lock(&self.clock.state);
            if state.monotonic >= self.key.0 {
                return Poll::Ready(());
            }
            state.sleepers.insert(self.key, cx.waker().clone())
        };
        drop(before);
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        let waker = lock(&self.clock.state).sleepers.remove(&self.key);
        drop(waker);
    }
}

#[cfg(test)]
mod tests;
