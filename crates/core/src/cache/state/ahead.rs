//! The same decisions for a scheduler, which wants no credential.

use std::time::Duration;

use super::super::entry::Now;
use super::{Launch, State};
use crate::provider::Reason;

pub(in crate::cache) enum AheadStep {
    Start(Launch),
    /// Not before this moment of the monotonic clock.
    At(Duration),
    Later,
}

impl State {
    /// Whether to refresh now, with nobody waiting.
    pub(in crate::cache) fn ahead(&mut self, now: Now, idle_limit: Duration) -> AheadStep {
        // What is in the air lands by itself; what was rejected or is gone is the next use's to replace.
        if self.flight.is_some() || self.rejected {
            return AheadStep::Later;
        }
        let Some(entry) = self.usable(now) else {
            return AheadStep::Later;
        };
        if !entry.is_soft(now) {
            return entry.due().map_or(AheadStep::Later, AheadStep::At);
        }
        if let Some(failure) = self.backing_off(now, true) {
            return AheadStep::At(failure.retry_while_servable);
        }
        if self.asked < self.since && now.age.saturating_sub(self.asked) >= idle_limit {
            return AheadStep::Later;
        }
        AheadStep::Start(self.launch(Reason::RefreshAhead, now))
    }
}
