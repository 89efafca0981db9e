//! The clock port.

use std::fmt::Debug;
use std::time::{Duration, SystemTime};

#[cfg(target_os = "linux")]
use nix::time::{ClockId, clock_gettime};

/// Tells the time: wall time, against which issuers state expiry, and monotonic time, which no
/// administrator can move.
///
/// Everything in onecred that needs the time asks a `Clock`, so that tests turn it by hand
/// (`onecred_testkit::ManualClock`).
pub trait Clock: Debug + Send + Sync + 'static {
    /// The wall time now. It may jump in either direction.
    fn now(&self) -> SystemTime;

    /// Time since some fixed moment in the past, never going back.
    fn monotonic(&self) -> Duration;
}

impl<C: Clock + ?Sized> Clock for std::sync::Arc<C> {
    fn now(&self) -> SystemTime {
        (**self).now()
    }

    fn monotonic(&self) -> Duration {
        (**self).monotonic()
    }
}

/// The system's clocks.
///
/// Where the platform has them (Linux), the coarse clocks are read: they cost a quarter of the
/// precise ones and lag by a few milliseconds at most, which is far below the margin that the cache
/// keeps before an expiry.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct SystemClock;

impl SystemClock {
    /// The system's clocks.
    pub fn new() -> Self {
        Self
    }
}

#[cfg(target_os = "linux")]
#[expect(clippy::disallowed_methods, reason = "this is the clock port")]
impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        match read(ClockId::CLOCK_REALTIME_COARSE) {
            Some(since_epoch) => SystemTime::UNIX_EPOCH + since_epoch,
            None => SystemTime::now(),
        }
    }

    fn monotonic(&self) -> Duration {
        read(ClockId::CLOCK_MONOTONIC_COARSE).unwrap_or_default()
    }
}

/// By the C library rather than by a raw call: the vdso is then found under valgrind and sanitizers too.
#[cfg(target_os = "linux")]
fn read(clock: ClockId) -> Option<Duration> {
    let time = clock_gettime(clock).ok()?;
    let seconds = u64::try_from(time.tv_sec()).ok()?;
    let nanos = u32::try_from(time.tv_nsec()).ok()?;
    Some(Duration::new(seconds, nanos))
}

#[cfg(not(target_os = "linux"))]
#[expect(clippy::disallowed_methods, reason = "this is the clock port")]
impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn monotonic(&self) -> Duration {
        static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
        START.get_or_init(std::time::Instant::now).elapsed()
    }
}
