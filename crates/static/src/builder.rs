//! The target and where its credential is looked for, as the program says it.

use std::fmt;

use onecred_core::{ForeignPolicy, OnConflict, Secret, SourceName, is_blank};

/// Says where the credential may go, how it is written there, and where it is looked for. Nothing is
/// read from the environment but the variables that are named here.
#[derive(Clone)]
#[must_use = "nothing is looked up until `resolve`"]
pub struct Custom {
    pub(crate) name: String,
    pub(crate) origins: Vec<String>,
    pub(crate) base_url: Option<String>,
    pub(crate) placement: Option<Placement>,
    pub(crate) arguments: Vec<(Kind, Secret)>,
    pub(crate) variables: Vec<(Kind, String)>,
    pub(crate) on_conflict: OnConflict,
    pub(crate) only: Option<SourceName>,
    pub(crate) foreign: ForeignPolicy,
}

#[derive(Debug, Clone)]
pub(crate) enum Placement {
    Header(String),
    Bearer,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    ApiKey,
    Bearer,
}

impl Kind {
    /// What core calls an argument of this kind.
    pub(crate) fn argument(self) -> &'static str {
        match self {
            Self::ApiKey => "argument:api_key",
            Self::Bearer => "argument:bearer",
        }
    }
}

impl Custom {
    /// A target of this name, which reports and errors show.
    pub fn builder(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            origins: Vec::new(),
            base_url: None,
            placement: None,
            arguments: Vec::new(),
            variables: Vec::new(),
            on_conflict: OnConflict::default(),
            only: None,
            foreign: ForeignPolicy::default(),
        }
    }

    /// Adds an origin that may see the credential: `https://host[:port]`, or `http://` to this machine.
    pub fn origin(mut self, origin: impl Into<String>) -> Self {
        self.origins.push(origin.into());
        self
    }

    /// Sets the base URL, whose origin may see the credential too.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// API keys go under this header, as they are.
    pub fn key_header(mut self, name: impl Into<String>) -> Self {
        self.placement = Some(Placement::Header(name.into()));
        self
    }

    /// API keys go as `Authorization: Bearer …`.
    pub fn key_bearer(mut self) -> Self {
        self.placement = Some(Placement::Bearer);
        self
    }

    /// An API key from the program's own settings. Blank counts as not given.
    pub fn api_key(self, key: impl AsRef<str>) -> Self {
        self.argument(Kind::ApiKey, key.as_ref())
    }

    /// An access token from the program's own settings. Blank counts as not given.
    pub fn bearer(self, token: impl AsRef<str>) -> Self {
        self.argument(Kind::Bearer, token.as_ref())
    }

    /// An API key in this variable.
    pub fn api_key_from_env(mut self, variable: impl Into<String>) -> Self {
        self.variables.push((Kind::ApiKey, variable.into()));
        self
    }

    /// An access token in this variable.
    pub fn bearer_from_env(mut self, variable: impl Into<String>) -> Self {
        self.variables.push((Kind::Bearer, variable.into()));
        self
    }

    /// What to do when two of the named variables are set: refuse (the default), or let the one that
    /// was named first win. Two arguments are always a conflict.
    pub fn on_conflict(mut self, on_conflict: OnConflict) -> Self {
        self.on_conflict = on_conflict;
        self
    }

    /// Looks at one source alone, such as `env:GATEWAY_KEY`: says which of two is meant.
    pub fn source(mut self, source: impl Into<SourceName>) -> Self {
        self.only = Some(source.into());
        self
    }

    /// What the authenticator does with a credential that is on a request already.
    pub fn foreign(mut self, policy: ForeignPolicy) -> Self {
        self.foreign = policy;
        self
    }

    fn argument(mut self, kind: Kind, text: &str) -> Self {
        self.arguments.retain(|(other, _)| *other != kind);
        if !is_blank(text) {
            self.arguments.push((kind, Secret::new(text)));
        }
        self
    }
}

impl fmt::Debug for Custom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // URLs may carry a password until they have been checked.
        f.debug_struct("Custom")
            .field("name", &self.name)
            .field("origins", &self.origins.len())
            .field("placement", &self.placement)
            .field("arguments", &self.arguments.len())
            .field("variables", &self.variables)
            .field("only", &self.only)
            .finish_non_exhaustive()
    }
}
