//! `--config FILE --client NAME`: one client of a configuration file.

use std::path::Path;

use onecred_config::{ConfigError, ConfigErrorKind, Consent, Registry, TrustStore, target_fn};
use onecred_core::{Env, ForeignPolicy, Report};

use crate::chosen::{Chosen, Refusal};
use crate::exit::{Exit, Failure};

/// Reads the file and builds that one client. Other clients' missing variables do not matter.
pub(crate) fn choose(
    file: &Path,
    client: &str,
    foreign: ForeignPolicy,
    env: &Env,
) -> Result<Chosen, Box<Refusal>> {
    let anthropic = target_fn("anthropic", || Ok(onecred_anthropic::target()))
        .bearer_variable(onecred_anthropic::AUTH_TOKEN);
    let mut builder = Registry::builder()
        .env(env.clone())
        .foreign(foreign)
        .target(anthropic)
        .with(onecred_static::config::file())
        .with(onecred_static::config::command())
        .consent(Consent::Explicit)
        .only(client);
    if let Some(store) = TrustStore::of_user(env) {
        builder = builder.trust(store);
    }
    let registry = builder
        .build_from_file(file)
        .map_err(|error| refusal(&error))?;
    let Some(authenticator) = registry.get(client) else {
        return Err(Failure::new(Exit::Refused, "the file has no such client")
            .hint(format!("its clients are: {}", registry.names().join(", ")))
            .into());
    };
    let auth = authenticator.auth();
    Ok(Chosen {
        target: authenticator.target().clone(),
        report: Report::of_choice(auth.source(), &auth, registry.attempts(client)),
        auth,
        notes: Vec::new(),
    })
}

fn refusal(error: &ConfigError) -> Box<Refusal> {
    let is_conflict = error.kind() == ConfigErrorKind::Conflict;
    Box::new(Refusal {
        failure: failure(error),
        target: None,
        report: None,
        // A conflict is one; everything else is a setting that is refused.
        setting: (!is_conflict).then(|| ("config".to_owned(), error.to_string())),
    })
}

pub(crate) fn failure(error: &ConfigError) -> Failure {
    let exit = match error.kind() {
        ConfigErrorKind::Secret => Exit::NoCredential,
        _ => Exit::Refused,
    };
    Failure::of(exit, error)
}
