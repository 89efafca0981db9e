//! What the program itself says about its credential.

use std::fmt;

use onecred_core::{ForeignPolicy, OnConflict, Secret, SourceName, is_blank};

use crate::Dialect;

/// Says which credential and which host are meant, and resolves the rest from the environment.
///
/// What is given here is explicit: it stops the reading of ambient credentials, and two of them are a
/// conflict. An empty or blank text counts as not given, so that unset settings can be passed on as
/// they are.
///
/// ```
/// use onecred_anthropic::Anthropic;
/// use onecred_core::Env;
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let settings_key: Option<String> = Some("sk-ant-api03-from-your-own-settings".into());
/// let resolved = Anthropic::builder()
///     .api_key(settings_key.as_deref().unwrap_or_default())
///     .resolve_blocking(&Env::from_process())?;
/// let authenticator = resolved.authenticator()?; // for the adapter of your HTTP client
/// # Ok(()) }
/// ```
#[derive(Clone, Default)]
#[must_use = "nothing is looked up until `resolve`"]
pub struct Anthropic {
    pub(crate) api_key: Option<Secret>,
    pub(crate) auth_token: Option<Secret>,
    pub(crate) api_key_from: Option<String>,
    pub(crate) auth_token_from: Option<String>,
    pub(crate) anonymous: bool,
    pub(crate) base_url: Option<String>,
    pub(crate) allow_env_base_url: bool,
    pub(crate) dialect: Dialect,
    pub(crate) on_conflict: OnConflict,
    pub(crate) only: Option<SourceName>,
    pub(crate) foreign: ForeignPolicy,
}

impl Anthropic {
    /// Starts with nothing explicit: everything is looked up in the environment.
    pub fn builder() -> Self {
        Self::default()
    }

    /// An API key from the program's own settings.
    pub fn api_key(mut self, key: impl AsRef<str>) -> Self {
        self.api_key = given(key.as_ref()).map(Secret::new);
        self
    }

    /// An access token from the program's own settings.
    pub fn auth_token(mut self, token: impl AsRef<str>) -> Self {
        self.auth_token = given(token.as_ref()).map(Secret::new);
        self
    }

    /// An API key in a variable of the program's own choice. It is explicit: no other variable is
    /// read in its place.
    pub fn api_key_from_env(mut self, variable: impl Into<String>) -> Self {
        self.api_key_from = Some(variable.into());
        self
    }

    /// An access token in a variable of the program's own choice, likewise.
    pub fn auth_token_from_env(mut self, variable: impl Into<String>) -> Self {
        self.auth_token_from = Some(variable.into());
        self
    }

    /// No credential, by choice: nothing ambient is looked up and no credential header is sent.
    pub fn anonymous(mut self) -> Self {
        self.anonymous = true;
        self
    }

    /// The base URL: a gateway, a proxy, a test server. Nothing in the environment changes it then.
    pub fn base_url(mut self, url: impl AsRef<str>) -> Self {
        self.base_url = given(url.as_ref()).map(str::to_owned);
        self
    }

    /// Consents that an explicit credential goes to the host that `ANTHROPIC_BASE_URL` names. Without
    /// it that variable is used with ambient credentials only.
    pub fn allow_env_base_url(mut self) -> Self {
        self.allow_env_base_url = true;
        self
    }

    /// How an API key is written on a request.
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// What to do when two variables hold a credential: refuse (the default), or let the API key win
    /// as in the vendor's SDKs. Two explicit ones are always a conflict.
    pub fn on_conflict(mut self, on_conflict: OnConflict) -> Self {
        self.on_conflict = on_conflict;
        self
    }

    /// Looks at one source alone, such as `env:ANTHROPIC_AUTH_TOKEN`: says which of two is meant.
    pub fn source(mut self, source: impl Into<SourceName>) -> Self {
        self.only = Some(source.into());
        self
    }

    /// What the authenticator does with a credential that is on a request already.
    pub fn foreign(mut self, policy: ForeignPolicy) -> Self {
        self.foreign = policy;
        self
    }
}

fn given(text: &str) -> Option<&str> {
    (!is_blank(text)).then_some(text)
}

impl fmt::Debug for Anthropic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The base URL may carry a password until it has been checked.
        f.debug_struct("Anthropic")
            .field("api_key", &self.api_key.is_some())
            .field("auth_token", &self.auth_token.is_some())
            .field("api_key_from", &self.api_key_from)
            .field("auth_token_from", &self.auth_token_from)
            .field("anonymous", &self.anonymous)
            .field("base_url", &self.base_url.is_some())
            .field("dialect", &self.dialect)
            .field("only", &self.only)
            .finish_non_exhaustive()
    }
}
