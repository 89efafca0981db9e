use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::cause::Cause;
use crate::hygiene::InvalidSecret;
use crate::untrusted::Untrusted;

/// What kind of failure it is, which drives the chain, the cache and the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum ProviderErrorKind {
    /// There is nothing here. The only kind that lets a chain try the next source.
    /// User action: configure this source, or another one.
    NotConfigured,
    /// What is there cannot be used. User action: correct the configuration that the error names.
    Misconfigured,
    /// The issuer refuses. User action: log in again, or ask for access; the message says how.
    Denied,
    /// No answer, or one that asks for patience. The cache retries. User action: wait, or check the
    /// network and the issuer's status.
    Unavailable,
    /// A refresh returned another subject's credential. User action: check who is logged in, or allow
    /// the change in the cache policy.
    IdentityChanged,
}

/// A provider's failure. Cheap to clone: all callers that waited for one refresh share it.
///
/// ```
/// use std::time::Duration;
/// use onecred_core::{ProviderError, ProviderErrorKind};
/// let error = ProviderError::unavailable("the token endpoint answered 503")
///     .retry_after(Duration::from_secs(7));
/// assert_eq!(error.kind(), ProviderErrorKind::Unavailable);
/// ```
#[derive(Clone)]
pub struct ProviderError {
    inner: Arc<Inner>,
}

#[derive(Clone)]
struct Inner {
    kind: ProviderErrorKind,
    message: String,
    provider: Option<String>,
    retry_after: Option<Duration>,
    source: Option<Cause>,
}

impl ProviderError {
    /// An error of this kind. The message is one fact; it is shown through [`Untrusted`], so it may
    /// quote an `error_description`, but never a secret or a response body.
    pub fn new(kind: ProviderErrorKind, message: impl Into<String>) -> Self {
        Self {
            inner: Arc::new(Inner {
                kind,
                message: message.into(),
                provider: None,
                retry_after: None,
                source: None,
            }),
        }
    }

    /// [`ProviderErrorKind::NotConfigured`]
    pub fn not_configured(message: impl Into<String>) -> Self {
        Self::new(ProviderErrorKind::NotConfigured, message)
    }

    /// [`ProviderErrorKind::Misconfigured`]
    pub fn misconfigured(message: impl Into<String>) -> Self {
        Self::new(ProviderErrorKind::Misconfigured, message)
    }

    /// [`ProviderErrorKind::Denied`]; say how to log in again.
    pub fn denied(message: impl Into<String>) -> Self {
        Self::new(ProviderErrorKind::Denied, message)
    }

    /// [`ProviderErrorKind::Unavailable`]
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(ProviderErrorKind::Unavailable, message)
    }

    /// [`ProviderErrorKind::IdentityChanged`]
    pub(crate) fn identity_changed() -> Self {
        Self::new(
            ProviderErrorKind::IdentityChanged,
            "a refresh returned the credential of another subject",
        )
    }

    /// The same, caused by `source`, which must not contain a secret either.
    #[must_use]
    pub fn with_source(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Arc::make_mut(&mut self.inner).source = Some(Cause::new(source));
        self
    }

    /// The issuer asks not to be asked again before this long.
    #[must_use]
    pub fn retry_after(mut self, after: Duration) -> Self {
        Arc::make_mut(&mut self.inner).retry_after = Some(after);
        self
    }

    pub(crate) fn named(mut self, name: &str) -> Self {
        if self.inner.provider.is_none() {
            Arc::make_mut(&mut self.inner).provider = Some(name.to_owned());
        }
        self
    }

    /// The kind.
    pub fn kind(&self) -> ProviderErrorKind {
        self.inner.kind
    }

    /// What the issuer asked for.
    pub fn retry_after_hint(&self) -> Option<Duration> {
        self.inner.retry_after
    }

    /// The provider that failed, once a cache has seen the error.
    pub fn provider(&self) -> Option<Untrusted<'_>> {
        self.inner.provider.as_deref().map(Untrusted::new)
    }

    /// Whether both are the one error of one refresh.
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }
}

impl fmt::Display for ProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(provider) = self.provider() {
            write!(f, "{provider}: ")?;
        }
        fmt::Display::fmt(&Untrusted::new(&self.inner.message), f)
    }
}

impl fmt::Debug for ProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderError")
            .field("kind", &self.inner.kind)
            .field("message", &Untrusted::new(&self.inner.message))
            .field("provider", &self.provider())
            .field("retry_after", &self.inner.retry_after)
            .field("source", &self.inner.source)
            .finish()
    }
}

impl std::error::Error for ProviderError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.inner
            .source
            .as_ref()
            .map(|source| source as &(dyn std::error::Error + 'static))
    }
}

impl From<InvalidSecret> for ProviderError {
    fn from(error: InvalidSecret) -> Self {
        Self::misconfigured("the secret cannot be used as it is").with_source(error)
    }
}
