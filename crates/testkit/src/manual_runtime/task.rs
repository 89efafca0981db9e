//! One spawned future.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::task::{Context, Poll, Wake, Waker};

use onecred_core::BoxFuture;

use super::Shared;
use crate::sync::lock;

pub(super) struct Task {
    id: u64,
    runtime: Weak<Shared>,
    /// It is in the queue of woken tasks, so another wake adds nothing.
    queued: AtomicBool,
    slot: Mutex<Slot>,
}

enum Slot {
    Idle(BoxFuture<'static, ()>),
    /// A thread polls it now; `again`: another thread found it woken meanwhile.
    Running {
        again: bool,
    },
    Done,
}

impl Task {
    /// The caller queues it, as a new task is woken.
    pub(super) fn new(id: u64, future: BoxFuture<'static, ()>, runtime: Weak<Shared>) -> Arc<Self> {
        Arc::new(Self {
            id,
            runtime,
            queued: AtomicBool::new(true),
            slot: Mutex::new(Slot::Idle(future)),
        })
    }

    pub(super) fn id(&self) -> u64 {
        self.id
    }

    /// Polls it once. `true`: it is done. A panic ends it, as on any runtime.
    pub(super) fn run(self: &Arc<Self>) -> bool {
        self.queued.store(false, Ordering::SeqCst);
        let mut future = {
            let mut slot = lock(&self.slot);
            match std::mem::replace(&mut *slot, Slot::Running { again: false }) {
                Slot::Idle(future) => future,
                Slot::Running { .. } => {
                    *slot = Slot::Running { again: true };
                    return false;
                }
                Slot::Done => {
                    *slot = Slot::Done;
                    return true;
                }
            }
        };
        let waker = Waker::from(Arc::clone(self));
        let polled = std::panic::catch_unwind(AssertUnwindSafe(|| {
            future.as_mut().poll(&mut Context::from_waker(&waker))
        }));
        let is_pending = matches!(polled, Ok(Poll::Pending));
        let mut slot = lock(&self.slot);
        match *slot {
            Slot::Running { again } if is_pending => {
                *slot = Slot::Idle(future);
                drop(slot);
                if again {
                    self.wake_by_ref();
                }
                false
            }
            // Done, or cancelled while it ran.
            _ => {
                *slot = Slot::Done;
                drop(slot);
                drop(future);
                true
            }
        }
    }

    /// Drops the future; if it runs just now, when it has.
    pub(super) fn cancel(&self) {
        let before = std::mem::replace(&mut *lock(&self.slot), Slot::Done);
        drop(before);
    }
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.queued.swap(true, Ordering::SeqCst)
            && let Some(runtime) = self.runtime.upgrade()
        {
            runtime.wake(self.id);
        }
    }
}
