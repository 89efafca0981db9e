use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use super::channel::Channel;
use super::ready::Place;
use super::{Authenticator, Client};
use crate::auth::Auth;
use crate::clock::{Clock, SystemClock};
use crate::error::AuthError;
use crate::guard::{CredentialNames, ForeignPolicy};
use crate::observer::Observer;
use crate::sync::Mutex;
use crate::target::Target;

/// Builds an [`Authenticator`]. Target and auth are given at the start, so that there is no way to
/// give two.
#[must_use]
pub struct AuthenticatorBuilder {
    target: Target,
    auth: Auth,
    foreign: ForeignPolicy,
    clock: Arc<dyn Clock>,
    observer: Option<Arc<dyn Observer>>,
    inherited: Option<Arc<CredentialNames>>,
}

impl AuthenticatorBuilder {
    pub(super) fn new(target: Target, auth: Auth) -> Self {
        Self {
            target,
            auth,
            foreign: ForeignPolicy::default(),
            clock: Arc::new(SystemClock::new()),
            observer: None,
            inherited: None,
        }
    }

    pub(super) fn like(client: &Client, target: Target, auth: Auth) -> Self {
        Self {
            target,
            auth,
            foreign: client.foreign,
            clock: Arc::clone(&client.clock),
            observer: client.observer.clone(),
            inherited: Some(Arc::clone(client.main.load().names())),
        }
    }

    /// What to do with a credential that is on a request already; [`ForeignPolicy::Reject`] by
    /// default.
    pub fn foreign(mut self, policy: ForeignPolicy) -> Self {
        self.foreign = policy;
        self
    }

    /// The clock for the expiry of static credentials. Providers bring theirs
    /// ([`CachedProvider::builder`](crate::CachedProvider::builder)).
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Who hears of rejections, replays, replaces and conflicts.
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Shares what many clients have in common: an allocation less for each.
    pub(crate) fn shares(
        mut self,
        clock: &Arc<dyn Clock>,
        observer: Option<&Arc<dyn Observer>>,
    ) -> Self {
        self.clock = Arc::clone(clock);
        self.observer = observer.cloned();
        self
    }

    /// The authenticator.
    ///
    /// # Errors
    /// When the target does not say where a credential of this form goes.
    pub fn build(self) -> Result<Authenticator, AuthError> {
        let Self {
            target,
            auth,
            foreign,
            clock,
            observer,
            inherited,
        } = self;
        // A request that still carries what the parent put there is found out.
        let names = match inherited {
            Some(inherited) => target.credential_names().inheriting(&inherited),
            None => Arc::clone(target.credential_names()),
        };
        let main = Channel::new(auth, &target, Place::Target, &clock, Arc::clone(&names))?;
        let gateways = target
            .gateways()
            .iter()
            .map(|gateway| {
                let place = Place::Gateway(gateway.header.clone());
                let names = Arc::clone(&names);
                Channel::new(gateway.auth.clone(), &target, place, &clock, names)
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Authenticator {
            client: Arc::new(Client {
                target,
                main,
                gateways,
                foreign,
                clock,
                observer,
                skew: AtomicI64::new(0),
                past: Mutex::new(VecDeque::new()),
            }),
        })
    }
}

impl fmt::Debug for AuthenticatorBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthenticatorBuilder")
            .field("target", &self.target)
            .field("auth", &self.auth)
            .field("foreign", &self.foreign)
            .finish_non_exhaustive()
    }
}
