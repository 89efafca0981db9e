//! What the file says instead of a secret.

use std::fmt;

use serde::de::{self, MapAccess, Visitor};

use crate::document::literal_message;

/// Where a secret is: `{ env = "NAME" }`, `{ file = "PATH" }` or `{ command = ["PROGRAM", …] }`. For the
/// fields of a factory's own type, such as a client secret; a literal is refused with its position.
/// [`BuildContext::secret`](crate::BuildContext::secret) opens it.
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
