use super::Authenticator;
use super::builder::AuthenticatorBuilder;
use crate::auth::Auth;
use crate::error::AuthError;
use crate::guard::ForeignPolicy;
use crate::target::Target;

/// Makes a new client from another: `.auth(…)` replaces the credential with everything that came
/// with it, `.target(…)` re-binds, neither inherits (and shares the parent's cached provider). The
/// parent does not change, and the environment is not read.
///
/// ```
/// # use onecred_core::{Auth, Authenticator, HeaderSecret, Target, TextFrom};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let target = Target::builder("api").origin("https://api.example.com")?.key_header("x-api-key")?.build()?;
/// # let parent = Authenticator::new(target, Auth::api_key(HeaderSecret::parse("key", TextFrom::Argument)?))?;
/// let token = HeaderSecret::parse("t0ken", TextFrom::Argument)?;
/// let child = parent.derive().auth(Auth::bearer(token)).build()?;
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use = "a derive does nothing until it is built"]
pub struct Derive {
    parent: Authenticator,
    auth: Option<Auth>,
    target: Option<Target>,
    foreign: Option<ForeignPolicy>,
    rebind: bool,
}

impl Authenticator {
    /// Starts a new client from this one.
    pub fn derive(&self) -> Derive {
        Derive {
            parent: self.clone(),
            auth: None,
            target: None,
            foreign: None,
            rebind: false,
        }
    }
}

impl Derive {
    /// The new client's auth; the parent's and its companions are gone from it.
    pub fn auth(mut self, auth: impl Into<Auth>) -> Self {
        self.auth = Some(auth.into());
        self
    }

    /// The new client's target. If its origins, region, service or audience differ, the new client
    /// needs an auth of its own or [`rebind`](Self::rebind).
    pub fn target(mut self, target: Target) -> Self {
        self.target = Some(target);
        self
    }

    /// Says that the credential is good where the new client goes: the inherited one at another target, or
    /// one that the program brings at a host that the environment named.
    pub fn rebind(mut self) -> Self {
        self.rebind = true;
        self
    }

    /// The new client's policy for foreign credentials; inherited by default.
    pub fn foreign(mut self, policy: ForeignPolicy) -> Self {
        self.foreign = Some(policy);
        self
    }

    /// The new client.
    ///
    /// # Errors
    /// [`AuthError::RebindRequired`] as said at [`target`](Self::target), [`AuthError::AmbientHost`] as said
    /// at [`Target::is_ambient`], and what
    /// [`Authenticator::new`] may say.
    pub fn build(self) -> Result<Authenticator, AuthError> {
        let parent = &self.parent.client;
        let inherited = self.parent.auth();
        let target = match self.target {
            Some(target) => target,
            None => parent.target.clone(),
        };
        let keeps_credential = self.auth.is_none() && !matches!(inherited, Auth::Anonymous);
        if keeps_credential
            && !self.rebind
            && let Some(what) = parent.target.binding_change(&target)
        {
            return Err(AuthError::RebindRequired(what));
        }
        let brings_one = self
            .auth
            .as_ref()
            .is_some_and(|auth| !matches!(auth, Auth::Anonymous));
        if brings_one && target.is_ambient() && !self.rebind {
            return Err(AuthError::AmbientHost {
                target: target.name().into(),
            });
        }
        let auth = self.auth.unwrap_or(inherited);
        let builder = AuthenticatorBuilder::like(parent, target, auth);
        match self.foreign {
            Some(policy) => builder.foreign(policy).build(),
            None => builder.build(),
        }
    }
}
