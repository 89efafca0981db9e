//! When to look for a new credential: windows and back-off.

use std::time::Duration;

/// When a cache refreshes and how it retries. The defaults are the contract; change them only for an
/// issuer that asks for it.
///
/// ```
/// use std::time::Duration;
/// use onecred_core::CachePolicy;
/// let policy = CachePolicy::default().refresh_timeout(Duration::from_secs(10));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct CachePolicy {
    pub(crate) ahead: Duration,
    pub(crate) jitter: f64,
    pub(crate) skew: Duration,
    pub(crate) timeout: Duration,
    pub(crate) allow_subject_change: bool,
}

/// The skew margin is never more than this part of the life, so that short tokens are usable.
const SKEW_PART: u32 = 10;

const SERVABLE_FIRST: Duration = Duration::from_secs(1);
const SERVABLE_MOST: Duration = Duration::from_secs(60);
const SERVABLE_ASKED: Duration = Duration::from_secs(300);
const EMPTY_FIRST: Duration = Duration::from_secs(1);
const EMPTY_MOST: Duration = Duration::from_secs(5);
const EMPTY_ASKED: Duration = Duration::from_secs(60);
pub(crate) const DENIED: Duration = Duration::from_secs(60);
/// A fresh credential that is rejected before it is this old counts as a failed refresh.
pub(crate) const YOUNG: Duration = Duration::from_secs(60);

impl Default for CachePolicy {
    fn default() -> Self {
        Self {
            ahead: Duration::from_secs(300),
            jitter: 0.1,
            skew: Duration::from_secs(5),
            timeout: Duration::from_secs(30),
            allow_subject_change: false,
        }
    }
}

impl CachePolicy {
    /// How long before its expiry a credential is refreshed at the earliest; 5 minutes.
    pub fn refresh_ahead(mut self, ahead: Duration) -> Self {
        self.ahead = ahead;
        self
    }

    /// How much the start of the refresh window varies between processes, as a part of the window;
    /// 0.1 (±10 %). Clamped to 0..=0.5.
    pub fn jitter(mut self, part: f64) -> Self {
        self.jitter = if part.is_nan() {
            0.0
        } else {
            part.clamp(0.0, 0.5)
        };
        self
    }

    /// How long before its expiry a credential is no longer sent; 5 seconds, and never more than a
    /// tenth of its life.
    pub fn skew(mut self, skew: Duration) -> Self {
        self.skew = skew;
        self
    }

    /// How long one refresh may take; 30 seconds.
    pub fn refresh_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Accept a refresh that returns another subject's credential.
    pub fn allow_subject_change(mut self) -> Self {
        self.allow_subject_change = true;
        self
    }

    pub(crate) fn skew_for(&self, life: Duration) -> Duration {
        self.skew.min(life / SKEW_PART)
    }

    /// How long after it was provided a credential of this life is refreshed. `draw` is in 0..1.
    pub(crate) fn soft_after(&self, life: Duration, draw: f64) -> Duration {
        // Two thirds of the life, or `ahead` before its end, whichever is later.
        let start = life.saturating_sub(self.ahead).max(life / 3 * 2);
        let window = life.saturating_sub(start);
        let factor = 1.0 + self.jitter * (2.0 * draw - 1.0);
        let jittered = Duration::try_from_secs_f64(window.as_secs_f64() * factor);
        life.saturating_sub(jittered.unwrap_or(window))
    }
}

/// How long to wait after the `failures`-th failure in a row while something can be served.
pub(crate) fn delay_while_servable(failures: u32, asked: Option<Duration>, draw: f64) -> Duration {
    let own = spread(SERVABLE_FIRST, SERVABLE_MOST, failures, draw);
    asked.map_or(own, |asked| asked.min(SERVABLE_ASKED).max(own))
}

/// How long later callers get the same error without a call while nothing can be served.
pub(crate) fn delay_while_empty(failures: u32, asked: Option<Duration>, draw: f64) -> Duration {
    let own = spread(EMPTY_FIRST, EMPTY_MOST, failures, draw);
    asked.map_or(own, |asked| asked.min(EMPTY_ASKED).max(own))
}

/// Exponential with full jitter above the first delay, which nobody undercuts.
fn spread(first: Duration, most: Duration, failures: u32, draw: f64) -> Duration {
    let doublings = failures.saturating_sub(1).min(16);
    let ceiling = first.saturating_mul(1 << doublings).min(most);
    first + ceiling.saturating_sub(first).mul_f64(draw)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn the_soft_window_starts_at_the_later_of_the_two() {
        let policy = CachePolicy::default().jitter(0.0);
        assert_eq!(
            policy.soft_after(HOUR, 0.5),
            HOUR - Duration::from_secs(300)
        );
        let short = policy.soft_after(Duration::from_secs(3), 0.5);
        assert!((short.as_secs_f64() - 2.0).abs() < 0.001, "{short:?}");
    }

    #[test]
    fn jitter_moves_the_start_by_a_tenth_of_the_window() {
        let policy = CachePolicy::default();
        let (early, late) = (policy.soft_after(HOUR, 1.0), policy.soft_after(HOUR, 0.0));
        assert_eq!(early, HOUR - Duration::from_secs(330));
        assert_eq!(late, HOUR - Duration::from_secs(270));
    }

    #[test]
    fn the_skew_margin_leaves_short_tokens_usable() {
        let policy = CachePolicy::default();
        assert_eq!(
            policy.skew_for(Duration::from_secs(2)),
            Duration::from_millis(200)
        );
        assert_eq!(policy.skew_for(HOUR), Duration::from_secs(5));
    }

    #[test]
    fn delays_grow_are_bounded_and_obey_the_issuer() {
        let s = Duration::from_secs;
        assert_eq!(delay_while_servable(1, None, 0.99), s(1));
        assert!(delay_while_servable(3, None, 0.99) > s(3));
        assert!(delay_while_servable(40, None, 1.0) <= s(60));
        assert_eq!(delay_while_servable(1, Some(s(7)), 0.0), s(7));
        assert_eq!(delay_while_servable(1, Some(s(9999)), 0.0), s(300));
        assert_eq!(delay_while_empty(1, None, 0.5), s(1));
        assert!(delay_while_empty(40, None, 1.0) <= s(5));
        assert_eq!(delay_while_empty(1, Some(s(9999)), 0.0), s(60));
    }
}
