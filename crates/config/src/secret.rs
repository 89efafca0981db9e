//! References to secrets: what the file says instead of a secret.

use std::fmt;
use std::path::PathBuf;

use onecred_core::{Auth, CachedProvider, ProviderError, Secret, is_blank};
use serde::de::{self, MapAccess, Visitor};

use crate::context::BuildContext;
use crate::document::{is_variable_name, literal_message};
use crate::error::{ConfigError, ConfigErrorKind as Kind};
use crate::file;
use crate::section::Section;

/// A file that holds a secret has at most this many bytes.
const MOST: usize = 64 * 1024;

/// Where a secret is: `{ env = "NAME" }`, `{ file = "PATH" }` or `{ command = ["PROGRAM", …] }`. For the
/// fields of a factory's own type, such as a client secret; a literal is refused with its position.
/// [`BuildContext::secret`] opens it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretRef {
    /// The variable of this name.
    Env(String),
    /// The content of this file, without white space at its ends.
    File(String),
    /// What this program prints. The words are its arguments; there is no shell.
    Command(Vec<String>),
}

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
        let variable = crate::document::shown(name, "the variable that is named here");
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

#[derive(serde::Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Kinds {
    Env,
    File,
    Command,
}

impl<'de> de::Deserialize<'de> for SecretRef {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reference;

        impl<'de> Visitor<'de> for Reference {
            type Value = SecretRef;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a reference to a secret")
            }

            fn visit_str<E: de::Error>(self, _: &str) -> Result<SecretRef, E> {
                Err(E::custom(literal_message()))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<SecretRef, A::Error> {
                let Some(kind) = map.next_key::<Kinds>()? else {
                    return Err(de::Error::custom(
                        "a reference needs one of `env`, `file` and `command`",
                    ));
                };
                let reference = match kind {
                    Kinds::Env => SecretRef::Env(map.next_value()?),
                    Kinds::File => SecretRef::File(map.next_value()?),
                    Kinds::Command => SecretRef::Command(map.next_value()?),
                };
                if map.next_key::<Kinds>()?.is_some() {
                    return Err(de::Error::custom(
                        "a reference has exactly one of `env`, `file` and `command`",
                    ));
                }
                Ok(reference)
            }
        }

        deserializer.deserialize_any(Reference)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for SecretRef {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SecretRef".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "Where a secret is. Secrets themselves are not written into the file.",
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": false,
            "properties": {
                "env": { "type": "string", "description": "The name of an environment variable." },
                "file": { "type": "string", "description": "A path, relative to this file." },
                "command": {
                    "type": "array",
                    "items": { "type": "string" },
                    "minItems": 1,
                    "description": "A program and its arguments. No shell. Needs a trusted file."
                }
            }
        })
    }
}
