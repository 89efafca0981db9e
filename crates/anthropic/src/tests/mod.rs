use onecred_core::{AttemptOutcome, Env, Report};

use crate::{Anthropic, Error, Resolved};

mod base_url;
mod credentials;
mod custom_headers;
mod hygiene;
mod matrix;

pub(crate) const KEY: &str = "sk-ant-api03-test-only-key-0000000000000000000000000000wxyz";
pub(crate) const TOKEN: &str = "test-only-access-token-00000000000000000000000000tokn";

pub(crate) fn key_env() -> Env {
    Env::empty().with("ANTHROPIC_API_KEY", KEY)
}

pub(crate) fn resolve(settings: &Anthropic, env: &Env) -> Result<Resolved, Error> {
    settings.resolve_blocking(env)
}

pub(crate) fn outcomes(report: &Report) -> Vec<(&str, AttemptOutcome)> {
    report
        .attempts
        .iter()
        .map(|attempt| (attempt.source.as_str(), attempt.outcome))
        .collect()
}

/// Everything that the error would print, its chain included.
pub(crate) fn all_text(error: &Error) -> String {
    let mut text = format!("{error:?} {error}");
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text.push_str(&format!(" {error:?} {error}"));
        cause = error.source();
    }
    text
}
