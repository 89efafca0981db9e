use std::fmt::{self, Debug};

use crate::auth::Auth;
use crate::cause::Cause;
use crate::credential::CredentialKind;
use crate::env::Env;
use crate::hygiene::InvalidSecret;
use crate::source_name::SourceName;
use crate::untrusted::Untrusted;

/// One place where a credential may be found. It looks; it does not fetch: a source that would need
/// the network or run a program returns a provider in [`Lookup::Found`], or [`Lookup::Unprobed`].
#[async_trait::async_trait]
pub trait Source: Debug + Send + Sync + 'static {
    /// The name for reports and for choosing this source: `env:NAME`, `argument`, `profile:work`.
    fn name(&self) -> SourceName;

    /// The wire form of what it would find, if it is known beforehand.
    fn kind(&self) -> Option<CredentialKind>;

    /// Whether finding something here is a choice of the program itself, which stops the reading of
    /// everything that comes later.
    fn is_explicit(&self) -> bool {
        false
    }

    /// Looks.
    async fn look(&self, env: &Env) -> Lookup;
}

#[async_trait::async_trait]
impl Source for Box<dyn Source> {
    fn name(&self) -> SourceName {
        (**self).name()
    }

    fn kind(&self) -> Option<CredentialKind> {
        (**self).kind()
    }

    fn is_explicit(&self) -> bool {
        (**self).is_explicit()
    }

    async fn look(&self, env: &Env) -> Lookup {
        (**self).look(env).await
    }
}

/// What a source saw.
#[derive(Debug)]
#[non_exhaustive]
pub enum Lookup {
    /// A credential, or a provider that will fetch one.
    Found {
        /// What was found.
        auth: Auth,
        /// What was cleaned or looks odd; empty if nothing.
        detail: String,
    },
    /// Nothing; with what was looked for.
    Absent(String),
    /// Something that cannot be used.
    Invalid(InvalidSource),
    /// Something that only the network or a program could tell more about.
    Unprobed(String),
}

impl Lookup {
    pub(super) fn is_present(&self) -> bool {
        !matches!(self, Self::Absent(_))
    }
}

/// Why what a source holds cannot be used.
#[derive(Debug, Clone)]
pub struct InvalidSource {
    message: String,
    secret: Option<InvalidSecret>,
    source: Option<Cause>,
}

impl InvalidSource {
    /// One fact, without any part of the value. Shown through [`Untrusted`].
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            secret: None,
            source: None,
        }
    }

    /// The same, caused by `source`.
    #[must_use]
    pub fn with_source(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.source = Some(Cause::new(source));
        self
    }

    /// The hygiene rule that was broken, if it was one.
    pub fn secret(&self) -> Option<&InvalidSecret> {
        self.secret.as_ref()
    }
}

impl From<InvalidSecret> for InvalidSource {
    fn from(error: InvalidSecret) -> Self {
        Self {
            message: error.to_string(),
            secret: Some(error),
            source: None,
        }
    }
}

impl fmt::Display for InvalidSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Untrusted::new(&self.message), f)
    }
}

impl std::error::Error for InvalidSource {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source
            .as_ref()
            .map(|source| source as &(dyn std::error::Error + 'static))
    }
}
