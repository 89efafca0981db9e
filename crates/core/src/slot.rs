//! One place that holds one value, read without a lock and replaced atomically.
//!
//! The primitive behind it is private, so that it can be changed in this file alone: `arc-swap` in
//! ordinary builds, a lock that the model checker sees under `--cfg onecred_model`.

use std::sync::Arc;

pub(crate) use backend::{Guard, Slot};

#[cfg(not(onecred_model))]
mod backend {
    use super::Arc;

    pub(crate) type Guard<T> = arc_swap::Guard<Arc<T>>;

    pub(crate) struct Slot<T>(arc_swap::ArcSwap<T>);

    impl<T> Slot<T> {
        pub(crate) fn new(value: T) -> Self {
            Self(arc_swap::ArcSwap::from_pointee(value))
        }

        /// Borrows the value of now. Never hold it across an await.
        pub(crate) fn load(&self) -> Guard<T> {
            self.0.load()
        }

        pub(crate) fn load_full(&self) -> Arc<T> {
            self.0.load_full()
        }

        pub(crate) fn store(&self, value: Arc<T>) {
            self.0.store(value);
        }

        /// Publishes `new` unless somebody replaced `current` in the meantime.
        pub(crate) fn store_if_same(&self, current: &Arc<T>, new: Arc<T>) -> bool {
            let before = self.0.compare_and_swap(current, new);
            Arc::ptr_eq(&before, current)
        }
    }
}

#[cfg(onecred_model)]
mod backend {
    use super::Arc;
    use crate::sync::{Mutex, lock};

    pub(crate) type Guard<T> = Arc<T>;

    pub(crate) struct Slot<T>(Mutex<Arc<T>>);

    impl<T> Slot<T> {
        pub(crate) fn new(value: T) -> Self {
            Self(Mutex::new(Arc::new(value)))
        }

        pub(crate) fn load(&self) -> Guard<T> {
            self.load_full()
        }

        pub(crate) fn load_full(&self) -> Arc<T> {
            Arc::clone(&lock(&self.0))
        }

        pub(crate) fn store(&self, value: Arc<T>) {
            *lock(&self.0) = value;
        }

        pub(crate) fn store_if_same(&self, current: &Arc<T>, new: Arc<T>) -> bool {
            let mut held = lock(&self.0);
            let same = Arc::ptr_eq(&held, current);
            if same {
                *held = new;
            }
            same
        }
    }
}

impl<T> std::fmt::Debug for Slot<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Slot")
    }
}
