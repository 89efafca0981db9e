//! What was resolved.

use std::fmt;

use onecred_core::{Auth, AuthError, Authenticator, ForeignPolicy, Report, Target};

use crate::base_url::BaseUrlSource;
use crate::{BASE_URL, CUSTOM_HEADERS};

/// One auth, where it may go, and how both were found. It never looks at the environment again.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Resolved {
    /// Where the credential may go and how it is written there.
    pub target: Target,
    /// The one credential, or none by choice.
    pub auth: Auth,
    /// Every source that was looked at, and why it won or did not.
    pub report: Report,
    /// Who named the base URL.
    pub base_url_source: BaseUrlSource,
    /// What the reader may want to know: print them.
    pub notes: Vec<Notice>,
    pub(crate) foreign: ForeignPolicy,
}

impl Resolved {
    /// The live handle for an HTTP client.
    ///
    /// # Errors
    /// As [`Authenticator::new`].
    pub fn authenticator(&self) -> Result<Authenticator, AuthError> {
        Authenticator::builder(self.target.clone(), self.auth.clone())
            .foreign(self.foreign)
            .build()
    }
}

/// Something in the environment that has, or that has not, an effect, which may surprise. `Display` is
/// one sentence for people and contains no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Notice {
    /// Requests go to the host that `ANTHROPIC_BASE_URL` names.
    BaseUrlFromEnvironment,
    /// `ANTHROPIC_BASE_URL` is set and not used, because the credential is explicit: it would go to a
    /// host that only the environment names. Give the base URL explicitly too, or consent with
    /// [`allow_env_base_url`](crate::Anthropic::allow_env_base_url).
    EnvironmentBaseUrlIgnored,
    /// `ANTHROPIC_CUSTOM_HEADERS` is set; onecred does not send what it holds.
    CustomHeadersNotSent,
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BaseUrlFromEnvironment => write!(f, "base URL from env:{BASE_URL}"),
            Self::EnvironmentBaseUrlIgnored => write!(
                f,
                "env:{BASE_URL} is not used: an explicit credential does not go to a host that only the environment names; give the base URL explicitly too"
            ),
            Self::CustomHeadersNotSent => write!(
                f,
                "env:{CUSTOM_HEADERS} is set; onecred does not send what it holds"
            ),
        }
    }
}
