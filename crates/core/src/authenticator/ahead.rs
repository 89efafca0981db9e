use std::time::Duration;

use super::Authenticator;
use crate::auth::Auth;
use crate::cache::Ahead;

impl Authenticator {
    /// Refreshes the credential ahead of its expiry if that is due.
    pub(crate) fn refresh_ahead(&self, idle_limit: Duration) -> Ahead {
        let live = self.client.main.load_full();
        match &live.auth {
            Auth::Provider(cache) => cache.refresh_ahead(idle_limit),
            Auth::Anonymous | Auth::Static(_) => Ahead::Later,
        }
    }
}
