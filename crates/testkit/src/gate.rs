//! Holds futures back until a test lets them go.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use crate::sync::lock;

/// Holds futures back until a test lets them go. Clones are the same gate. Needs no runtime.
///
/// A new gate is shut. [`release_one`](Self::release_one) lets one through, [`open`](Self::open)
/// everybody, from then on.
#[derive(Clone, Default)]
pub struct Gate {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    /// Somebody arrived at the gate.
    arrived: Condvar,
}

#[derive(Default)]
struct State {
    open: bool,
    permits: usize,
    waiting: BTreeMap<u64, Waker>,
    arrivals: u64,
}

impl Gate {
    /// A shut gate.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets everybody through, also those who come later.
    pub fn open(&self) {
        let waiting = {
            let mut state = lock(&self.shared.state);
            state.open = true;
            std::mem::take(&mut state.waiting)
        };
        for waker in waiting.into_values() {
            waker.wake();
        }
    }

    /// Shuts it again, and takes back what [`release_one`](Self::release_one) gave and nobody used.
    pub fn shut(&self) {
        let mut state = lock(&self.shared.state);
        state.open = false;
        state.permits = 0;
    }

    /// Lets one through: the next one, if nobody waits.
    pub fn release_one(&self) {
        let waiting = {
            let mut state = lock(&self.shared.state);
            state.permits += 1;
            std::mem::take(&mut state.waiting)
        };
        // All look; one of them gets through and the others wait again.
        for waker in waiting.into_values() {
            waker.wake();
        }
    }

    /// How many wait.
    pub fn waiting(&self) -> usize {
        lock(&self.shared.state).waiting.len()
    }

    /// Blocks this thread until at least `count` wait, for tests with real threads. `false`: they did not
    /// come within `at_most`.
    #[must_use]
    pub fn await_waiting(&self, count: usize, at_most: Duration) -> bool {
        let state = lock(&self.shared.state);
        let (state, _) = self
            .shared
            .arrived
            .wait_timeout_while(state, at_most, |state| state.waiting.len() < count)
            .unwrap_or_else(PoisonError::into_inner);
        state.waiting.len() >= count
    }

    /// Waits until it is let through.
    pub fn pass(&self) -> Pass {
        let mut state = lock(&self.shared.state);
        state.arrivals += 1;
        Pass {
            gate: self.clone(),
            id: state.arrivals,
        }
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = lock(&self.shared.state);
        f.debug_struct("Gate")
            .field("open", &state.open)
            .field("waiting", &state.waiting.len())
            .finish_non_exhaustive()
    }
}

/// Waits at a [`Gate`].
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct Pass {
    gate: Gate,
    id: u64,
}

impl Future for Pass {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let shared = &self.gate.shared;
        let before = {
            let mut state = lock(&shared.state);
            if state.open {
                return Poll::Ready(());
            }
            if state.permits > 0 {
                state.permits -= 1;
                return Poll::Ready(());
            }
            state.waiting.insert(self.id, cx.waker().clone())
        };
        shared.arrived.notify_all();
        drop(before);
        Poll::Pending
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let waker = lock(&self.gate.shared.state).waiting.remove(&self.id);
        drop(waker);
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use super::*;

    fn poll(pass: &mut Pass) -> bool {
        let mut cx = Context::from_waker(Waker::noop());
        pin!(pass).poll(&mut cx).is_ready()
    }

    #[test]
    fn lets_one_through_then_everybody_then_nobody() {
        let gate = Gate::new();
        let (mut one, mut two, mut three) = (gate.pass(), gate.pass(), gate.pass());
        assert!(!poll(&mut one) && !poll(&mut two));
        assert_eq!(gate.waiting(), 2);
        gate.release_one();
        assert!(poll(&mut one) && !poll(&mut two));
        gate.open();
        assert!(poll(&mut two) && poll(&mut gate.pass()));
        gate.shut();
        assert!(!poll(&mut three));
    }

    #[test]
    fn a_permit_waits_for_the_next_one_and_shutting_takes_it_back() {
        let gate = Gate::new();
        gate.release_one();
        assert!(poll(&mut gate.pass()) && !poll(&mut gate.pass()));
        gate.release_one();
        gate.shut();
        assert!(!poll(&mut gate.pass()));
    }

    #[test]
    fn who_leaves_waits_no_more() {
        let gate = Gate::new();
        let mut pass = gate.pass();
        assert!(!poll(&mut pass));
        drop(pass);
        assert_eq!(gate.waiting(), 0);
        assert!(!gate.await_waiting(1, Duration::from_millis(1)));
    }
}
