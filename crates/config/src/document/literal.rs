//! Finds secrets that were written into the file.

use std::ops::Range;

use onecred_core::Shape;

use super::{Data, Document, Node};
use crate::error::{ConfigError, ConfigErrorKind as Kind};

/// Prefixes of keys that core has no shape for, because it never places them.
const PREFIXES: [&str; 10] = [
    "sk-",
    "sk_",
    "ghp_",
    "gho_",
    "github_pat_",
    "glpat-",
    "hf_",
    "xoxb-",
    "xoxp-",
    "dapi",
];

/// Keys whose value is a secret by their name, so that a plain string there is one written out.
const SECRET_KEYS: [&str; 20] = [
    "access_token",
    "api_key",
    "apikey",
    "auth_token",
    "bearer",
    "bearer_token",
    "client_assertion",
    "client_secret",
    "credential",
    "id_token",
    "key_value",
    "literal",
    "passphrase",
    "password",
    "private_key",
    "refresh_token",
    "secret",
    "secret_access_key",
    "session_token",
    "token",
];

/// What to write instead.
pub(crate) const INSTEAD: &str =
    r#"write a reference, { env = "NAME" }, { file = "PATH" } or { command = [..] }"#;

/// Refuses the first value below `node` that is a secret by its look or by the name of its key.
pub(crate) fn refuse_secrets(document: &Document, node: &Node) -> Result<(), ConfigError> {
    match &node.data {
        Data::String(text) if is_secret_like(text) => Err(refuse(document, &node.at)),
        Data::Array(values) => values
            .iter()
            .try_for_each(|value| refuse_secrets(document, value)),
        Data::Table(entries) => entries.iter().try_for_each(|entry| {
            if is_secret_like(&entry.key) {
                return Err(refuse(document, &entry.at));
            }
            let by_name = SECRET_KEYS.contains(&entry.key.to_ascii_lowercase().as_str());
            if by_name && entry.value.as_str().is_some() {
                return Err(refuse(document, &entry.value.at));
            }
            refuse_secrets(document, &entry.value)
        }),
        _ => Ok(()),
    }
}

pub(crate) fn refuse(document: &Document, at: &Range<usize>) -> ConfigError {
    document
        .error(
            Kind::Literal,
            at,
            "a secret is written here, where backups, version control and everybody who reads the file see it",
        )
        .with_help(INSTEAD)
}

/// Whether a text, or a word in it, looks like a credential.
pub(super) fn is_secret_like(text: &str) -> bool {
    if text.contains("-----BEGIN") {
        return true;
    }
    let in_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    text.split(|c| !in_word(c)).any(|word| {
        let has_prefix = || {
            PREFIXES
                .iter()
                .filter_map(|prefix| word.strip_prefix(prefix))
                .any(|rest| rest.split(['-', '_', '.']).any(is_generated))
        };
        word.len() >= 20 && (Shape::of(word).is_some() || has_prefix())
    })
}

/// A long run of letters and digits, as people do not write them.
fn is_generated(part: &str) -> bool {
    part.len() >= 16
        && part.bytes().any(|byte| byte.is_ascii_digit())
        && part.bytes().any(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_told_from_other_text() {
        for secret in [
            "sk-ant-api03-aaaaaaaaaaaaaaaaaaaaaaaa",
            "Bearer sk-ant-oat01-aaaaaaaaaaaaaaaaaaaaaaaa",
            "echo sk-ant-api03-aaaaaaaaaaaaaaaaaaaaaaaa",
            "KEY=AKIAIOSFODNN7EXAMPLE;",
            "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
            "-----BEGIN PRIVATE KEY-----\nAAAA",
        ] {
            assert!(is_secret_like(secret), "{secret}");
        }
        for other in [
            "https://api.example.com/v1",
            "/run/secrets/key",
            "ANTHROPIC_API_KEY",
            "sk-",
            "sk-is-a-prefix-without-digits",
            "/opt/sk-learn-model-serving-2024-prod/key",
            "arn:aws:iam::123456789012:role/some-role-with-a-long-name",
            "eu-central-1",
        ] {
            assert!(!is_secret_like(other), "{other}");
        }
    }
}
