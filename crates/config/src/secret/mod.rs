//! Secrets behind references.

mod reference;

use std::fmt;
use std::path::PathBuf;

pub use reference::SecretRef;

use onecred_core::{Auth, CachedProvider, ProviderError, Secret, is_blank};

use crate::context::BuildContext;
use crate::document::{is_variable_name, shown};
use crate::error::{ConfigError, ConfigErrorKind as Kind};
use crate::file;
use crate::section::Section;

/// A file that holds a secret has at most this many bytes.
const MOST: usize = 64 * 1024;

/// A reference that was found to be good; gives the secret whenever it is asked.
#[derive(Clone)]
pub struct SecretSource(From);

#[derive(Clone)]
enum From {
    Fixed(Secret),
    File(PathBuf),
    Provider(CachedProvider),
}

impl SecretSource {
    /// The secret of now: files are read again each time, so that one that was rotated is seen.
    ///
    /// # Errors
    /// [`ProviderError`]: the file is gone, empty or too large, or the command failed.
    pub async fn load(&self) -> Result<Secret, ProviderError> {
        match &self.0 {
            From::Fixed(secret) => Ok(secret.clone()),
            From::File(path) => {
                let bytes = Secret::new(file::read(path, MOST).map_err(|refused| {
                    ProviderError::misconfigured(format!("{}: {refused}", path.display()))
                })?);
                let trimmed = bytes.expose().trim_ascii();
                if trimmed.is_empty() {
                    let message = format!("{} is empty", path.display());
                    return Err(ProviderError::misconfigured(message));
                }
                Ok(Secret::new(trimmed))
            }
            From::Provider(cached) => {
                let credential = cached.credential().await?;
                match credential.secret() {
                    Some(secret) => Ok(Secret::new(secret.expose())),
                    None => Err(ProviderError::misconfigured("the command gave no text")),
                }
            }
        }
    }
}

impl fmt::Debug for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            From::Fixed(_) => f.write_str("SecretSource(variable)"),
            From::File(path) => write!(f, "SecretSource({path:?})"),
            From::Provider(cached) => write!(f, "SecretSource({})", cached.name()),
        }
    }
}

pub(crate) fn open(
    cx: &BuildContext<'_>,
    reference: &SecretRef,
    section: Section<'_>,
) -> Result<SecretSource, ConfigError> {
    let from = match reference {
        SecretRef::Env(name) => From::Fixed(variable(cx, name, section)?),
        SecretRef::File(path) => {
            let place = section.get("file").unwrap_or(section);
            From::File(cx.resolve(path, &place.node.at)?)
        }
        SecretRef::Command(_) => From::Provider(command(cx, section)?),
    };
    Ok(SecretSource(from))
}

fn variable(
    cx: &BuildContext<'_>,
    name: &str,
    section: Section<'_>,
) -> Result<Secret, ConfigError> {
    cx.noted.variable(cx.env(), name);
    let refuse = |how: &str| {
        let variable = shown(name, "the variable that is named here");
        section
            .error("env", format!("{variable} is {how}"))
            .with_kind(Kind::Secret)
            .with_help("set it, or name another")
    };
    if !is_variable_name(name) {
        return Err(crate::auth::not_a_variable(section, "env"));
    }
    let value = cx.env().var(name).ok_or_else(|| refuse("not set"))?;
    let bytes = value.as_encoded_bytes();
    if std::str::from_utf8(bytes).is_ok_and(is_blank) {
        return Err(refuse("set, but blank"));
    }
    Ok(Secret::new(bytes.trim_ascii()))
}

/// Commands are run by the kind of that name, which is registered like any other.
fn command(cx: &BuildContext<'_>, section: Section<'_>) -> Result<CachedProvider, ConfigError> {
    let place = section.get("command").unwrap_or(section);
    cx.require_commands(place)?;
    let factory = cx.settings.auth_factory("command").ok_or_else(|| {
        place
            .error("", "this program has no way to run commands")
            .with_kind(Kind::UnknownName)
    })?;
    match cx.finish(factory.build(cx, place)?) {
        Auth::Provider(cached) => Ok(cached),
        _ => Err(place.error("", "the kind `command` did not build a provider")),
    }
}
