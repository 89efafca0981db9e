use onecred_core::{Auth, ForeignPolicy, Target};

use super::Client;
use crate::error::Error;

/// Makes a new [`Client`] from another, on the same connections. `.auth(…)` replaces the credential with everything
/// that came with it, `.target(…)` re-binds, neither inherits. The parent does not change.
#[derive(Debug)]
#[must_use = "a derive does nothing until it is built"]
pub struct Derive {
    parent: Client,
    inner: onecred_core::Derive,
}

impl Derive {
    pub(super) fn new(parent: &Client) -> Self {
        Self {
            parent: parent.clone(),
            inner: parent.authenticator.derive(),
        }
    }

    /// The new client's auth; the parent's and its companions are gone from it.
    pub fn auth(mut self, auth: impl Into<Auth>) -> Self {
        self.inner = self.inner.auth(auth);
        self
    }

    /// The new client's target. If its origins, region, service or audience differ, the new client needs an auth of
    /// its own or [`rebind`](Self::rebind).
    pub fn target(mut self, target: Target) -> Self {
        self.inner = self.inner.target(target);
        self
    }

    /// Says that the inherited credential is good at the new target too.
    pub fn rebind(mut self) -> Self {
        self.inner = self.inner.rebind();
        self
    }

    /// The new client's policy for foreign credentials; inherited by default.
    pub fn foreign(mut self, policy: ForeignPolicy) -> Self {
        self.inner = self.inner.foreign(policy);
        self
    }

    /// The new client.
    ///
    /// # Errors
    /// [`Error::Auth`] with what [`onecred_core::Derive::build`] says, and [`Error::DefaultHeader`] when an inherited
    /// default header is a credential at the new target.
    pub fn build(self) -> Result<Client, Error> {
        self.parent.with_authenticator(self.inner.build()?)
    }
}
