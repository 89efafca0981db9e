//! What is found.

use std::fmt;

use serde::Serialize;

/// How bad it is, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Severity {
    /// A request will fail, or go where it must not.
    Error,
    /// A request may fail, or carry another credential than was meant.
    Warning,
    /// Worth knowing.
    Info,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        })
    }
}

/// One thing that is wrong, how that is known, and what to do. Contains no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// `OC001` to `OC025` for the causes, `unset` and `refused` for what has none of them.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub what: String,
    /// What shows it.
    pub evidence: String,
    /// What to do.
    pub fix: String,
}

/// Takes the findings of one cause.
#[derive(Debug)]
pub(crate) struct Findings {
    code: &'static str,
    found: Vec<Finding>,
}

impl Findings {
    pub(crate) fn of(code: &'static str) -> Self {
        Self {
            code,
            found: Vec::new(),
        }
    }

    pub(crate) fn into_vec(self) -> Vec<Finding> {
        self.found
    }

    pub(crate) fn add(
        &mut self,
        severity: Severity,
        what: impl Into<String>,
        evidence: impl Into<String>,
        fix: impl Into<String>,
    ) {
        let finding = Finding {
            code: self.code,
            severity,
            what: what.into(),
            evidence: evidence.into(),
            fix: fix.into(),
        };
        // Two variables may lead to the same file.
        if !self.found.contains(&finding) {
            self.found.push(finding);
        }
    }

    pub(crate) fn error(
        &mut self,
        what: impl Into<String>,
        evidence: impl Into<String>,
        fix: impl Into<String>,
    ) {
        self.add(Severity::Error, what, evidence, fix);
    }

    pub(crate) fn warning(
        &mut self,
        what: impl Into<String>,
        evidence: impl Into<String>,
        fix: impl Into<String>,
    ) {
        self.add(Severity::Warning, what, evidence, fix);
    }

    pub(crate) fn info(
        &mut self,
        what: impl Into<String>,
        evidence: impl Into<String>,
        fix: impl Into<String>,
    ) {
        self.add(Severity::Info, what, evidence, fix);
    }
}
