//! How the command ends.

use std::error::Error;
use std::process::ExitCode;

use onecred_core::{AuthError, Outcome, ProviderErrorKind};

/// The exit codes, which scripts may rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Good = 0,
    /// `doctor` found something that may be wrong.
    Warnings = 1,
    /// A conflict, an invalid or foreign credential, a wrong origin.
    Refused = 2,
    NoCredential = 3,
    ProviderFailed = 4,
    /// As sysexits' `EX_USAGE`.
    Usage = 64,
    /// As shells: the program cannot be run.
    CannotRun = 126,
    /// As shells: there is no such program.
    NoProgram = 127,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl Exit {
    pub(crate) fn of_outcome(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Selected | Outcome::Unprobed => Self::Good,
            Outcome::None => Self::NoCredential,
            _ => Self::Refused,
        }
    }

    pub(crate) fn of_auth(error: &AuthError) -> Self {
        match error {
            AuthError::Provider(error) if error.kind() == ProviderErrorKind::NotConfigured => {
                Self::NoCredential
            }
            AuthError::Provider(_) => Self::ProviderFailed,
            _ => Self::Refused,
        }
    }
}

/// What went wrong, and what to do next.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

impl Failure {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            message: message.into(),
            hint: None,
        }
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// An error and its causes, each of which states one fact.
    pub(crate) fn of(exit: Exit, error: &dyn Error) -> Self {
        let mut message = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            message.push_str(": ");
            message.push_str(&error.to_string());
            cause = error.source();
        }
        Self::new(exit, message)
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use onecred_core::{Conflict, ProviderError, SourceName};

    use super::*;

    #[test]
    fn every_error_has_its_code() {
        let conflict = Conflict::new(SourceName::env("A"), SourceName::env("B"));
        for (error, exit) in [
            (AuthError::Conflict(conflict), Exit::Refused),
            (ProviderError::not_configured("").into(), Exit::NoCredential),
            (ProviderError::unavailable("").into(), Exit::ProviderFailed),
        ] {
            assert_eq!(Exit::of_auth(&error), exit, "{error}");
        }
        for (outcome, exit) in [
            (Outcome::Selected, Exit::Good),
            (Outcome::Conflict, Exit::Refused),
            (Outcome::Invalid, Exit::Refused),
            (Outcome::None, Exit::NoCredential),
        ] {
            assert_eq!(Exit::of_outcome(outcome), exit, "{outcome}");
        }
    }

    #[test]
    fn a_failure_tells_each_cause_once() {
        let error = AuthError::from(ProviderError::unavailable("the vault is sealed"));
        let failure = Failure::of(Exit::ProviderFailed, &error);
        assert!(
            failure
                .message
                .starts_with("the credential provider failed: ")
        );
        assert_eq!(failure.message.matches("the vault is sealed").count(), 1);
    }
}
