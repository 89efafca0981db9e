use std::fmt;
use std::sync::Arc;

use http::HeaderName;

use super::{Gateway, Inner, KeyPlacement, Target};
use crate::auth::Auth;
use crate::guard::{self, CredentialNames};
use crate::origin::{InvalidOrigin, Origin};
use crate::receipt::MAX_GATEWAYS;
use crate::untrusted::Untrusted;

/// Builds a [`Target`].
#[derive(Debug, Clone)]
#[must_use]
pub struct TargetBuilder {
    name: Arc<str>,
    origins: Vec<Origin>,
    base_url: Option<String>,
    ambient: bool,
    key: Option<KeyPlacement>,
    audience: Option<String>,
    region: Option<String>,
    service: Option<String>,
    gateways: Vec<Gateway>,
}

/// Why a target cannot be built.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidTarget {
    /// An origin or base URL is not one a credential may go to. Correct the URL.
    Origin(InvalidOrigin),
    /// No origin was given, so no request could ever be authorized. Add `.origin(…)`.
    NoOrigin,
    /// The text, made fit for display, is not a header name. Correct it.
    HeaderName(String),
    /// The header frames the message and cannot carry a credential. Choose another.
    HeaderNotAllowed(HeaderName),
    /// A request has room for two gateways' credentials. Remove one.
    TooManyGateways,
    /// A gateway and the key, or two gateways, want the same header. One header carries one
    /// credential.
    HeaderTakenTwice(HeaderName),
}

impl fmt::Display for InvalidTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Origin(_) => f.write_str("a credential cannot be bound to this URL"),
            Self::NoOrigin => f.write_str("the target has no origin"),
            Self::HeaderName(text) => {
                write!(f, "`{}` is not a header name", Untrusted::new(text))
            }
            Self::HeaderNotAllowed(name) => write!(f, "`{name}` cannot carry a credential"),
            Self::TooManyGateways => f.write_str("a target has at most two gateways"),
            Self::HeaderTakenTwice(name) => {
                write!(f, "`{name}` is asked to carry two credentials")
            }
        }
    }
}

impl std::error::Error for InvalidTarget {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Origin(error) => Some(error),
            _ => None,
        }
    }
}

impl From<InvalidOrigin> for InvalidTarget {
    fn from(error: InvalidOrigin) -> Self {
        Self::Origin(error)
    }
}

impl TargetBuilder {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: Arc::from(name),
            origins: Vec::new(),
            base_url: None,
            ambient: false,
            key: None,
            audience: None,
            region: None,
            service: None,
            gateways: Vec::new(),
        }
    }

    /// Adds an origin: `https://host[:port]`, or `http://` to loopback. No path.
    ///
    /// # Errors
    /// When no credential may go there, or the text is more than an origin.
    pub fn origin(mut self, origin: impl AsRef<str>) -> Result<Self, InvalidTarget> {
        self.add(Origin::parse(origin.as_ref())?);
        Ok(self)
    }

    /// Sets the base URL, whose origin is added to the list.
    ///
    /// # Errors
    /// When no credential may go there.
    pub fn base_url(mut self, url: impl AsRef<str>) -> Result<Self, InvalidTarget> {
        let url = url.as_ref();
        self.add(Origin::of_url(url)?);
        self.base_url = Some(url.to_owned());
        Ok(self)
    }

    /// Only the environment names where this is. For resolvers: what they found in the environment may go
    /// there, a credential that the program brings later may not.
    pub fn ambient(mut self) -> Self {
        self.ambient = true;
        self
    }

    /// API keys go under this header, as they are.
    ///
    /// # Errors
    /// When the text is not a header name, or the header frames the message.
    pub fn key_header(mut self, name: impl AsRef<str>) -> Result<Self, InvalidTarget> {
        let name = header_name(name.as_ref())?;
        self.key = Some(KeyPlacement::Header(name));
        Ok(self)
    }

    /// API keys go as `Authorization: Bearer …`.
    pub fn key_bearer(mut self) -> Self {
        self.key = Some(KeyPlacement::Bearer);
        self
    }

    /// Tokens are minted for this audience; a credential for another does not fit.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = Some(audience.into());
        self
    }

    /// The region that requests are signed for.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// The service that requests are signed for.
    pub fn service(mut self, service: impl Into<String>) -> Self {
        self.service = Some(service.into());
        self
    }

    /// A gateway on the way wants a credential of its own under this header (an API key as it is, a
    /// bearer as `Bearer …`). It is the only way to have two, and reports and receipts list it.
    ///
    /// # Errors
    /// When the text is not a header name, or the header frames the message.
    pub fn gateway(mut self, header: impl AsRef<str>, auth: Auth) -> Result<Self, InvalidTarget> {
        let header = header_name(header.as_ref())?;
        self.gateways.push(Gateway { header, auth });
        Ok(self)
    }

    fn add(&mut self, origin: Origin) {
        if !self.origins.contains(&origin) {
            self.origins.push(origin);
        }
    }

    /// The target.
    ///
    /// # Errors
    /// When it has no origin, or one header would carry two credentials.
    pub fn build(self) -> Result<Target, InvalidTarget> {
        if self.origins.is_empty() {
            return Err(InvalidTarget::NoOrigin);
        }
        if self.gateways.len() > MAX_GATEWAYS {
            return Err(InvalidTarget::TooManyGateways);
        }
        let mut taken: Vec<&HeaderName> = self.key.iter().map(KeyPlacement::header).collect();
        for gateway in &self.gateways {
            if taken.contains(&&gateway.header) {
                return Err(InvalidTarget::HeaderTakenTwice(gateway.header.clone()));
            }
            taken.push(&gateway.header);
        }
        let names = CredentialNames::new(taken.into_iter().cloned())
            .reserve(self.gateways.iter().map(|gateway| gateway.header.clone()));
        let names = Arc::new(names);
        Ok(Target {
            inner: Arc::new(Inner {
                name: self.name,
                origins: self.origins,
                base_url: self.base_url,
                ambient: self.ambient,
                key: self.key,
                audience: self.audience,
                region: self.region,
                service: self.service,
                gateways: self.gateways,
                names,
            }),
        })
    }
}

fn header_name(text: &str) -> Result<HeaderName, InvalidTarget> {
    let name: HeaderName = text
        .parse()
        .map_err(|_| InvalidTarget::HeaderName(Untrusted::sanitize(text)))?;
    if guard::frames_the_message(&name) {
        return Err(InvalidTarget::HeaderNotAllowed(name));
    }
    Ok(name)
}
