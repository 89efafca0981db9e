use std::fmt;

use super::promise::Promise;

/// A promise that a provider broke. Its `Display` says what was promised, what was seen, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Broken {
    /// Which promise.
    pub promise: Promise,
    /// What the provider did instead. It contains no secret, unless the provider's error text does.
    pub seen: String,
}

impl Broken {
    pub(super) fn new(promise: Promise, seen: impl Into<String>) -> Self {
        Self {
            promise,
            seen: seen.into(),
        }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { promise, seen } = self;
        let (promised, mend) = (promise.text(), promise.mend());
        write!(
            f,
            "{promise}\n  promised: {promised}\n  seen:     {seen}\n  mend:     {mend}"
        )
    }
}
