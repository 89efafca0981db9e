//! What the tests share: a registry with a few kinds, and a directory of its own.
#![allow(dead_code, unreachable_pub, reason = "each test uses a part of it")]

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use onecred_config::{
    AuthFactory, BuildContext, Built, ConfigError, Registry, RegistryBuilder, SecretRef,
    SecretSource, Section, target_fn,
};
use onecred_core::{
    AuthError, AuthRequest, Authenticator, Body, CachePolicy, Credential, CredentialProvider, Env,
    HeaderSecret, ProvideContext, ProviderError, Target, TextFrom,
};
use serde::Deserialize;

pub const KEY: &str = "test-only-key-00000000000000000000000000wxyz";

pub fn env() -> Env {
    Env::empty()
        .with("GOOD", KEY)
        .with("BLANK", " \n\t")
        .with("BROKEN", "two plant3d words q8z7w6v5")
        .with("CONTROL", "plant3d\u{1b}[31m-q8z7w6")
}

/// How often the providers of the test kinds were asked, and commands would have been run.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    pub vault: Arc<AtomicUsize>,
    pub built: Arc<AtomicUsize>,
    pub command: Arc<AtomicUsize>,
}

impl Asked {
    pub fn vault(&self) -> usize {
        self.vault.load(Ordering::SeqCst)
    }

    pub fn built(&self) -> usize {
        self.built.load(Ordering::SeqCst)
    }

    pub fn command(&self) -> usize {
        self.command.load(Ordering::SeqCst)
    }
}

pub fn builder(asked: &Asked) -> RegistryBuilder {
    Registry::builder()
        .env(env())
        .with(File)
        .with(Command(asked.clone()))
        .with(Vault(asked.clone()))
        .target(
            target_fn("anthropic", || {
                Target::builder("anthropic")
                    .base_url("https://api.anthropic.com")?
                    .key_header("x-api-key")?
                    .build()
            })
            .bearer_variable("ANTHROPIC_AUTH_TOKEN"),
        )
}

/// A kind with a table, a secret in it, and a mistake that serde does not see.
pub struct Vault(pub Asked);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VaultTable {
    path: String,
    lease: Option<u32>,
    unlock: Option<SecretRef>,
    #[serde(default)]
    mode: Mode,
}

/// Its message quotes what it was given, as those of many types do.
#[derive(Default)]
struct Mode;

impl FromStr for Mode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "kv" => Ok(Self),
            other => Err(format!("no mode {other}")),
        }
    }
}

impl<'de> Deserialize<'de> for Mode {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl AuthFactory for Vault {
    fn kind(&self) -> &str {
        "vault"
    }

    fn schema(&self) -> Option<Cow<'static, str>> {
        Some(
            r##"{ "type": "object", "required": ["path"], "additionalProperties": false, "properties": {
                "path": { "type": "string" }, "lease": { "type": "integer" },
                "unlock": { "type": "object", "maxProperties": 1, "additionalProperties": false,
                    "properties": { "env": {}, "file": {}, "command": {} } }, "mode": { "const": "kv" } } }"##
                .into(),
        )
    }

    fn build(&self, cx: &BuildContext<'_>, section: Section<'_>) -> Result<Built, ConfigError> {
        let table: VaultTable = section.deserialize()?;
        let Mode = table.mode;
        if table.path.is_empty() {
            return Err(section.error("path", "the path is empty"));
        }
        let unlock = match (&table.unlock, section.get("unlock")) {
            (Some(reference), Some(place)) => Some(cx.secret(reference, place)?),
            _ => None,
        };
        self.0.built.fetch_add(1, Ordering::SeqCst);
        Ok(Built::Provider(
            Arc::new(Lease {
                asked: self.0.clone(),
                path: table.path,
                unlock,
            }),
            CachePolicy::default(),
        ))
    }
}

#[derive(Debug)]
struct Lease {
    asked: Asked,
    path: String,
    unlock: Option<SecretSource>,
}

#[async_trait::async_trait]
impl CredentialProvider for Lease {
    async fn provide(&self, _: &ProvideContext) -> Result<Credential, ProviderError> {
        self.asked.vault.fetch_add(1, Ordering::SeqCst);
        if self.path == "missing" {
            return Err(ProviderError::not_configured("nothing there"));
        }
        let unlocked = match &self.unlock {
            Some(source) => {
                let secret = source.load().await?;
                format!("-{}", secret.expose_str().unwrap_or_default())
            }
            None => String::new(),
        };
        let text = format!("lease-of-{}{unlocked}", self.path);
        Ok(Credential::api_key(HeaderSecret::parse(
            &text,
            TextFrom::Provider,
        )?))
    }
}

/// A key in a file, read by the factory.
pub struct File;

impl AuthFactory for File {
    fn kind(&self) -> &str {
        "file"
    }

    fn build(&self, cx: &BuildContext<'_>, section: Section<'_>) -> Result<Built, ConfigError> {
        let secret = cx.read(section)?;
        let secret = HeaderSecret::parse_bytes(secret.expose(), TextFrom::File)
            .map_err(|error| section.error("", "not a key").with_source(error))?;
        Ok(onecred_core::Auth::api_key(secret).into())
    }
}

/// Runs nothing, but counts that it would have.
pub struct Command(pub Asked);

impl AuthFactory for Command {
    fn kind(&self) -> &str {
        "command"
    }

    fn build(&self, _: &BuildContext<'_>, section: Section<'_>) -> Result<Built, ConfigError> {
        let words: Vec<String> = section.deserialize()?;
        let asked = Arc::clone(&self.0.command);
        Ok(Built::provider(onecred_core::provider_fn(
            format!("command {}", words.concat()),
            move |_cx| {
                asked.fetch_add(1, Ordering::SeqCst);
                async {
                    let secret = HeaderSecret::parse("printed-key", TextFrom::Command)?;
                    Ok(Credential::api_key(secret))
                }
            },
        )))
    }
}

/// A directory that is removed in the end.
pub struct Directory(PathBuf);

impl Directory {
    pub fn new(name: &str) -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::SeqCst);
        let name = format!("onecred-config-{name}-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path.canonicalize().unwrap())
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file of mode 0600, atomically, and gives its path.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let new = path.with_extension("new");
        std::fs::write(&new, content).unwrap();
        mode(&new, 0o600);
        std::fs::rename(&new, &path).unwrap();
        path
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _removed = std::fs::remove_dir_all(&self.0);
    }
}

pub fn mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// The credential headers of one request, `name: value`.
pub async fn placed(authenticator: &Authenticator, url: &str) -> Result<Vec<String>, AuthError> {
    let mut uri = url.parse().unwrap();
    let mut headers = http::HeaderMap::new();
    let mut request = AuthRequest::new(&http::Method::GET, &mut uri, &mut headers, Body::Empty);
    authenticator.authorize(&mut request).await?;
    Ok(headers
        .iter()
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect())
}

#[expect(clippy::panic, reason = "tests")]
/// Waits until it is so; panics after ten seconds.
pub async fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..1000 {
        if is_so() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("{what}: not within ten seconds");
}
