//! Keys and tokens from text: what the program passes, and what a variable holds.

use std::ffi::OsStr;
use std::path::Path;

use super::source::{Lookup, Source};
use crate::auth::Auth;
use crate::credential::CredentialKind;
use crate::env::Env;
use crate::header_secret::HeaderSecret;
use crate::hygiene::{InvalidSecret, Rule, SecretKind, Shape, TextFrom, Vendor, is_blank};
use crate::secret::Secret;
use crate::source_name::SourceName;

/// A key or token that the program itself passes. Empty and blank mean that none was passed.
#[derive(Debug)]
pub struct Argument {
    slot: SecretKind,
    vendor: Option<Vendor>,
    text: Option<Secret>,
}

impl Argument {
    /// An API key from the program's own settings.
    pub fn api_key(text: Option<impl AsRef<str>>) -> Self {
        Self::new(SecretKind::ApiKey, text)
    }

    /// An access token from the program's own settings.
    pub fn bearer(text: Option<impl AsRef<str>>) -> Self {
        Self::new(SecretKind::Bearer, text)
    }

    fn new(slot: SecretKind, text: Option<impl AsRef<str>>) -> Self {
        Self {
            slot,
            vendor: None,
            text: text.map(|text| Secret::new(text.as_ref())),
        }
    }

    /// Whose credential belongs here, so that another vendor's is warned about.
    #[must_use]
    pub fn vendor(mut self, vendor: Vendor) -> Self {
        self.vendor = Some(vendor);
        self
    }
}

#[async_trait::async_trait]
impl Source for Argument {
    fn name(&self) -> SourceName {
        match self.slot {
            SecretKind::Bearer => SourceName::new("argument:bearer"),
            _ => SourceName::new("argument:api_key"),
        }
    }

    fn kind(&self) -> Option<CredentialKind> {
        Some(kind(self.slot))
    }

    fn is_explicit(&self) -> bool {
        true
    }

    async fn look(&self, env: &Env) -> Lookup {
        match &self.text {
            None => Lookup::Absent("not given".to_owned()),
            Some(text) => read(
                text.expose(),
                TextFrom::Argument,
                self.slot,
                self.vendor,
                env,
            ),
        }
    }
}

/// A key or token in an environment variable.
#[derive(Debug)]
pub struct Variable {
    slot: SecretKind,
    vendor: Option<Vendor>,
    name: String,
    explicit: bool,
}

impl Variable {
    /// An API key in this variable.
    pub fn api_key(name: impl Into<String>) -> Self {
        Self::new(SecretKind::ApiKey, name)
    }

    /// An access token in this variable.
    pub fn bearer(name: impl Into<String>) -> Self {
        Self::new(SecretKind::Bearer, name)
    }

    fn new(slot: SecretKind, name: impl Into<String>) -> Self {
        Self {
            slot,
            vendor: None,
            name: name.into(),
            explicit: false,
        }
    }

    /// Whose credential belongs here, so that another vendor's is warned about.
    #[must_use]
    pub fn vendor(mut self, vendor: Vendor) -> Self {
        self.vendor = Some(vendor);
        self
    }

    /// The user named this very variable, so finding it is an explicit choice.
    #[must_use]
    pub fn explicit(mut self) -> Self {
        self.explicit = true;
        self
    }
}

#[async_trait::async_trait]
impl Source for Variable {
    fn name(&self) -> SourceName {
        SourceName::env(&self.name)
    }

    fn kind(&self) -> Option<CredentialKind> {
        Some(kind(self.slot))
    }

    fn is_explicit(&self) -> bool {
        self.explicit
    }

    async fn look(&self, env: &Env) -> Lookup {
        match env.var(&self.name) {
            None => Lookup::Absent("not set".to_owned()),
            Some(value) => read(
                value.as_encoded_bytes(),
                TextFrom::Environment,
                self.slot,
                self.vendor,
                env,
            ),
        }
    }
}

fn kind(slot: SecretKind) -> CredentialKind {
    match slot {
        SecretKind::Bearer => CredentialKind::Bearer,
        _ => CredentialKind::ApiKey,
    }
}

fn read(
    bytes: &[u8],
    from: TextFrom,
    slot: SecretKind,
    vendor: Option<Vendor>,
    env: &Env,
) -> Lookup {
    if std::str::from_utf8(bytes).is_ok_and(is_blank) {
        let how = if bytes.is_empty() { "empty" } else { "blank" };
        return Lookup::Absent(format!("set, but {how}"));
    }
    if is_path_of_file(bytes, env) {
        return Lookup::Invalid(InvalidSecret::new(Rule::FilePath, None).into());
    }
    match HeaderSecret::parse_bytes(bytes, from) {
        Ok(secret) => found(secret, slot, vendor),
        Err(error) => Lookup::Invalid(error.into()),
    }
}

fn found(secret: HeaderSecret, slot: SecretKind, vendor: Option<Vendor>) -> Lookup {
    let odd = secret
        .shape()
        .and_then(|shape| shape.mismatch(slot, vendor))
        .map(str::to_owned);
    let notes: Vec<String> = secret
        .notes()
        .iter()
        .map(ToString::to_string)
        .chain(odd)
        .collect();
    Lookup::Found {
        auth: match slot {
            SecretKind::Bearer => Auth::bearer(secret),
            _ => Auth::api_key(secret),
        },
        detail: notes.join("; "),
    }
}

/// Only values that are written like a path are looked up, so that keys do not reach the file system.
fn is_path_of_file(bytes: &[u8], env: &Env) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    let text = text.trim_ascii().trim_matches(['"', '\'']);
    if let Some(rest) = text.strip_prefix("~/") {
        return env.home().is_some_and(|home| home.join(rest).is_file());
    }
    // Keys may hold a slash too; those of a known shape are never looked up.
    let like_a_path = Path::new(OsStr::new(text)).is_absolute()
        || (text.contains(std::path::MAIN_SEPARATOR) && Shape::of(text).is_none());
    like_a_path && Path::new(text).is_file()
}
