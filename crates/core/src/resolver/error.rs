use std::fmt;

use super::report::{Outcome, Report};
use super::source::InvalidSource;
use crate::error::Conflict;
use crate::source_name::SourceName;

/// No auth was resolved. Carries the report of every source that was looked at.
#[derive(Debug, Clone)]
pub struct ResolveError {
    kind: ResolveErrorKind,
    report: Box<Report>,
}

/// Why no auth was resolved.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ResolveErrorKind {
    /// No source holds a credential. Set one; the report lists where.
    NotConfigured,
    /// One tier holds two. Remove one, or choose one by name.
    Conflict(Conflict),
    /// What the source holds cannot be used. Correct it; nothing else is tried.
    #[non_exhaustive]
    Invalid {
        /// Which source.
        source: SourceName,
        /// What is wrong with it.
        error: InvalidSource,
    },
    /// Only the network or a program could tell whether the source holds one.
    Unprobed(SourceName),
    /// No source has the name that was chosen. The report lists those there are.
    UnknownSource(SourceName),
}

impl ResolveErrorKind {
    pub(super) fn outcome(&self) -> Outcome {
        match self {
            Self::NotConfigured => Outcome::None,
            Self::Conflict(_) => Outcome::Conflict,
            Self::Invalid { .. } | Self::UnknownSource(_) => Outcome::Invalid,
            Self::Unprobed(_) => Outcome::Unprobed,
        }
    }
}

impl ResolveError {
    pub(super) fn new(kind: ResolveErrorKind, report: Report) -> Self {
        Self {
            kind,
            report: Box::new(report),
        }
    }

    /// Why.
    pub fn kind(&self) -> &ResolveErrorKind {
        &self.kind
    }

    /// Every source that was looked at.
    pub fn report(&self) -> &Report {
        &self.report
    }
}

impl fmt::Display for ResolveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ResolveErrorKind::NotConfigured => {
                f.write_str("no credential found; looked for")?;
                for (index, attempt) in self.report.attempts.iter().enumerate() {
                    let separator = if index == 0 { " " } else { ", " };
                    write!(f, "{separator}{}", attempt.source)?;
                }
                Ok(())
            }
            ResolveErrorKind::Conflict(conflict) => conflict.fmt(f),
            ResolveErrorKind::Invalid { source, .. } => {
                write!(f, "what {source} holds cannot be used")
            }
            ResolveErrorKind::Unprobed(source) => {
                write!(
                    f,
                    "whether {source} holds a credential is not known without asking it"
                )
            }
            ResolveErrorKind::UnknownSource(source) => write!(f, "there is no source {source}"),
        }
    }
}

impl std::error::Error for ResolveError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.kind {
            ResolveErrorKind::Invalid { error, .. } => Some(error),
            _ => None,
        }
    }
}
