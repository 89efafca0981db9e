use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Clock, SystemClock};
use crate::fingerprint::Fingerprint;
use crate::runtime::{BoxFuture, Runtime, default_runtime};

/// Why a provider is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// There is no credential yet.
    FirstUse,
    /// The one in use is still good; this is the refresh ahead of its expiry.
    RefreshAhead,
    /// The last one has expired; callers wait.
    Expired,
    /// A server rejected the last one. A provider with a cache of its own must go past it.
    Rejected,
}

/// What a provider is told about the call.
#[derive(Clone)]
pub struct ProvideContext {
    reason: Reason,
    rejected: Option<Fingerprint>,
    deadline: Duration,
    clock: Arc<dyn Clock>,
    runtime: Arc<dyn Runtime>,
}

impl ProvideContext {
    pub(crate) fn new(
        reason: Reason,
        rejected: Option<Fingerprint>,
        deadline: Duration,
        clock: Arc<dyn Clock>,
        runtime: Arc<dyn Runtime>,
    ) -> Self {
        Self {
            reason,
            rejected,
            deadline,
            clock,
            runtime,
        }
    }

    /// A context for calling a provider by hand, with the system's clocks and 30 seconds.
    pub fn standalone(reason: Reason) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let deadline = clock.monotonic().saturating_add(Duration::from_secs(30));
        Self::new(reason, None, deadline, clock, default_runtime())
    }

    /// The same with this clock; the deadline stays as far away as it was.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Clock) -> Self {
        let remaining = self.remaining();
        self.deadline = clock.monotonic().saturating_add(remaining);
        self.clock = Arc::new(clock);
        self
    }

    /// The same on this runtime, which [`sleep`](Self::sleep) uses.
    #[must_use]
    pub fn with_runtime(mut self, runtime: impl Runtime) -> Self {
        self.runtime = Arc::new(runtime);
        self
    }

    /// The same, naming the credential that was rejected.
    #[must_use]
    pub fn with_rejected(mut self, fingerprint: Fingerprint) -> Self {
        self.rejected = Some(fingerprint);
        self
    }

    /// Why the provider is asked.
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// The credential that a server rejected, if that is the reason.
    pub fn rejected(&self) -> Option<&Fingerprint> {
        self.rejected.as_ref()
    }

    /// When the call is given up, on `clock().monotonic()`.
    pub fn deadline(&self) -> Duration {
        self.deadline
    }

    /// How long until the call is given up.
    pub fn remaining(&self) -> Duration {
        self.deadline.saturating_sub(self.clock.monotonic())
    }

    /// The clock to compute expiry and age with.
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// Sleeps on the runtime that runs the refresh, for retries within one call.
    pub fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.runtime.sleep(duration)
    }
}

impl fmt::Debug for ProvideContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProvideContext")
            .field("reason", &self.reason)
            .field("rejected", &self.rejected)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}
