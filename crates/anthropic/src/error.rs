//! Why nothing was resolved.

use std::fmt;

use onecred_core::{Conflict, InvalidTarget, Report, ResolveError};

use crate::base_url::{BaseUrlSource, InvalidBaseUrl};

/// Why a credential and its target were not resolved. No variant contains a secret.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Error {
    /// No credential, two, or a broken one. Its kind says which, and what to do.
    Credential(ResolveError),
    /// The program gives a credential and also chooses another source. Leave one of the two out.
    Choice(Conflict),
    /// No credential may go to the base URL. Correct it where it was set.
    #[non_exhaustive]
    BaseUrl {
        /// Who named it.
        source: BaseUrlSource,
        /// What is wrong with it.
        error: InvalidBaseUrl,
        /// What was found of credentials.
        report: Box<Report>,
    },
    /// The target cannot be built.
    Target(InvalidTarget),
}

impl Error {
    /// Every source that was looked at, where the looking got that far.
    pub fn report(&self) -> Option<&Report> {
        match self {
            Self::Credential(error) => Some(error.report()),
            Self::BaseUrl { report, .. } => Some(report),
            Self::Choice(_) | Self::Target(_) => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Credential(error) => error.fmt(f),
            Self::Choice(conflict) => conflict.fmt(f),
            Self::BaseUrl { source, .. } => match source {
                BaseUrlSource::Environment => write!(f, "the base URL in {source} is refused"),
                _ => f.write_str("the base URL is refused"),
            },
            Self::Target(_) => f.write_str("the target cannot be built"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Credential(error) => error.source(),
            Self::Choice(_) => None,
            Self::BaseUrl { error, .. } => Some(error),
            Self::Target(error) => Some(error),
        }
    }
}

impl From<ResolveError> for Error {
    fn from(error: ResolveError) -> Self {
        Self::Credential(error)
    }
}

impl From<Conflict> for Error {
    fn from(conflict: Conflict) -> Self {
        Self::Choice(conflict)
    }
}

impl From<InvalidTarget> for Error {
    fn from(error: InvalidTarget) -> Self {
        Self::Target(error)
    }
}
