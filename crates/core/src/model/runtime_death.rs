//! A runtime that disappears with a refresh on it: the refresh goes on elsewhere, and every waiter is told.

use std::sync::Mutex;
use std::task::{Context, Waker};
use std::time::Duration;

use shuttle::thread;

use super::{Threads, carried, client, explore, numbered_token, provider_on};
use crate::{BoxFuture, Runtime};

/// Drops what it is given, after polling it this many times.
#[derive(Debug)]
struct Dying {
    polls: usize,
}

impl Runtime for Dying {
    fn spawn(&self, mut future: BoxFuture<'static, ()>) {
        let polls = self.polls;
        thread::spawn(move || {
            let mut cx = Context::from_waker(Waker::noop());
            for _ in 0..polls {
                if future.as_mut().poll(&mut cx).is_ready() {
                    return;
                }
            }
        });
    }

    fn sleep(&self, _duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(std::future::pending())
    }
}

fn everybody_is_served_though_it_dies_after(polls: usize) {
    let (cached, calls) = provider_on(Dying { polls }, |n| Ok(numbered_token(n)));
    let client = client(cached);
    let waiting: Vec<_> = (0..3)
        .map(|_| {
            let client = client.clone();
            thread::spawn(move || carried(&client))
        })
        .collect();
    for waiter in waiting {
        assert_eq!(waiter.join().unwrap(), "token-0");
    }
    assert_eq!(calls.count.load(std::sync::atomic::Ordering::SeqCst), 1);
}

#[test]
fn before_it_polled() {
    explore(|| everybody_is_served_though_it_dies_after(0));
}

#[test]
fn half_way() {
    explore(|| everybody_is_served_though_it_dies_after(1));
}

/// Keeps refreshes until somebody ends it, as a runtime does that is shut down from elsewhere.
#[derive(Debug, Default, Clone)]
struct Parked(std::sync::Arc<Mutex<Vec<Kept>>>);

struct Kept {
    _refresh: BoxFuture<'static, ()>,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Kept")
    }
}

impl Runtime for Parked {
    fn spawn(&self, future: BoxFuture<'static, ()>) {
        self.0.lock().unwrap().push(Kept { _refresh: future });
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Threads.sleep(duration)
    }
}

#[test]
fn while_others_join_the_queue() {
    explore(|| {
        let parked = Parked::default();
        let (cached, calls) = provider_on(parked.clone(), |n| Ok(numbered_token(n)));
        let client = client(cached);
        assert!(
            super::try_send(&client).is_none(),
            "nothing runs the refresh yet"
        );
        let waiting: Vec<_> = (0..2)
            .map(|_| {
                let client = client.clone();
                thread::spawn(move || carried(&client))
            })
            .collect();
        let ends = thread::spawn(move || {
            let kept = std::mem::take(&mut *parked.0.lock().unwrap());
            drop(kept);
        });
        for waiter in waiting {
            assert_eq!(waiter.join().unwrap(), "token-0");
        }
        ends.join().unwrap();
        assert_eq!(calls.count(), 1);
    });
}
