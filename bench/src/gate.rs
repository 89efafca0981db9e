//! A starting line for tasks: they go once every worker is awake.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::ThreadId;

/// Opens when tasks on so many different threads have come.
#[derive(Debug)]
pub struct Gate {
    workers: usize,
    seen: Mutex<HashSet<ThreadId>>,
    open: AtomicBool,
}

impl Gate {
    /// Opens once `workers` threads have run a task that waits here.
    pub fn new(workers: usize) -> Self {
        Self {
            workers,
            seen: Mutex::default(),
            open: AtomicBool::new(false),
        }
    }

    /// Waits by yielding, so that a worker that wakes up finds tasks to steal. Waking one takes up to a
    /// millisecond, which a short sample would otherwise spend on one worker.
    pub async fn pass(&self) {
        while !self.is_open() {
            tokio::task::yield_now().await;
        }
    }

    fn is_open(&self) -> bool {
        if self.open.load(Ordering::Acquire) {
            return true;
        }
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.insert(std::thread::current().id());
        let open = seen.len() >= self.workers;
        self.open.store(open, Ordering::Release);
        open
    }
}
