//! Where programs keep the logins that they refresh. Read, never used.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use onecred_core::{Env, Fingerprint};
use serde_json::Value;

use super::files::{self, Content};
use crate::jwt::Claims;

/// A login in a file.
#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) program: &'static str,
    pub(crate) path: PathBuf,
    /// Why nothing can be said of it.
    pub(crate) broken: Option<String>,
    pub(crate) has_access_token: bool,
    pub(crate) expires_at: Option<SystemTime>,
    /// Told apart by the whole digest, never shown.
    pub(crate) refresh_token: Option<Fingerprint>,
}

#[derive(Debug, Clone, Copy)]
enum Form {
    Claude,
    Profile,
    Codex,
}

/// The directory in which Claude Code keeps its files.
pub(crate) fn claude_directory(env: &Env) -> Option<PathBuf> {
    let own = env.text("CLAUDE_CONFIG_DIR").map(PathBuf::from);
    own.or_else(|| Some(env.home()?.join(".claude")))
}

pub(crate) fn profiles_directory(env: &Env) -> Option<PathBuf> {
    let own = env.text("ANTHROPIC_CONFIG_DIR").map(PathBuf::from);
    own.or_else(|| Some(env.home()?.join(".config/anthropic")))
}

pub(crate) fn codex_directory(env: &Env) -> Option<PathBuf> {
    let own = env.text("CODEX_HOME").map(PathBuf::from);
    own.or_else(|| Some(env.home()?.join(".codex")))
}

/// Every store that is there.
pub(crate) fn all(env: &Env, has_codex: bool) -> Vec<Store> {
    let mut stores = Vec::new();
    if let Some(directory) = claude_directory(env) {
        let path = directory.join(".credentials.json");
        stores.extend(Store::read("Claude Code", path, Form::Claude));
    }
    if let Some(directory) = profiles_directory(env) {
        for path in files::entries(&directory.join("credentials")) {
            if path.extension().is_some_and(|end| end == "json") {
                stores.extend(Store::read("an Anthropic profile", path, Form::Profile));
            }
        }
    }
    if has_codex && let Some(directory) = codex_directory(env) {
        stores.extend(Store::read(
            "codex",
            directory.join("auth.json"),
            Form::Codex,
        ));
    }
    stores
}

impl Store {
    fn read(program: &'static str, path: PathBuf, form: Form) -> Option<Self> {
        let mut store = Self {
            program,
            path,
            broken: None,
            has_access_token: false,
            expires_at: None,
            refresh_token: None,
        };
        match files::read(&store.path) {
            Content::Missing => return None,
            Content::Unreadable(why) => store.broken = Some(why),
            Content::Bytes(bytes) => match serde_json::from_slice(&bytes) {
                Ok(value) => store.fill(&value, form),
                Err(_) => store.broken = Some("is not JSON".to_owned()),
            },
        }
        Some(store)
    }

    fn fill(&mut self, value: &Value, form: Form) {
        let (login, access, refresh) = match form {
            Form::Claude => (&value["claudeAiOauth"], "accessToken", "refreshToken"),
            Form::Profile => (value, "access_token", "refresh_token"),
            Form::Codex => (&value["tokens"], "access_token", "refresh_token"),
        };
        let word = |name: &str| login[name].as_str().filter(|text| !text.is_empty());
        self.has_access_token = word(access).is_some();
        self.refresh_token = word(refresh).map(|text| Fingerprint::of(text.as_bytes()));
        self.expires_at = match form {
            Form::Claude => login["expiresAt"].as_u64().and_then(from_millis),
            Form::Profile => profile_expiry(&login["expires_at"]),
            Form::Codex => word(access)
                .and_then(Claims::of)
                .and_then(|claims| claims.expires_at()),
        };
    }

    pub(crate) fn is_login(&self) -> bool {
        self.has_access_token || self.refresh_token.is_some()
    }

    pub(crate) fn directory(&self) -> Option<&Path> {
        self.path.parent()
    }

    pub(crate) fn shown(&self) -> String {
        files::shown(&self.path)
    }
}

fn from_millis(millis: u64) -> Option<SystemTime> {
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(millis))
}

/// Seconds, or RFC 3339.
fn profile_expiry(value: &Value) -> Option<SystemTime> {
    match value {
        Value::String(text) => humantime::parse_rfc3339(text).ok(),
        value => SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(value.as_u64()?)),
    }
}
