//! Why nothing was resolved.

use std::fmt;

use onecred_core::{AuthError, Conflict, InvalidTarget, Report, ResolveError};

/// Why a credential and its target were not resolved. No variant contains a secret.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Error {
    /// No credential, two, or a broken one. Its kind says which, and what to do.
    Credential(ResolveError),
    /// The program gives a credential and also chooses another source. Leave one of the two out.
    Choice(Conflict),
    /// An origin, the base URL or the header's name is wrong. Correct it.
    Target(InvalidTarget),
    /// The target does not say where an API key goes. Add `.key_header(…)` or `.key_bearer()`.
    Placement(AuthError),
}

impl Error {
    /// Every source that was looked at, where the looking got that far.
    pub fn report(&self) -> Option<&Report> {
        match self {
            Self::Credential(error) => Some(error.report()),
            Self::Choice(_) | Self::Target(_) | Self::Placement(_) => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Credential(error) => error.fmt(f),
            Self::Choice(conflict) => conflict.fmt(f),
            Self::Target(_) => f.write_str("the target cannot be built"),
            Self::Placement(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Credential(error) => error.source(),
            Self::Choice(_) => None,
            Self::Target(error) => Some(error),
            Self::Placement(error) => error.source(),
        }
    }
}

impl From<ResolveError> for Error {
    fn from(error: ResolveError) -> Self {
        Self::Credential(error)
    }
}

impl From<InvalidTarget> for Error {
    fn from(error: InvalidTarget) -> Self {
        Self::Target(error)
    }
}
