//! Which base URL is meant, and whether a credential may go there.

use std::fmt;

use onecred_core::{Env, InvalidOrigin, Origin, Vendor, is_blank};

use crate::{BASE_URL, DEFAULT_BASE_URL};

/// Who named the base URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BaseUrlSource {
    /// Nobody: it is the first-party API.
    Default,
    /// The program itself.
    Argument,
    /// `ANTHROPIC_BASE_URL`.
    Environment,
}

impl fmt::Display for BaseUrlSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Argument => f.write_str("argument"),
            Self::Environment => write!(f, "env:{BASE_URL}"),
        }
    }
}

/// Why a text cannot be the base URL. Correct it where it was set. It is displayed as one sentence
/// without a subject and shows no more of the text than scheme and host.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidBaseUrl {
    /// No credential may go there; the rule says why.
    Origin(InvalidOrigin),
    /// It has a query, which paths cannot be put behind.
    Query,
    /// The variable does not hold Unicode text.
    NotUnicode,
}

impl fmt::Display for InvalidBaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Origin(error) => error.fmt(f),
            Self::Query => f.write_str("has a query; remove everything from the ?"),
            Self::NotUnicode => f.write_str("is not Unicode text; set it again"),
        }
    }
}

impl std::error::Error for InvalidBaseUrl {}

impl From<InvalidOrigin> for InvalidBaseUrl {
    fn from(error: InvalidOrigin) -> Self {
        Self::Origin(error)
    }
}

/// A base URL that a credential may go to.
#[derive(Debug)]
pub(crate) struct BaseUrl {
    pub(crate) url: String,
    pub(crate) source: BaseUrlSource,
    origin: Origin,
}

impl BaseUrl {
    fn parse(text: &str, source: BaseUrlSource) -> Result<Self, (BaseUrlSource, InvalidBaseUrl)> {
        let text = text.trim_ascii();
        let origin = Origin::of_url(text).map_err(|error| (source, error.into()))?;
        if text.contains('?') {
            return Err((source, InvalidBaseUrl::Query));
        }
        Ok(Self {
            url: text.to_owned(),
            source,
            origin,
        })
    }

    /// The program's own, else the environment's if that may be read, else the default.
    pub(crate) fn choose(
        given: Option<&str>,
        env: &Env,
        reads_env: bool,
    ) -> Result<Self, (BaseUrlSource, InvalidBaseUrl)> {
        if let Some(given) = given {
            return Self::parse(given, BaseUrlSource::Argument);
        }
        if !reads_env || !is_in(env) {
            return Self::parse(DEFAULT_BASE_URL, BaseUrlSource::Default);
        }
        let source = BaseUrlSource::Environment;
        match env.var(BASE_URL).and_then(|value| value.to_str()) {
            Some(text) => Self::parse(text, source),
            None => Err((source, InvalidBaseUrl::NotUnicode)),
        }
    }

    /// Whose endpoint it is; a gateway may take anybody's keys.
    pub(crate) fn vendor(&self) -> Option<Vendor> {
        let is_first_party = self.origin.scheme() == "https"
            && self.origin.host() == "api.anthropic.com"
            && self.origin.port() == 443;
        is_first_party.then_some(Vendor::Anthropic)
    }
}

/// Whether the environment names a base URL. Blank counts as not set.
pub(crate) fn is_in(env: &Env) -> bool {
    env.var(BASE_URL)
        .is_some_and(|value| !value.to_str().is_some_and(is_blank))
}
