//! From arguments and environment to one auth and its target, or the reason why not.

use http::HeaderName;
use onecred_anthropic::{Anthropic, Dialect};
use onecred_core::{
    Auth, Env, ForeignPolicy, InvalidTarget, Report, ResolveError, ResolveErrorKind, Shape, Target,
};
use onecred_static::Custom;

use crate::args::{DialectName, TargetArgs, TargetName};
use crate::configured;
use crate::exit::{Exit, Failure};

/// What would be used.
#[derive(Debug)]
pub(crate) struct Chosen {
    pub(crate) target: Target,
    pub(crate) auth: Auth,
    pub(crate) report: Report,
    pub(crate) notes: Vec<String>,
}

/// Why nothing would be used, with as much of the picture as there is.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) failure: Failure,
    pub(crate) target: Option<Target>,
    pub(crate) report: Option<Report>,
    /// A setting that is no credential and was refused: which, and why.
    pub(crate) setting: Option<(String, String)>,
}

impl From<Failure> for Box<Refusal> {
    fn from(failure: Failure) -> Self {
        Box::new(Refusal {
            failure,
            target: None,
            report: None,
            setting: None,
        })
    }
}

impl TargetArgs {
    pub(crate) fn name(&self) -> &str {
        match self.target {
            Some(TargetName::Anthropic) => "anthropic",
            Some(TargetName::Custom) => "custom",
            None => self.client.as_deref().unwrap_or("configured"),
        }
    }

    pub(crate) fn choose(&self, foreign: ForeignPolicy, env: &Env) -> Result<Chosen, Box<Refusal>> {
        self.check_names()?;
        match (self.target, &self.config, &self.client) {
            (Some(TargetName::Anthropic), ..) => self.anthropic(foreign, env),
            (Some(TargetName::Custom), ..) => self.custom(foreign, env),
            (None, Some(file), Some(client)) => {
                self.check_configured()?;
                configured::choose(file, client, foreign, env)
            }
            _ => Err(
                Failure::usage("neither --target nor --config says what for")
                    .hint("add --target anthropic, or --config FILE --client NAME")
                    .into(),
            ),
        }
    }

    fn anthropic(&self, foreign: ForeignPolicy, env: &Env) -> Result<Chosen, Box<Refusal>> {
        if !self.origins.is_empty() || self.key_header.is_some() || self.key_bearer {
            return Err(Failure::usage(
                "--origin, --key-header and --key-bearer are for --target custom",
            )
            .hint("for --target anthropic there are --base-url and --dialect")
            .into());
        }
        let mut settings = Anthropic::builder().foreign(foreign);
        if let Some(url) = &self.base_url {
            settings = settings.base_url(url);
        }
        if let Some(name) = &self.key_env {
            settings = settings.api_key_from_env(name);
        }
        if let Some(name) = &self.bearer_env {
            settings = settings.auth_token_from_env(name);
        }
        if let Some(source) = &self.source {
            settings = settings.source(source.clone());
        }
        if let Some(DialectName::Bearer) = self.dialect {
            settings = settings.dialect(Dialect::Bearer);
        }
        if self.allow_env_base_url {
            settings = settings.allow_env_base_url();
        }
        match settings.resolve_blocking(env) {
            Ok(resolved) => Ok(Chosen {
                target: resolved.target,
                auth: resolved.auth,
                report: resolved.report,
                notes: resolved.notes.iter().map(ToString::to_string).collect(),
            }),
            Err(error) => Err(Box::new(Refusal {
                failure: anthropic_failure(&error),
                target: settings.target(env).ok(),
                report: error.report().cloned(),
                setting: match &error {
                    onecred_anthropic::Error::BaseUrl { source, error, .. } => {
                        Some((base_url_name(*source), error.to_string()))
                    }
                    _ => None,
                },
            })),
        }
    }

    fn custom(&self, foreign: ForeignPolicy, env: &Env) -> Result<Chosen, Box<Refusal>> {
        self.check_custom()?;
        let mut settings = Custom::builder("custom").foreign(foreign);
        for origin in &self.origins {
            settings = settings.origin(origin);
        }
        if let Some(url) = &self.base_url {
            settings = settings.base_url(url);
        }
        if let Some(name) = &self.key_header {
            settings = settings.key_header(name);
        }
        if self.key_bearer {
            settings = settings.key_bearer();
        }
        if let Some(name) = &self.key_env {
            settings = settings.api_key_from_env(name);
        }
        if let Some(name) = &self.bearer_env {
            settings = settings.bearer_from_env(name);
        }
        if let Some(source) = &self.source {
            settings = settings.source(source.clone());
        }
        match settings.resolve_blocking(env) {
            Ok(resolved) => Ok(Chosen {
                target: resolved.target,
                auth: resolved.auth,
                report: resolved.report,
                notes: Vec::new(),
            }),
            Err(error) => Err(Box::new(Refusal {
                failure: custom_failure(&error),
                target: settings.target().ok(),
                report: error.report().cloned(),
                setting: match &error {
                    onecred_static::Error::Target(InvalidTarget::Origin(origin)) => {
                        Some(("argument:origin".to_owned(), origin.to_string()))
                    }
                    _ => None,
                },
            })),
        }
    }

    /// The file says all of it.
    fn check_configured(&self) -> Result<(), Failure> {
        let more = !self.origins.is_empty()
            || self.base_url.is_some()
            || self.key_header.is_some()
            || self.key_bearer
            || self.key_env.is_some()
            || self.bearer_env.is_some()
            || self.source.is_some()
            || self.dialect.is_some()
            || self.allow_env_base_url;
        if more {
            return Err(Failure::usage(
                "with --config the file says where to and with what; leave the other arguments out",
            ));
        }
        Ok(())
    }

    /// Names are printed, so what cannot be one is refused unseen: it may be a key in the wrong place.
    fn check_names(&self) -> Result<(), Failure> {
        for (argument, name) in [
            ("--key-env", &self.key_env),
            ("--bearer-env", &self.bearer_env),
        ] {
            if name.as_deref().is_some_and(|name| !is_variable(name)) {
                return Err(Failure::usage(format!(
                    "the value of {argument} is not the name of a variable"
                ))
                .hint("put the key into a variable, and give the variable's name here"));
            }
        }
        if let Some(source) = &self.source
            && !source.strip_prefix("env:").is_some_and(is_variable)
        {
            return Err(
                Failure::usage("the value of --source is not the name of a source")
                    .hint("write env:VARIABLE"),
            );
        }
        if let Some(name) = &self.key_header
            && !is_header_name(name)
        {
            return Err(Failure::usage(
                "the value of --key-header is not the name of a header",
            ));
        }
        Ok(())
    }

    fn check_custom(&self) -> Result<(), Failure> {
        if self.dialect.is_some() || self.allow_env_base_url {
            return Err(Failure::usage(
                "--dialect and --allow-env-base-url are for --target anthropic",
            ));
        }
        if self.origins.is_empty() && self.base_url.is_none() {
            return Err(Failure::usage("--target custom does not say where to")
                .hint("add --origin https://HOST"));
        }
        if self
            .base_url
            .as_deref()
            .is_some_and(|url| url.contains('?'))
        {
            return Err(
                Failure::new(Exit::Refused, "the base URL is refused: it has a query")
                    .hint("remove everything from the ?"),
            );
        }
        if self.key_env.is_none() && self.bearer_env.is_none() {
            return Err(
                Failure::usage("--target custom does not say which variable to read")
                    .hint("add --key-env VARIABLE for an API key, or --bearer-env VARIABLE"),
            );
        }
        if self.key_env.is_some() && self.key_header.is_none() && !self.key_bearer {
            return Err(Failure::usage("--key-env needs to know where the key goes")
                .hint("add --key-header NAME, or --key-bearer"));
        }
        Ok(())
    }
}

/// Longer names are more likely keys.
const MAX_NAME: usize = 64;

fn is_variable(name: &str) -> bool {
    let is_word = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    is_word && (1..=MAX_NAME).contains(&name.len()) && Shape::of(name).is_none()
}

fn is_header_name(name: &str) -> bool {
    name.len() <= MAX_NAME && Shape::of(name).is_none() && name.parse::<HeaderName>().is_ok()
}

fn base_url_name(source: onecred_anthropic::BaseUrlSource) -> String {
    match source {
        onecred_anthropic::BaseUrlSource::Environment => source.to_string(),
        _ => "argument:base_url".to_owned(),
    }
}

fn anthropic_failure(error: &onecred_anthropic::Error) -> Failure {
    use onecred_anthropic::{API_KEY, AUTH_TOKEN, CUSTOM_HEADERS, Error};
    match error {
        Error::Credential(error) => {
            let own = format!("set {API_KEY} or {AUTH_TOKEN} in the environment");
            let failure = credential_failure(error, &own);
            match error.kind() {
                ResolveErrorKind::Conflict(conflict)
                    if conflict.sources().1.as_str().contains(CUSTOM_HEADERS) =>
                {
                    failure.hint(format!("remove that line from {CUSTOM_HEADERS}"))
                }
                _ => failure,
            }
        }
        Error::Choice(_) => {
            Failure::of(Exit::Refused, error).hint("leave one of the two arguments out")
        }
        _ => Failure::of(Exit::Refused, error),
    }
}

fn custom_failure(error: &onecred_static::Error) -> Failure {
    use onecred_static::Error;
    match error {
        Error::Credential(error) => credential_failure(error, "set one of them in the environment"),
        Error::Target(InvalidTarget::Origin(_)) => Failure::of(Exit::Refused, error),
        Error::Target(_) => Failure::of(Exit::Usage, error),
        _ => Failure::of(Exit::Refused, error),
    }
}

fn credential_failure(error: &ResolveError, when_none: &str) -> Failure {
    let failure = Failure::of(Exit::of_outcome(error.report().outcome), error);
    match error.kind() {
        ResolveErrorKind::NotConfigured => failure.hint(when_none),
        ResolveErrorKind::Conflict(conflict) => failure.hint(format!(
            "unset one of the two, or say which is meant: --source {}",
            conflict.sources().0
        )),
        ResolveErrorKind::UnknownSource(_) => {
            let attempts = &error.report().attempts;
            let known: Vec<String> = attempts
                .iter()
                .map(|attempt| attempt.source.to_string())
                .collect();
            failure.hint(format!("the sources are: {}", known.join(", ")))
        }
        _ => failure,
    }
}
