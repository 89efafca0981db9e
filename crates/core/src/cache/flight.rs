//! One refresh in progress, and everybody who waits for it.
//!
//! The waiter list is our own so that the model checker sees into it, and so that a waiter needs no
//! executor: any waker will do, a thread's as well as a task's.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::entry::Entry;
use crate::provider::ProviderError;
use crate::sync::{Mutex, lock};

pub(crate) type Outcome = Result<Arc<Entry>, ProviderError>;

/// One refresh, or any other event that many wait for. Lands exactly once.
pub(crate) struct Flight<T = Outcome> {
    state: Mutex<State<T>>,
}

enum State<T> {
    InTheAir {
        waiters: Vec<Option<Waker>>,
        free: Vec<usize>,
    },
    Landed(T),
}

impl<T: Clone> Flight<T> {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State::InTheAir {
                waiters: Vec::new(),
                free: Vec::new(),
            }),
        })
    }

    /// Completes the refresh and wakes everybody. A second landing changes nothing.
    pub(crate) fn land(&self, outcome: T) {
        let waiters = {
            let mut state = lock(&self.state);
            match &mut *state {
                State::Landed(_) => return,
                State::InTheAir { waiters, .. } => {
                    let waiters = std::mem::take(waiters);
                    *state = State::Landed(outcome);
                    waiters
                }
            }
        };
        for waiter in waiters.into_iter().flatten() {
            // One waker that panics must not keep the others asleep.
            let woken = std::panic::catch_unwind(AssertUnwindSafe(|| waiter.wake()));
            drop(woken);
        }
    }

    /// Waits for the landing. Dropping the future only leaves the queue.
    pub(crate) fn wait(self: &Arc<Self>) -> Wait<T> {
        Wait {
            flight: Arc::clone(self),
            place: None,
        }
    }
}

/// Waits for one flight.
pub(crate) struct Wait<T = Outcome> {
    flight: Arc<Flight<T>>,
    place: Option<usize>,
}

impl<T: Clone> Future for Wait<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let flight = Arc::clone(&self.flight);
        let mut state = lock(&flight.state);
        let (waiters, free) = match &mut *state {
            State::Landed(outcome) => {
                self.place = None;
                return Poll::Ready(outcome.clone());
            }
            State::InTheAir { waiters, free } => (waiters, free),
        };
        let place = match self.place.or_else(|| free.pop()) {
            Some(place) => place,
            None => {
                waiters.push(None);
                waiters.len() - 1
            }
        };
        self.place = Some(place);
        let before = match waiters.get_mut(place) {
            Some(slot) if slot.as_ref().is_some_and(|w| w.will_wake(cx.waker())) => None,
            Some(slot) => slot.replace(cx.waker().clone()),
            None => None,
        };
        // A waker's drop may run a task's drop, which may come back here: never under the lock.
        drop(state);
        drop(before);
        Poll::Pending
    }
}

impl<T> Drop for Wait<T> {
    fn drop(&mut self) {
        let Some(place) = self.place.take() else {
            return;
        };
        let before = match &mut *lock(&self.flight.state) {
            State::InTheAir { waiters, free } => {
                free.push(place);
                waiters.get_mut(place).and_then(Option::take)
            }
            State::Landed(_) => None,
        };
        drop(before);
    }
}
