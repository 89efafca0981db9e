//! Where a credential may go, and how it is written there.

mod builder;

use std::fmt;
use std::sync::Arc;

use http::{HeaderName, Uri};

pub use builder::{InvalidTarget, TargetBuilder};

use crate::auth::Auth;
use crate::error::{AuthError, OriginNotAllowed};
use crate::guard::CredentialNames;
use crate::origin::Origin;

/// Where a credential may go and how it is written there: allowed origins, header placement, region,
/// service, audience. Cheap to clone.
///
/// ```
/// use onecred_core::Target;
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let target = Target::builder("gateway")
///     .origin("https://llm.corp.example")?
///     .key_header("api-key")?
///     .build()?;
/// assert!(target.allows(&"https://llm.corp.example/v1/messages".parse()?));
/// assert!(!target.allows(&"https://llm.corp.example.evil.example/".parse()?));
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Target {
    inner: Arc<Inner>,
}

struct Inner {
    name: Arc<str>,
    origins: Vec<Origin>,
    base_url: Option<String>,
    ambient: bool,
    key: Option<KeyPlacement>,
    audience: Option<String>,
    region: Option<String>,
    service: Option<String>,
    gateways: Vec<Gateway>,
    names: Arc<CredentialNames>,
}

/// Where an API key goes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyPlacement {
    /// As it is, under this header.
    Header(HeaderName),
    /// As `Authorization: Bearer …`.
    Bearer,
}

impl KeyPlacement {
    /// The header that carries it.
    pub fn header(&self) -> &HeaderName {
        match self {
            Self::Header(name) => name,
            Self::Bearer => &http::header::AUTHORIZATION,
        }
    }
}

/// A second credential that a gateway on the way wants, declared here because nothing else may add
/// one.
#[derive(Debug, Clone)]
pub(crate) struct Gateway {
    pub(crate) header: HeaderName,
    pub(crate) auth: Auth,
}

impl Target {
    /// Starts a target of this name, which reports and errors show.
    pub fn builder(name: impl AsRef<str>) -> TargetBuilder {
        TargetBuilder::new(name.as_ref())
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// The origins that may see the credential.
    pub fn origins(&self) -> &[Origin] {
        &self.inner.origins
    }

    /// The base URL, if the target has one; always at one of the origins.
    pub fn base_url(&self) -> Option<&str> {
        self.inner.base_url.as_deref()
    }

    /// Whether only the environment names where this is. A credential that the program brings does not go
    /// there: [`Derive`](crate::Derive) and [`Authenticator::replace`](crate::Authenticator::replace)
    /// refuse it.
    pub fn is_ambient(&self) -> bool {
        self.inner.ambient
    }

    /// Where an API key goes, if the target takes one.
    pub fn key_placement(&self) -> Option<&KeyPlacement> {
        self.inner.key.as_ref()
    }

    /// The audience that tokens are minted for.
    pub fn audience(&self) -> Option<&str> {
        self.inner.audience.as_deref()
    }

    /// The region, for signers and providers.
    pub fn region(&self) -> Option<&str> {
        self.inner.region.as_deref()
    }

    /// The service name, for signers.
    pub fn service(&self) -> Option<&str> {
        self.inner.service.as_deref()
    }

    /// The headers of declared gateway credentials.
    pub fn gateway_headers(&self) -> impl Iterator<Item = &HeaderName> {
        self.inner.gateways.iter().map(|gateway| &gateway.header)
    }

    /// Whether a request to this absolute URI may carry the credential: scheme, host and port are in
    /// the list, nothing else is in the authority.
    #[inline]
    pub fn allows(&self, uri: &Uri) -> bool {
        self.inner.origins.iter().any(|origin| origin.matches(uri))
    }

    /// The same, with the error that names the origin: for adapters that decide before they authorize.
    ///
    /// # Errors
    /// When no credential of this target may go there.
    pub fn check_origin(&self, uri: &Uri) -> Result<(), OriginNotAllowed> {
        if self.allows(uri) {
            Ok(())
        } else {
            Err(self.refuse(uri))
        }
    }

    /// Whether this header carries a credential: one of the well-known names, or one that the target
    /// declares. For adapters that send a request on without credentials.
    pub fn is_credential_header(&self, name: &HeaderName) -> bool {
        self.inner.names.contains(name)
    }

    #[inline]
    pub(crate) fn check(&self, uri: &Uri) -> Result<(), AuthError> {
        if self.allows(uri) {
            Ok(())
        } else {
            Err(AuthError::OriginNotAllowed(self.refuse(uri)))
        }
    }

    #[cold]
    fn refuse(&self, uri: &Uri) -> OriginNotAllowed {
        let origin = match Origin::of_uri(uri) {
            Ok(origin) => origin.to_string(),
            Err(reason) => reason.to_string(),
        };
        OriginNotAllowed::new(origin, Arc::clone(&self.inner.name))
    }

    pub(crate) fn gateways(&self) -> &[Gateway] {
        &self.inner.gateways
    }

    pub(crate) fn credential_names(&self) -> &Arc<CredentialNames> {
        &self.inner.names
    }

    /// What a credential is bound to and differs between the two, if anything does.
    pub(crate) fn binding_change(&self, other: &Self) -> Option<&'static str> {
        let (a, b) = (&*self.inner, &*other.inner);
        let same_set = a.origins.len() == b.origins.len()
            && a.origins.iter().all(|origin| b.origins.contains(origin));
        if !same_set {
            Some("origins")
        } else if a.region != b.region {
            Some("region")
        } else if a.service != b.service {
            Some("service")
        } else if a.audience != b.audience {
            Some("audience")
        } else {
            None
        }
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target")
            .field("name", &self.inner.name)
            .field("origins", &self.inner.origins)
            .field("key", &self.inner.key)
            .field("audience", &self.inner.audience)
            .field("region", &self.inner.region)
            .field("service", &self.inner.service)
            .field("gateways", &self.inner.gateways)
            .finish_non_exhaustive()
    }
}
