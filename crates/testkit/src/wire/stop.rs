//! The one signal that ends a server.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use super::lock;

#[derive(Debug, Default)]
pub(super) struct Stop {
    asked: Mutex<bool>,
    bell: Condvar,
}

impl Stop {
    pub(super) fn ask(&self) {
        *lock(&self.asked) = true;
        self.bell.notify_all();
    }

    pub(super) fn is_asked(&self) -> bool {
        *lock(&self.asked)
    }

    /// Sleeps that long; false if it was cut short because somebody asked to stop.
    pub(super) fn sleep(&self, for_at_most: Duration) -> bool {
        let (asked, _) = self
            .bell
            .wait_timeout_while(lock(&self.asked), for_at_most, |asked| !*asked)
            .unwrap_or_else(PoisonError::into_inner);
        !*asked
    }
}
