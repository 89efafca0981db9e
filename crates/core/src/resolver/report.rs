use std::fmt;
use std::time::SystemTime;

#[cfg(feature = "serde")]
use serde::Serialize as _;

use super::source::{Lookup, Source};
use crate::auth::Auth;
use crate::credential::CredentialKind;
use crate::fingerprint::Fingerprint;
use crate::source_name::SourceName;
use crate::untrusted::Untrusted;

/// How a resolution ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Outcome {
    /// One credential was selected.
    Selected,
    /// Two were found where one belongs.
    Conflict,
    /// What was found cannot be used.
    Invalid,
    /// None was found.
    None,
    /// Only the network or a program could tell.
    Unprobed,
}

/// What became of one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum AttemptOutcome {
    /// It won.
    Selected,
    /// It holds a credential and is one side of a conflict.
    Found,
    /// It holds a credential, but an earlier source won.
    Shadowed,
    /// It holds nothing.
    Absent,
    /// It holds something that cannot be used.
    Invalid,
    /// It was not consulted.
    Skipped,
    /// It would need the network or run a program.
    Unprobed,
}

/// How a credential was chosen: data first, text second. It contains no secret.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Report {
    /// How it ended.
    pub outcome: Outcome,
    /// What was selected.
    pub selected: Option<Selected>,
    /// Every source, in order.
    pub attempts: Vec<Attempt>,
}

/// The credential that was selected.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Selected {
    /// Where it was found.
    pub source: SourceName,
    /// The wire form, where it is known without asking a provider.
    pub kind: Option<CredentialKind>,
    /// What may be shown of the secret.
    #[cfg_attr(feature = "serde", serde(serialize_with = "as_text"))]
    pub fingerprint: Option<Fingerprint>,
    /// When it expires, as RFC 3339 in JSON.
    #[cfg_attr(feature = "serde", serde(serialize_with = "as_rfc3339"))]
    pub expires_at: Option<SystemTime>,
}

/// One source that was looked at.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Attempt {
    /// Which source.
    pub source: SourceName,
    /// What became of it.
    pub outcome: AttemptOutcome,
    /// The wire form of what it holds or would hold.
    pub kind: Option<CredentialKind>,
    /// What was looked for, cleaned or wrong. Fit for display.
    pub detail: String,
}

impl Report {
    /// The report of a choice that was made elsewhere, such as in a configuration file. A provider that was
    /// never asked is [`Outcome::Unprobed`].
    pub fn of_choice(source: SourceName, auth: &Auth, attempts: Vec<Attempt>) -> Self {
        let is_unprobed = match auth {
            Auth::Provider(provider) => provider.status().fingerprint.is_none(),
            _ => false,
        };
        Self {
            outcome: if is_unprobed {
                Outcome::Unprobed
            } else {
                Outcome::Selected
            },
            selected: Some(Selected::of(source, auth)),
            attempts,
        }
    }
}

impl Selected {
    pub(super) fn of(source: SourceName, auth: &Auth) -> Self {
        let (kind, fingerprint, expires_at) = match auth {
            Auth::Anonymous => (None, None, None),
            Auth::Static(fixed) => {
                let credential = fixed.credential();
                (
                    Some(credential.kind()),
                    Some(credential.fingerprint().clone()),
                    credential.expiry(),
                )
            }
            Auth::Provider(provider) => {
                let status = provider.status();
                (status.kind, status.fingerprint, status.expiry)
            }
        };
        Self {
            source,
            kind,
            fingerprint,
            expires_at,
        }
    }
}

impl Attempt {
    pub(super) fn of(source: &dyn Source, lookup: &Lookup) -> Self {
        let (outcome, detail) = match lookup {
            Lookup::Found { detail, .. } => (AttemptOutcome::Found, detail.clone()),
            Lookup::Absent(detail) => (AttemptOutcome::Absent, detail.clone()),
            Lookup::Invalid(error) => (AttemptOutcome::Invalid, error.to_string()),
            Lookup::Unprobed(detail) => (AttemptOutcome::Unprobed, detail.clone()),
        };
        Self {
            source: source.name(),
            outcome,
            kind: source.kind(),
            detail: Untrusted::sanitize(&detail),
        }
    }

    pub(super) fn skipped(source: &dyn Source, why: &str) -> Self {
        Self {
            source: source.name(),
            outcome: AttemptOutcome::Skipped,
            kind: source.kind(),
            detail: why.to_owned(),
        }
    }
}

impl AttemptOutcome {
    /// The stable name, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Selected => "selected",
            Self::Found => "found",
            Self::Shadowed => "shadowed",
            Self::Absent => "absent",
            Self::Invalid => "invalid",
            Self::Skipped => "skipped",
            Self::Unprobed => "unprobed",
        }
    }
}

impl Outcome {
    /// The stable name, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Selected => "selected",
            Self::Conflict => "conflict",
            Self::Invalid => "invalid",
            Self::None => "none",
            Self::Unprobed => "unprobed",
        }
    }
}

impl fmt::Display for AttemptOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One line for the end, one for each source.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.outcome)?;
        for attempt in &self.attempts {
            write!(f, "\n  {}: {}", attempt.source, attempt.outcome)?;
            if !attempt.detail.is_empty() {
                write!(f, " ({})", attempt.detail)?;
            }
        }
        Ok(())
    }
}

#[cfg(feature = "serde")]
fn as_text<S: serde::Serializer>(
    fingerprint: &Option<Fingerprint>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match fingerprint {
        Some(fingerprint) => serializer.collect_str(fingerprint),
        None => serializer.serialize_none(),
    }
}

/// A moment as RFC 3339, as in JSON reports. `None` before 1970 and after the year 9999, which that format
/// cannot say.
#[cfg(feature = "serde")]
pub fn rfc3339(time: SystemTime) -> Option<String> {
    const END: std::time::Duration = std::time::Duration::from_secs(253_402_300_800);
    let since_epoch = time.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    (since_epoch < END).then(|| humantime::format_rfc3339_seconds(time).to_string())
}

#[cfg(feature = "serde")]
fn as_rfc3339<S: serde::Serializer>(
    time: &Option<SystemTime>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => rfc3339(*time).serialize(serializer),
        None => serializer.serialize_none(),
    }
}
