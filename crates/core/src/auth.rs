//! The single choice of a client.

use std::fmt;

use crate::cache::CachedProvider;
use crate::credential::{Credential, CredentialKind};
use crate::error::Conflict;
use crate::header_secret::HeaderSecret;
use crate::signer::RequestSigner;
use crate::source_name::SourceName;

/// The single choice of a client: anonymous, a static credential, or a cached provider. One value,
/// never two optional fields.
///
/// ```
/// use onecred_core::{Auth, HeaderSecret, TextFrom};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let key = HeaderSecret::parse("sk-my-key", TextFrom::Argument)?;
/// let auth = Auth::api_key(key);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Auth {
    /// No credential, by choice: nothing ambient is looked up, no credential header is sent.
    Anonymous,
    /// A credential that nothing refreshes.
    Static(StaticCredential),
    /// A provider with its cache.
    Provider(CachedProvider),
}

impl Auth {
    /// A static API key, placed where the target says.
    pub fn api_key(secret: HeaderSecret) -> Self {
        Self::fixed(Credential::api_key(secret))
    }

    /// A static access token: `Authorization: Bearer …`.
    pub fn bearer(token: HeaderSecret) -> Self {
        Self::fixed(Credential::bearer(token))
    }

    /// A signer over a fixed secret.
    pub fn signer(signer: impl RequestSigner) -> Self {
        Self::fixed(Credential::signed(signer))
    }

    /// Any credential, taken as it is. It is never refreshed, and refused after its expiry.
    pub fn fixed(credential: Credential) -> Self {
        Self::Static(StaticCredential::new(credential))
    }

    /// A provider, or one that is cached already and shared with other clients.
    pub fn provider(provider: impl Into<CachedProvider>) -> Self {
        Self::Provider(provider.into())
    }

    /// The same choice, known to reports as coming from `source`.
    #[must_use]
    pub fn with_source_name(self, source: impl Into<SourceName>) -> Self {
        match self {
            Self::Static(fixed) => Self::Static(fixed.with_source_name(source)),
            Self::Provider(provider) => Self::Provider(provider.with_source_name(source)),
            Self::Anonymous => Self::Anonymous,
        }
    }

    /// The one choice among what was found in data (a configuration file, flags, a resolver's tier).
    ///
    /// # Errors
    /// [`Conflict`] when there are two, which names both and never their values.
    pub fn exactly_one(
        found: impl IntoIterator<Item = (SourceName, Self)>,
    ) -> Result<Option<Self>, Conflict> {
        let mut found = found.into_iter();
        let Some((first, auth)) = found.next() else {
            return Ok(None);
        };
        match found.next() {
            Some((second, _)) => Err(Conflict::new(first, second)),
            None => Ok(Some(auth.with_source_name(first))),
        }
    }

    /// The wire form, where it is known without asking a provider.
    pub fn kind(&self) -> Option<CredentialKind> {
        match self {
            Self::Anonymous => None,
            Self::Static(fixed) => Some(fixed.credential().kind()),
            Self::Provider(provider) => provider.status().kind,
        }
    }

    /// The name of where it came from.
    pub fn source(&self) -> SourceName {
        match self {
            Self::Anonymous => SourceName::new("anonymous"),
            Self::Static(fixed) => fixed.source().clone(),
            Self::Provider(provider) => provider.source(),
        }
    }
}

impl<P: Into<CachedProvider>> From<P> for Auth {
    fn from(provider: P) -> Self {
        Self::provider(provider)
    }
}

/// A credential that nothing refreshes: no cache, no task.
#[derive(Clone)]
pub struct StaticCredential {
    credential: Credential,
    source: SourceName,
}

impl StaticCredential {
    /// A static credential given by the program itself.
    pub fn new(credential: Credential) -> Self {
        Self {
            credential,
            source: SourceName::argument(),
        }
    }

    /// The same, known to reports as coming from `source`.
    #[must_use]
    pub fn with_source_name(mut self, source: impl Into<SourceName>) -> Self {
        self.source = source.into();
        self
    }

    /// The credential.
    pub fn credential(&self) -> &Credential {
        &self.credential
    }

    /// Where it came from.
    pub fn source(&self) -> &SourceName {
        &self.source
    }
}

impl fmt::Debug for StaticCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StaticCredential")
            .field("source", &self.source)
            .field("credential", &self.credential)
            .finish()
    }
}
