//! The waiter list: whoever registers, moves or leaves, nobody who still waits is forgotten.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Waker};

use shuttle::future::block_on;
use shuttle::thread;

use super::explore;
use crate::ProviderError;
use crate::cache::{Flight, Outcome};

fn down() -> ProviderError {
    ProviderError::unavailable("down")
}

fn wait_for_landing(flight: &Arc<Flight<Outcome>>) {
    assert!(block_on(flight.wait()).is_err());
}

#[test]
fn everybody_hears_of_the_landing() {
    explore(|| {
        let flight = Flight::<Outcome>::new();
        let waiting: Vec<_> = (0..3)
            .map(|_| {
                let flight = Arc::clone(&flight);
                thread::spawn(move || wait_for_landing(&flight))
            })
            .collect();
        flight.land(Err(down()));
        for waiter in waiting {
            waiter.join().unwrap();
        }
        wait_for_landing(&flight);
    });
}

/// A place in the list that somebody left is taken by the next; the landing must find the new owner.
#[test]
fn a_waiter_that_leaves_takes_nobody_with_it() {
    explore(|| {
        let flight = Flight::<Outcome>::new();
        let leaves = {
            let flight = Arc::clone(&flight);
            thread::spawn(move || {
                let mut cx = Context::from_waker(Waker::noop());
                for _ in 0..2 {
                    let mut wait = Box::pin(flight.wait());
                    let _ = wait.as_mut().poll(&mut cx);
                }
            })
        };
        let stays: Vec<_> = (0..2)
            .map(|_| {
                let flight = Arc::clone(&flight);
                thread::spawn(move || wait_for_landing(&flight))
            })
            .collect();
        let lands = {
            let flight = Arc::clone(&flight);
            thread::spawn(move || flight.land(Err(down())))
        };
        for thread in stays.into_iter().chain([leaves, lands]) {
            thread.join().unwrap();
        }
    });
}

/// A future may be polled by one task first and by another afterwards: the last one is woken.
#[test]
fn a_waiter_that_moved_is_woken_where_it_is() {
    explore(|| {
        let flight = Flight::<Outcome>::new();
        let lands = {
            let flight = Arc::clone(&flight);
            thread::spawn(move || flight.land(Err(down())))
        };
        let mut wait = Box::pin(flight.wait());
        let mut elsewhere = Context::from_waker(Waker::noop());
        if wait.as_mut().poll(&mut elsewhere).is_pending() {
            let moved = thread::spawn(move || assert!(block_on(pin!(wait)).is_err()));
            moved.join().unwrap();
        }
        lands.join().unwrap();
    });
}

/// The first landing counts, for all.
#[test]
fn all_hear_the_same_even_if_it_lands_twice() {
    explore(|| {
        let flight = Flight::<Outcome>::new();
        let landings: Vec<_> = (0..2)
            .map(|_| {
                let flight = Arc::clone(&flight);
                thread::spawn(move || flight.land(Err(down())))
            })
            .collect();
        let heard: Vec<_> = (0..2)
            .map(|_| {
                let flight = Arc::clone(&flight);
                thread::spawn(move || block_on(flight.wait()).map(|_| ()).unwrap_err())
            })
            .map(|waiter| waiter.join().unwrap())
            .collect();
        assert!(heard[0].is_same(&heard[1]));
        for landing in landings {
            landing.join().unwrap();
        }
    });
}
