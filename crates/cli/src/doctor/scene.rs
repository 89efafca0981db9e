//! What the causes look at.

use std::path::PathBuf;
use std::time::SystemTime;

use onecred_core::{
    AttemptOutcome, Env, HeaderSecret, InvalidSecret, Origin, Report, SecretKind, Target, TextFrom,
    Vendor, is_blank,
};

use super::files::{self, Content};
use super::stores::{self, Store};
use crate::args::{TargetArgs, TargetName};
use crate::known::{self, KNOWN, Known, TOKEN_FILES};

/// One target, what would be sent to it, and what lies around.
#[derive(Debug)]
pub(crate) struct Scene<'a> {
    pub(crate) env: &'a Env,
    pub(crate) now: SystemTime,
    pub(crate) scope: Scope,
    pub(crate) report: Option<&'a Report>,
    pub(crate) target: Option<&'a Target>,
    /// A setting that was refused, and why.
    pub(crate) setting: Option<&'a (String, String)>,
    pub(crate) secrets: Vec<Held>,
    pub(crate) stores: Vec<Store>,
}

/// What was asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    Everything,
    Anthropic,
    Custom,
}

/// A secret in a variable or in a file that one names.
#[derive(Debug)]
pub(crate) struct Held {
    /// The variable's name, or the variable and the file.
    pub(crate) place: String,
    pub(crate) variable: String,
    pub(crate) slot: SecretKind,
    /// Where it goes, if that is known.
    pub(crate) endpoint: Option<String>,
    pub(crate) secret: Result<HeaderSecret, InvalidSecret>,
    pub(crate) is_file: bool,
}

impl Held {
    /// Host of the endpoint.
    pub(crate) fn host(&self) -> Option<String> {
        let origin = Origin::of_url(self.endpoint.as_deref()?).ok()?;
        Some(origin.host().to_owned())
    }

    pub(crate) fn vendor(&self) -> Option<Vendor> {
        known::vendor_of(&self.host()?)
    }
}

impl<'a> Scene<'a> {
    pub(crate) fn new(env: &'a Env, now: SystemTime, args: &TargetArgs, is_asked: bool) -> Self {
        let scope = match args.target {
            _ if !is_asked => Scope::Everything,
            Some(TargetName::Anthropic) => Scope::Anthropic,
            // What a configuration file or the arguments name is looked at by its host.
            Some(TargetName::Custom) | None => Scope::Custom,
        };
        let stores = match scope {
            Scope::Custom => Vec::new(),
            scope => stores::all(env, scope == Scope::Everything),
        };
        Self {
            env,
            now,
            scope,
            report: None,
            target: None,
            setting: None,
            secrets: secrets(env, args, scope),
            stores,
        }
    }

    /// The names of sources that hold something for this target.
    pub(crate) fn found(&self) -> Vec<String> {
        let attempts = self.report.map_or(&[][..], |report| &report.attempts);
        attempts
            .iter()
            .filter(|attempt| attempt.outcome == AttemptOutcome::Found)
            .map(|attempt| attempt.source.to_string())
            .collect()
    }

    /// Whether a key of Anthropic is in the environment.
    pub(crate) fn anthropic_variables(&self) -> Vec<&'static str> {
        let names = [onecred_anthropic::API_KEY, onecred_anthropic::AUTH_TOKEN];
        let is_set = |name: &&str| is_set(self.env, name);
        match self.scope {
            Scope::Custom => Vec::new(),
            _ => names.into_iter().filter(is_set).collect(),
        }
    }

    /// The directory in which the user stands, as the shell says.
    pub(crate) fn working_directory(&self) -> Option<PathBuf> {
        let path = PathBuf::from(self.env.text("PWD")?);
        path.is_absolute().then_some(path)
    }

    /// Files in which Claude Code's settings are, the user's own first.
    pub(crate) fn claude_settings(&self) -> Vec<PathBuf> {
        if self.scope == Scope::Custom {
            return Vec::new();
        }
        let own = stores::claude_directory(self.env);
        let project = self.working_directory().map(|path| path.join(".claude"));
        let mut paths = Vec::new();
        for directory in own.into_iter().chain(project) {
            for name in ["settings.json", "settings.local.json"] {
                let path = directory.join(name);
                if !paths.contains(&path) {
                    paths.push(path);
                }
            }
        }
        paths
    }
}

/// Whether the variable holds more than white space.
pub(crate) fn is_set(env: &Env, name: &str) -> bool {
    env.var(name)
        .is_some_and(|value| !value.to_str().is_some_and(is_blank))
}

/// The known variables of a scope.
pub(crate) fn known(scope: Scope) -> impl Iterator<Item = &'static Known> {
    KNOWN.iter().filter(move |known| match scope {
        Scope::Everything => true,
        Scope::Anthropic => known.base_url == Some(onecred_anthropic::BASE_URL),
        Scope::Custom => false,
    })
}

fn secrets(env: &Env, args: &TargetArgs, scope: Scope) -> Vec<Held> {
    let mut secrets = Vec::new();
    let only = args
        .source
        .as_deref()
        .and_then(|name| name.strip_prefix("env:"));
    let mut hold = |name: &str, slot, endpoint: Option<String>| {
        if only.is_none_or(|only| only == name) && is_set(env, name) {
            secrets.extend(held(env, name, slot, endpoint));
        }
    };
    let given = args
        .base_url
        .clone()
        .or_else(|| args.origins.first().cloned());
    let named = [
        (&args.key_env, SecretKind::ApiKey),
        (&args.bearer_env, SecretKind::Bearer),
    ];
    let is_named = args.key_env.is_some() || args.bearer_env.is_some();
    for (name, slot) in named {
        if let Some(name) = name {
            let default = (args.target == Some(TargetName::Anthropic))
                .then(|| onecred_anthropic::DEFAULT_BASE_URL.to_owned());
            hold(name, slot, given.clone().or(default));
        }
    }
    // A named variable is looked at alone.
    if is_named {
        return secrets;
    }
    for known in known(scope) {
        let endpoint = match &given {
            Some(given) => Some(given.clone()),
            None => known
                .base_url
                .and_then(|name| env.text(name))
                .or(Some(known.default_url))
                .filter(|url| !url.is_empty())
                .map(str::to_owned),
        };
        hold(known.name, known.slot, endpoint);
    }
    if scope == Scope::Everything {
        for name in TOKEN_FILES {
            secrets.extend(in_file(env, name));
        }
    }
    secrets
}

fn held(env: &Env, name: &str, slot: SecretKind, endpoint: Option<String>) -> Option<Held> {
    let value = env.var(name)?;
    Some(Held {
        place: name.to_owned(),
        variable: name.to_owned(),
        slot,
        endpoint,
        secret: HeaderSecret::parse_bytes(value.as_encoded_bytes(), TextFrom::Environment),
        is_file: false,
    })
}

fn in_file(env: &Env, name: &str) -> Option<Held> {
    let path = PathBuf::from(env.text(name)?);
    let Content::Bytes(bytes) = files::read(&path) else {
        return None;
    };
    Some(Held {
        place: format!("{} (from {name})", files::shown(&path)),
        variable: name.to_owned(),
        slot: SecretKind::Bearer,
        endpoint: None,
        secret: HeaderSecret::parse_bytes(&bytes, TextFrom::File),
        is_file: true,
    })
}
