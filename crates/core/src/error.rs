//! What can go wrong between a client and its credential.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use http::HeaderName;

use crate::cause::Cause;
use crate::hygiene::InvalidSecret;
use crate::provider::ProviderError;
use crate::source_name::SourceName;
use crate::untrusted::Untrusted;

/// Why a request could not be authorized, or a client not be built.
///
/// On any error nothing of ours is on the request.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum AuthError {
    /// Two credentials where one belongs. Remove one of the two sources that it names, or choose one
    /// explicitly.
    Conflict(Conflict),
    /// The request already carries a credential. Remove the header (it may come from default headers
    /// or another layer), or choose another [`ForeignPolicy`](crate::ForeignPolicy).
    ForeignCredential(ForeignName),
    /// The request goes to a place that is not in the target's list. Correct the URL, or derive a
    /// client for that place with a credential of its own.
    OriginNotAllowed(OriginNotAllowed),
    /// A secret cannot be used as it is. Paste it again; the error says what is wrong with it.
    InvalidSecret(InvalidSecret),
    /// The signer must cover a body that is not at hand; the request is untouched. Buffer the body and
    /// call again.
    BodyUnavailable,
    /// A static credential has expired. Replace it; nothing refreshes it.
    Expired(SystemTime),
    /// The provider failed. Its kind says what to do.
    Provider(ProviderError),
    /// A derive changed where the client goes without saying what happens to the credential. Give it
    /// one with `.auth(…)`, or call `.rebind()` if this one is good there too.
    RebindRequired(&'static str),
    /// The host is one that only the environment names, and the credential is one that the program
    /// brings. Consent by `.rebind()` on a derive, or give the base URL explicitly.
    AmbientHost {
        /// The target's name.
        target: Arc<str>,
    },
    /// The target does not say where this form of credential goes. Give it `.key_header(…)` or
    /// `.key_bearer()`.
    NoPlacement {
        /// The target's name.
        target: Arc<str>,
    },
    /// The header cannot carry a credential because it frames the message. Choose another.
    HeaderNotAllowed(HeaderName),
    /// The signer failed, or did what signers may not do. A bug in the signer, or bad key material.
    Signer(SignerError),
    /// The request has no room for another header. Send fewer.
    TooManyHeaders,
}

impl AuthError {
    /// An error of a signer: one fact, without any part of the request or the secret.
    pub fn signer(reason: &'static str) -> Self {
        Self::Signer(SignerError {
            reason,
            source: None,
        })
    }

    /// An error of a signer with its cause.
    pub fn signer_caused_by(
        reason: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Signer(SignerError {
            reason,
            source: Some(Cause::new(source)),
        })
    }
}

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict(conflict) => conflict.fmt(f),
            Self::ForeignCredential(name) => {
                write!(f, "the request already carries a credential: {name}")
            }
            Self::OriginNotAllowed(refused) => refused.fmt(f),
            Self::InvalidSecret(_) => f.write_str("a secret cannot be used as it is"),
            Self::BodyUnavailable => {
                f.write_str("the signature must cover the body, which is not at hand")
            }
            Self::Expired(_) => f.write_str("the static credential has expired"),
            Self::Provider(_) => f.write_str("the credential provider failed"),
            Self::RebindRequired(what) => write!(
                f,
                "the derived client changes its {what} and keeps the parent's credential"
            ),
            Self::AmbientHost { target } => write!(
                f,
                "only the environment names the host of target `{}`, to which no other credential goes",
                Untrusted::new(target)
            ),
            Self::NoPlacement { target } => write!(
                f,
                "target `{}` does not say where an API key goes",
                Untrusted::new(target)
            ),
            Self::HeaderNotAllowed(name) => write!(f, "`{name}` cannot carry a credential"),
            Self::Signer(error) => error.fmt(f),
            Self::TooManyHeaders => f.write_str("the request has no room for another header"),
        }
    }
}

impl std::error::Error for AuthError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::InvalidSecret(error) => Some(error),
            Self::Provider(error) => Some(error),
            Self::Signer(error) => error.source(),
            _ => None,
        }
    }
}

impl From<Conflict> for AuthError {
    fn from(conflict: Conflict) -> Self {
        Self::Conflict(conflict)
    }
}

impl From<InvalidSecret> for AuthError {
    fn from(error: InvalidSecret) -> Self {
        Self::InvalidSecret(error)
    }
}

impl From<ProviderError> for AuthError {
    fn from(error: ProviderError) -> Self {
        Self::Provider(error)
    }
}

/// Two credentials where one belongs: names both sources, never their values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    first: SourceName,
    second: SourceName,
}

impl Conflict {
    /// A conflict of these two sources.
    pub fn new(first: SourceName, second: SourceName) -> Self {
        Self { first, second }
    }

    pub(crate) fn on_request(first: &ForeignName, second: &ForeignName) -> Self {
        Self::new(
            SourceName::new(format!("request {first}")),
            SourceName::new(format!("request {second}")),
        )
    }

    /// The two sources.
    pub fn sources(&self) -> (&SourceName, &SourceName) {
        (&self.first, &self.second)
    }
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "two credentials where one belongs: {} and {}",
            self.first, self.second
        )
    }
}

impl std::error::Error for Conflict {}

/// The header or query parameter under which a foreign credential was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignName(Foreign);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Foreign {
    Header(HeaderName),
    Query(Cow<'static, str>),
}

impl ForeignName {
    pub(crate) fn header(name: HeaderName) -> Self {
        Self(Foreign::Header(name))
    }

    pub(crate) fn query(parameter: impl Into<Cow<'static, str>>) -> Self {
        Self(Foreign::Query(parameter.into()))
    }

    /// The header's name, if it was a header.
    pub fn as_header(&self) -> Option<&HeaderName> {
        match &self.0 {
            Foreign::Header(name) => Some(name),
            Foreign::Query(_) => None,
        }
    }

    /// The query parameter's name, if it was one.
    pub fn as_query(&self) -> Option<&str> {
        match &self.0 {
            Foreign::Header(_) => None,
            Foreign::Query(parameter) => Some(parameter),
        }
    }
}

impl fmt::Display for ForeignName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Foreign::Header(name) => write!(f, "header `{name}`"),
            Foreign::Query(parameter) => write!(f, "query parameter `{parameter}`"),
        }
    }
}

/// A request that was about to go where its credential may not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OriginNotAllowed {
    origin: String,
    target: Arc<str>,
}

impl OriginNotAllowed {
    pub(crate) fn new(origin: String, target: Arc<str>) -> Self {
        Self { origin, target }
    }

    /// Where the request was about to go, fit for display.
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

impl fmt::Display for OriginNotAllowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} is not an origin of target `{}`",
            self.origin,
            Untrusted::new(&self.target)
        )
    }
}

impl std::error::Error for OriginNotAllowed {}

/// A signer's failure.
#[derive(Debug, Clone)]
pub struct SignerError {
    reason: &'static str,
    source: Option<Cause>,
}

impl fmt::Display for SignerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the request could not be signed: {}", self.reason)
    }
}

impl std::error::Error for SignerError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source
            .as_ref()
            .map(|source| source as &(dyn std::error::Error + 'static))
    }
}
