//! The locks, atomics and thread-locals of the slot and the cache, in one place.
//!
//! Under `--cfg onecred_model` they are those of `shuttle`, which explores schedules; the code above
//! does not know the difference.

#[cfg(not(onecred_model))]
pub(crate) use std::sync::{Mutex, MutexGuard, atomic::AtomicU64, atomic::Ordering};
#[cfg(not(onecred_model))]
pub(crate) use std::thread_local;

#[cfg(onecred_model)]
pub(crate) use shuttle::sync::{Mutex, MutexGuard, atomic::AtomicU64, atomic::Ordering};
#[cfg(onecred_model)]
pub(crate) use shuttle::thread_local;

/// Locks, whatever a panicking holder left behind: every critical section here leaves valid state.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}
