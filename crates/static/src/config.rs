//! The kinds `file` and `command` of `onecred.toml`, for `onecred-config`.
//!
//! ```
//! use onecred_config::Registry;
//! let registry = Registry::builder()
//!     .with(onecred_static::config::file())
//!     .with(onecred_static::config::command());
//! ```

use std::borrow::Cow;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use onecred_config::{AuthFactory, BuildContext, Built, ConfigError, SecretForm, Section};
use serde::Deserialize;

use crate::{HelperCommand, KeyFile};

/// The kind `file`: `{ file = "PATH" }`, or a table with `path`, `form`, `refresh_after` and
/// `check_every` (both in seconds). Relative paths resolve against the configuration file.
pub fn file() -> impl AuthFactory {
    File
}

/// The kind `command`: `{ command = ["PROGRAM", "ARGUMENT", …] }`, or a table with `argv`, `form`,
/// `protocol` (`"token"` or `"bazel"`), `uri` (for `bazel`), `ttl` and `timeout` (both in seconds). A
/// program with a relative path resolves against the configuration file.
pub fn command() -> impl AuthFactory {
    Command
}

#[derive(Debug)]
struct File;

#[derive(Debug)]
struct Command;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileTable {
    // Read through its section, which knows the directory.
    #[serde(rename = "path")]
    _path: String,
    #[serde(default)]
    form: SecretForm,
    refresh_after: Option<u64>,
    check_every: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CommandTable {
    argv: Vec<String>,
    form: Option<SecretForm>,
    #[serde(default)]
    protocol: Protocol,
    uri: Option<String>,
    ttl: Option<u64>,
    timeout: Option<u64>,
}

#[derive(Deserialize, Default, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Protocol {
    #[default]
    Token,
    Bazel,
}

impl AuthFactory for File {
    fn kind(&self) -> &str {
        "file"
    }

    fn schema(&self) -> Option<Cow<'static, str>> {
        Some(Cow::Borrowed(include_str!("config/file.json")))
    }

    fn build(&self, cx: &BuildContext<'_>, section: Section<'_>) -> Result<Built, ConfigError> {
        let Some(path) = section.get("path") else {
            if section.as_str().is_none() {
                // A table says best what it lacks.
                section.deserialize::<FileTable>()?;
            }
            return Ok(Built::provider(KeyFile::api_key(cx.path(section)?)));
        };
        let table: FileTable = section.deserialize()?;
        let path: PathBuf = cx.path(path)?;
        let mut file = match table.form {
            SecretForm::Bearer => KeyFile::bearer(path),
            _ => KeyFile::api_key(path),
        };
        if let Some(seconds) = table.refresh_after {
            file = file.refresh_after(Duration::from_secs(seconds));
        }
        if let Some(seconds) = table.check_every {
            file = file.check_every(Duration::from_secs(seconds));
        }
        Ok(Built::provider(file))
    }
}

impl AuthFactory for Command {
    fn kind(&self) -> &str {
        "command"
    }

    fn schema(&self) -> Option<Cow<'static, str>> {
        Some(Cow::Borrowed(include_str!("config/command.json")))
    }

    fn runs_commands(&self) -> bool {
        true
    }

    fn build(&self, cx: &BuildContext<'_>, section: Section<'_>) -> Result<Built, ConfigError> {
        let (table, words) = match section.get("argv") {
            Some(words) => (section.deserialize::<CommandTable>()?, words),
            None if section.element(0).is_some() => {
                let table = CommandTable {
                    argv: section.deserialize()?,
                    form: None,
                    protocol: Protocol::Token,
                    uri: None,
                    ttl: None,
                    timeout: None,
                };
                (table, section)
            }
            None if section.as_str().is_some() => {
                return Err(section
                    .error("", "a command is a list of words, since there is no shell")
                    .with_help("write [\"program\", \"argument\"]"));
            }
            None => (section.deserialize::<CommandTable>()?, section),
        };
        let mut argv: Vec<OsString> = table.argv.iter().map(OsString::from).collect();
        match argv.first_mut() {
            None => return Err(words.error("", "the command is empty")),
            Some(program) if program.is_empty() => {
                return Err(words.error("", "the program's name is empty"));
            }
            Some(program) => {
                if let Some(first) = words.element(0)
                    && program.as_encoded_bytes().contains(&b'/')
                {
                    *program = cx.path(first)?.into_os_string();
                }
            }
        }
        let env = cx.env();
        let mut helper = match (table.protocol, table.uri, table.form) {
            (Protocol::Token, Some(_), _) => {
                return Err(section.error("uri", "only the protocol `bazel` asks with a URI"));
            }
            (Protocol::Token, None, Some(SecretForm::Bearer)) => HelperCommand::bearer(env, argv),
            (Protocol::Token, None, _) => HelperCommand::api_key(env, argv),
            (Protocol::Bazel, _, Some(_)) => {
                return Err(section.error("form", "the protocol `bazel` says the form itself"));
            }
            (Protocol::Bazel, Some(uri), None) => HelperCommand::bazel(env, argv, uri),
            (Protocol::Bazel, None, None) => {
                return Err(section.error("protocol", "the protocol `bazel` needs a `uri`"));
            }
        };
        if let Some(seconds) = table.ttl {
            helper = helper.ttl(Duration::from_secs(seconds));
        }
        if let Some(seconds) = table.timeout {
            helper = helper.timeout(Duration::from_secs(seconds));
        }
        Ok(Built::provider(helper))
    }
}

#[cfg(test)]
mod tests;
