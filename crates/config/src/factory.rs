//! What other crates register: kinds of auth, and named targets.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use onecred_core::{Auth, CachePolicy, CachedProvider, CredentialProvider, InvalidTarget, Target};

use crate::context::BuildContext;
use crate::error::ConfigError;
use crate::section::Section;

/// A kind of auth that `auth = { KIND = … }` may name. `env`, `anonymous` and `chain` are built in;
/// everything else is registered with [`RegistryBuilder::with`](crate::RegistryBuilder::with).
///
/// Building must not reach the network and must not run anything: the provider does that when it is
/// asked. It happens once when the registry is built, and again when a reload finds the client changed.
pub trait AuthFactory: Send + Sync + 'static {
    /// The key in the file: `file`, `command`, `oauth`.
    fn kind(&self) -> &str;

    /// The JSON schema of the value, as JSON text, for editors; `None` accepts anything.
    fn schema(&self) -> Option<Cow<'static, str>> {
        None
    }

    /// Whether what it builds runs a program of the user's choice, which needs a trusted file. A kind of
    /// the name `command` always does. For one that only may, see
    /// [`BuildContext::require_commands`].
    fn runs_commands(&self) -> bool {
        false
    }

    /// Builds the auth from its part of the file.
    ///
    /// # Errors
    /// Made with [`Section::error`] or by [`Section::deserialize`], so that they have line and column.
    fn build(&self, cx: &BuildContext<'_>, section: Section<'_>) -> Result<Built, ConfigError>;
}

/// What a factory builds.
#[derive(Clone)]
#[non_exhaustive]
pub enum Built {
    /// A finished auth: anonymous, a static credential, or a provider with a cache that is shared with
    /// others.
    Auth(Auth),
    /// A provider without a cache; the registry gives it one with its clock, runtime and observer. In a
    /// chain it is asked directly, so prefer this one for providers.
    Provider(Arc<dyn CredentialProvider>, CachePolicy),
}

impl Built {
    /// A provider with the default policy.
    pub fn provider(provider: impl CredentialProvider) -> Self {
        Self::Provider(Arc::new(provider), CachePolicy::default())
    }
}

impl From<Auth> for Built {
    fn from(auth: Auth) -> Self {
        Self::Auth(auth)
    }
}

impl From<CachedProvider> for Built {
    fn from(provider: CachedProvider) -> Self {
        Self::Auth(Auth::Provider(provider))
    }
}

impl fmt::Debug for Built {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auth(auth) => f.debug_tuple("Auth").field(auth).finish(),
            Self::Provider(provider, _) => {
                f.debug_tuple("Provider").field(&provider.name()).finish()
            }
        }
    }
}

/// Which of the two wire forms a secret from text has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SecretForm {
    /// An API key, which goes where the target says.
    #[default]
    ApiKey,
    /// An access token: `Authorization: Bearer …`.
    Bearer,
}

/// A target that `target = "NAME"` or `target = { NAME = { … } }` may name. For one without options
/// use [`target_fn`].
pub trait TargetFactory: Send + Sync + 'static {
    /// The name in the file: `anthropic`, `vertex`.
    fn name(&self) -> &str;

    /// Builds the target; `options` are what the file gives behind the name, if anything. Refuse options
    /// that you do not know.
    ///
    /// # Errors
    /// Made with [`Section::error`], or with [`BuildContext::target_error`].
    fn build(
        &self,
        cx: &BuildContext<'_>,
        options: Option<Section<'_>>,
    ) -> Result<Target, ConfigError>;

    /// The form of what this variable holds by the platform's convention, if there is one: a file says
    /// `{ env = "ANTHROPIC_AUTH_TOKEN" }` and means an access token.
    fn form_of(&self, variable: &str) -> Option<SecretForm> {
        let _ = variable;
        None
    }
}

/// A named target without options; see [`target_fn`].
pub struct FnTarget<F> {
    name: Cow<'static, str>,
    function: F,
    bearer_variables: Vec<Cow<'static, str>>,
}

/// Makes a named target of a function.
///
/// ```
/// use onecred_config::{Registry, target_fn};
/// use onecred_core::Target;
/// let registry = Registry::builder().target(
///     target_fn("example", || Target::builder("example").origin("https://api.example.com")?.key_bearer().build()),
/// );
/// ```
pub fn target_fn<F>(name: impl Into<Cow<'static, str>>, function: F) -> FnTarget<F>
where
    F: Fn() -> Result<Target, InvalidTarget> + Send + Sync + 'static,
{
    FnTarget {
        name: name.into(),
        function,
        bearer_variables: Vec::new(),
    }
}

impl<F> FnTarget<F> {
    /// This variable holds an access token and not an API key.
    #[must_use]
    pub fn bearer_variable(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.bearer_variables.push(name.into());
        self
    }
}

impl<F> TargetFactory for FnTarget<F>
where
    F: Fn() -> Result<Target, InvalidTarget> + Send + Sync + 'static,
{
    fn name(&self) -> &str {
        &self.name
    }

    fn build(
        &self,
        cx: &BuildContext<'_>,
        options: Option<Section<'_>>,
    ) -> Result<Target, ConfigError> {
        if let Some(options) = options {
            return Err(options
                .error("", "this target has no options")
                .with_help(format!("write target = \"{}\"", self.name)));
        }
        (self.function)().map_err(|error| cx.target_error(error))
    }

    fn form_of(&self, variable: &str) -> Option<SecretForm> {
        self.bearer_variables
            .iter()
            .any(|name| name == variable)
            .then_some(SecretForm::Bearer)
    }
}

impl<F> fmt::Debug for FnTarget<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FnTarget")
            .field("name", &self.name)
            .field("bearer_variables", &self.bearer_variables)
            .finish_non_exhaustive()
    }
}
