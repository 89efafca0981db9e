//! What was resolved.

use onecred_core::{Auth, AuthError, Authenticator, ForeignPolicy, Report, Target};

/// One auth, where it may go, and how it was found. It never looks at the environment again.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Resolved {
    /// Where the credential may go and how it is written there.
    pub target: Target,
    /// The one credential.
    pub auth: Auth,
    /// Every source that was looked at, and why it won or did not.
    pub report: Report,
    pub(crate) foreign: ForeignPolicy,
}

impl Resolved {
    /// The live handle for an HTTP client.
    ///
    /// # Errors
    /// As [`Authenticator::new`].
    pub fn authenticator(&self) -> Result<Authenticator, AuthError> {
        Authenticator::builder(self.target.clone(), self.auth.clone())
            .foreign(self.foreign)
            .build()
    }
}
