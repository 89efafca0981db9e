//! The client tables of a document, before anything is built of them.

use crate::auth;
use crate::document::{Document, Entry, Node, is_plain_name, shown, suggestion};
use crate::error::{ConfigError, ConfigErrorKind as Kind};
use crate::target::INLINE_KEYS;

/// The table of one client.
pub(super) struct Spec<'a> {
    pub(super) name: &'a str,
    pub(super) target: &'a Node,
    pub(super) auth: &'a Node,
}

pub(super) fn specs(document: &Document) -> Result<Vec<Spec<'_>>, ConfigError> {
    let root = document.root.as_table().unwrap_or_default();
    if let Some(unknown) = root.iter().find(|entry| entry.key != "client") {
        return Err(unknown_key(document, unknown, &["client"], || {
            "only [client.NAME] tables belong here".to_owned()
        }));
    }
    let none = |at: &std::ops::Range<usize>| {
        document
            .error(Kind::Missing, at, "no client is defined")
            .with_help("begin with [client.NAME]")
    };
    let Some(clients) = root.first() else {
        return Err(none(&(0..0)));
    };
    match clients.value.as_table() {
        None => Err(document
            .error(
                Kind::WrongType,
                &clients.at,
                format!("expected a table, found {}", clients.value.kind()),
            )
            .with_help("clients are tables: [client.NAME]")),
        Some([]) => Err(none(&clients.at)),
        Some(entries) => entries.iter().map(|entry| spec(document, entry)).collect(),
    }
}

fn spec<'a>(document: &Document, entry: &'a Entry) -> Result<Spec<'a>, ConfigError> {
    if !is_plain_name(&entry.key) {
        return Err(document
            .error(Kind::Invalid, &entry.at, "not a name for a client")
            .with_help("use at most 64 letters, digits, `-`, `_` and `.`"));
    }
    let client = shown(&entry.key, "this client");
    let Some(keys) = entry.value.as_table() else {
        let message = format!("client {client} is {}, not a table", entry.value.kind());
        return Err(document
            .error(Kind::WrongType, &entry.value.at, message)
            .with_help("write [client.NAME] with target and auth"));
    };
    let known = ["target", "auth"];
    if let Some(unknown) = keys.iter().find(|key| !known.contains(&key.key.as_str())) {
        let moved =
            |into: &str| format!("it belongs into {into}: {into} = {{ {} = … }}", unknown.key);
        return Err(unknown_key(document, unknown, &known, || {
            if INLINE_KEYS.contains(&unknown.key.as_str()) {
                moved("target")
            } else if auth::BUILT_IN.contains(&unknown.key.as_str())
                || ["file", "command", "oauth", "aws", "gcp"].contains(&unknown.key.as_str())
            {
                moved("auth")
            } else {
                "a client has target and auth".to_owned()
            }
        }));
    }
    let part = |key: &str, help: &str| {
        entry.value.get(key).map(|part| &part.value).ok_or_else(|| {
            let message = format!("client {client} has no {key}");
            document
                .error(Kind::Missing, &entry.at, message)
                .with_help(help)
        })
    };
    Ok(Spec {
        name: &entry.key,
        target: part("target", "add target = \"NAME\" or target = { origin = … }")?,
        auth: part(
            "auth",
            "add auth = { env = \"NAME\" } or auth = { anonymous = true }",
        )?,
    })
}

fn unknown_key(
    document: &Document,
    entry: &Entry,
    known: &[&str],
    otherwise: impl FnOnce() -> String,
) -> ConfigError {
    let name = shown(&entry.key, "");
    let message = format!("unknown key {name}");
    let error = document.error(Kind::UnknownKey, &entry.at, message.trim_end());
    match suggestion(&entry.key, known.iter().copied()) {
        Some(meant) => error.with_help(format!("did you mean `{meant}`?")),
        None => error.with_help(otherwise()),
    }
}
