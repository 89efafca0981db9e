use std::fmt;

/// The wire form of a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum CredentialKind {
    /// A static key, placed where the target says.
    ApiKey,
    /// `Authorization: Bearer …`.
    Bearer,
    /// A header of its own.
    Header,
    /// Computed from the request.
    Signature,
}

impl CredentialKind {
    /// The stable name, as in JSON reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ApiKey => "api_key",
            Self::Bearer => "bearer",
            Self::Header => "header",
            Self::Signature => "signature",
        }
    }
}

impl fmt::Display for CredentialKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
