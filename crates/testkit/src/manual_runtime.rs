//! A runtime that runs only when it is driven.

mod task;

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use onecred_core::{BoxFuture, Runtime};

use crate::manual_clock::ManualClock;
use crate::sync::lock;
use task::Task;

/// After this many polls a future that keeps waking itself counts as running away.
const MOST_POLLS: usize = 100_000;

/// A [`Runtime`] that runs spawned futures only when a test drives it, and sleeps on a [`ManualClock`].
/// Clones are the same runtime.
///
/// ```
/// use std::time::Duration;
/// use onecred_core::CachedProvider;
/// use onecred_testkit::{ManualClock, ManualRuntime, ScriptedProvider};
///
/// let clock = ManualClock::new();
/// let runtime = ManualRuntime::new(&clock);
/// let provider = ScriptedProvider::new();
/// let cache = CachedProvider::builder(provider.clone())
///     .clock(clock.clone())
///     .runtime(runtime.clone())
///     .build();
///
/// let credential = runtime.complete(cache.credential()).expect("nothing to wait for");
/// assert!(credential.is_ok());
/// assert_eq!(provider.calls(), 1);
/// ```
///
/// With [`threaded`](Self::threaded) a background thread drives it as soon as something is woken, for
/// tests with real threads. That thread lives only while there is something to run.
#[derive(Clone)]
pub struct ManualRuntime {
    shared: Arc<Shared>,
}

struct Shared {
    clock: ManualClock,
    threaded: bool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    tasks: HashMap<u64, Arc<Task>>,
    woken: VecDeque<u64>,
    spawned: usize,
    killed: bool,
    /// A background thread is at work and will look at `woken` again before it ends.
    driving: bool,
}

impl ManualRuntime {
    /// A runtime on this clock that runs only when driven.
    pub fn new(clock: &ManualClock) -> Self {
        Self::of(clock, false)
    }

    /// The same, driven by a background thread whenever something is woken.
    pub fn threaded(clock: &ManualClock) -> Self {
        Self::of(clock, true)
    }

    fn of(clock: &ManualClock, threaded: bool) -> Self {
        Self {
            shared: Arc::new(Shared {
                clock: clock.clone(),
                threaded,
                state: Mutex::default(),
            }),
        }
    }

    /// Polls everything that is woken until nothing is, and says how many polls that took.
    ///
    /// Futures that never stop waking themselves are left after 100,000 polls.
    pub fn run_until_stalled(&self) -> usize {
        (0..MOST_POLLS)
            .find(|_| !self.shared.run_one())
            .unwrap_or(MOST_POLLS)
    }

    /// Runs `future` here, together with what is spawned, until it is done. `None`: everything waits for
    /// something from outside (the clock, a [`Gate`](crate::Gate)); the future is dropped then. Spawn
    /// what shall survive that.
    pub fn complete<F: Future>(&self, future: F) -> Option<F::Output> {
        let flag = Arc::new(Flag(AtomicBool::new(true)));
        let waker = Waker::from(Arc::clone(&flag));
        let mut cx = Context::from_waker(&waker);
        let mut future = pin!(future);
        for _ in 0..MOST_POLLS {
            if flag.0.swap(false, Ordering::SeqCst) {
                if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
                    return Some(output);
                }
            } else if !self.shared.run_one() && !flag.0.load(Ordering::SeqCst) {
                return None;
            }
        }
        None
    }

    /// How many futures were ever spawned, those after [`kill`](Self::kill) included.
    pub fn spawned(&self) -> usize {
        lock(&self.shared.state).spawned
    }

    /// How many spawned futures are not done.
    pub fn pending(&self) -> usize {
        lock(&self.shared.state).tasks.len()
    }

    /// The runtime disappears: all its futures are dropped, and so is every later one.
    pub fn kill(&self) {
        let tasks = {
            let mut state = lock(&self.shared.state);
            state.killed = true;
            state.woken.clear();
            std::mem::take(&mut state.tasks)
        };
        // Dropping a future may run anything, also a spawn: never under the lock.
        for task in tasks.into_values() {
            task.cancel();
        }
    }

    /// The clock on which it sleeps.
    pub fn clock(&self) -> &ManualClock {
        &self.shared.clock
    }
}

impl Runtime for ManualRuntime {
    fn spawn(&self, future: BoxFuture<'static, ()>) {
        let mut state = lock(&self.shared.state);
        state.spawned += 1;
        if state.killed {
            drop(state);
            // Its drop may run anything, also another spawn: not under the lock.
            drop(future);
            return;
        }
        let id = state.spawned as u64;
        let task = Task::new(id, future, Arc::downgrade(&self.shared));
        state.tasks.insert(id, task);
        drop(state);
        self.shared.wake(id);
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(self.shared.clock.sleep(duration))
    }
}

impl Shared {
    fn wake(self: &Arc<Self>, id: u64) {
        let start = {
            let mut state = lock(&self.state);
            if !state.tasks.contains_key(&id) {
                return;
            }
            state.woken.push_back(id);
            let start = self.threaded && !state.driving;
            state.driving |= start;
            start
        };
        if start {
            let shared = Arc::clone(self);
            let thread = std::thread::Builder::new()
                .name("manual-runtime".to_owned())
                .spawn(move || shared.drive());
            if thread.is_err() {
                // The next wake tries again.
                lock(&self.state).driving = false;
            }
        }
    }

    /// The background thread: until nothing is woken.
    fn drive(&self) {
        loop {
            while self.run_one() {}
            let mut state = lock(&self.state);
            if state.woken.is_empty() {
                state.driving = false;
                return;
            }
        }
    }

    /// Polls one woken future. `false`: nothing is woken.
    fn run_one(&self) -> bool {
        let task = {
            let mut state = lock(&self.state);
            let Some(id) = state.woken.pop_front() else {
                return false;
            };
            state.tasks.get(&id).cloned()
        };
        if let Some(task) = task
            && task.run()
        {
            let done = lock(&self.state).tasks.remove(&task.id());
            drop(done);
        }
        true
    }
}

impl fmt::Debug for ManualRuntime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = lock(&self.shared.state);
        f.debug_struct("ManualRuntime")
            .field("threaded", &self.shared.threaded)
            .field("spawned", &state.spawned)
            .field("pending", &state.tasks.len())
            .field("killed", &state.killed)
            .finish_non_exhaustive()
    }
}

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests;
