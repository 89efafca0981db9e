//! Refreshes that nobody waits for, started by a scheduler instead of by use.

use std::sync::Arc;
use std::time::Duration;

use super::state::AheadStep;
use super::{CachedProvider, Flight, refresh};
use crate::sync::lock;

/// What became of a look at a cache.
pub(crate) enum Ahead {
    /// This refresh was started.
    Started(Arc<Flight>),
    /// Not yet: at this moment of the monotonic clock.
    At(Duration),
    /// Nothing to do, and no telling when there will be.
    Later,
}

impl CachedProvider {
    /// Starts the refresh ahead of the expiry if it is due and the credential is in use.
    pub(crate) fn refresh_ahead(&self, idle_limit: Duration) -> Ahead {
        let now = self.shared.now();
        let step = lock(&self.shared.state).ahead(now, idle_limit);
        match step {
            AheadStep::Start(launch) => {
                let flight = Arc::clone(&launch.flight);
                refresh::start(&self.shared, launch);
                Ahead::Started(flight)
            }
            AheadStep::At(moment) => Ahead::At(moment),
            AheadStep::Later => Ahead::Later,
        }
    }
}
