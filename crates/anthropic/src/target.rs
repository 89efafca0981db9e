//! The first-party API as a target.

use onecred_core::{InvalidTarget, Target, TargetBuilder};

use crate::DEFAULT_BASE_URL;

/// How an API key is written on a request. An access token is always `Authorization: Bearer …`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Dialect {
    /// `x-api-key: …`, which the API and all gateways for it know. The default.
    #[default]
    XApiKey,
    /// `Authorization: Bearer …`, as the newer SDKs send it; for gateways that know nothing else.
    Bearer,
}

/// The first-party API at its usual place, with API keys as `x-api-key`.
///
/// ```
/// let target = onecred_anthropic::target();
/// assert_eq!(target.base_url(), Some("https://api.anthropic.com"));
/// ```
#[must_use]
#[expect(
    clippy::expect_used,
    reason = "of constants, which the tests cover: it cannot depend on data"
)]
pub fn target() -> Target {
    target_at(DEFAULT_BASE_URL, Dialect::default()).expect("the default target is valid")
}

/// The API behind another base URL (a gateway, a proxy, a test server), and how keys are written there.
///
/// # Errors
/// When no credential may go to that URL; correct it.
pub fn target_at(base_url: impl AsRef<str>, dialect: Dialect) -> Result<Target, InvalidTarget> {
    let builder = Target::builder("anthropic").base_url(base_url)?;
    placed(builder, dialect)?.build()
}

/// The same at a host that only the environment named: no credential that the program brings later goes
/// there.
pub(crate) fn ambient_target_at(base_url: &str, dialect: Dialect) -> Result<Target, InvalidTarget> {
    let builder = Target::builder("anthropic").base_url(base_url)?.ambient();
    placed(builder, dialect)?.build()
}

fn placed(builder: TargetBuilder, dialect: Dialect) -> Result<TargetBuilder, InvalidTarget> {
    match dialect {
        Dialect::XApiKey => builder.key_header("x-api-key"),
        Dialect::Bearer => Ok(builder.key_bearer()),
    }
}
