//! `onecred exec`: a program with one credential in its environment, or none.

use std::ffi::{OsStr, OsString};
use std::io::{self, ErrorKind};
use std::process::Command;

use onecred_anthropic::DEFAULT_BASE_URL;
use onecred_core::{Auth, AuthError, CredentialKind, Env, ForeignPolicy, HeaderSecret};

use crate::args::{self, TargetArgs, TargetName};
use crate::chosen::Chosen;
use crate::exit::{Exit, Failure};
use crate::known;
use crate::output::Output;

pub(crate) fn run(args: &args::Exec, env: &Env, out: &mut Output) -> Result<Exit, Failure> {
    let mut given = Vec::new();
    if let Some(target) = &args.target {
        let chosen = target
            .choose(ForeignPolicy::Reject, env)
            .map_err(|refusal| refusal.failure)?;
        given = needed(target, &chosen)?;
        for note in chosen.notes {
            out.note(note);
        }
    }
    let Some((program, arguments)) = args.program.split_first() else {
        return Err(Failure::usage("there is no program to run"));
    };
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env_clear()
        .envs(inherited(env, args.target.as_ref()))
        .envs(given);
    start(command).map_err(|error| match error.kind() {
        ErrorKind::NotFound => Failure::new(Exit::NoProgram, "there is no such program")
            .hint("check its name and PATH"),
        kind => Failure::new(
            Exit::CannotRun,
            format!("the program cannot be run: {kind}"),
        ),
    })
}

/// Takes the program's place: its signals, its terminal and its exit code are its own, and nothing of
/// this process with the credential in it stays behind. Comes back only with an error.
#[cfg(unix)]
fn start(mut command: Command) -> io::Result<Exit> {
    use std::os::unix::process::CommandExt;
    Err(command.exec())
}

#[cfg(not(unix))]
fn start(mut command: Command) -> io::Result<Exit> {
    // The console sends its signals to both.
    let status = command.status()?;
    std::process::exit(status.code().unwrap_or(1))
}

/// The environment without the variables of any credential.
fn inherited(env: &Env, target: Option<&TargetArgs>) -> Vec<(OsString, OsString)> {
    let named = [
        target.and_then(|target| target.key_env.as_deref()),
        target.and_then(|target| target.bearer_env.as_deref()),
    ];
    let is_removed = |name: &OsStr| {
        known::removed().any(|removed| is_same_name(name, removed))
            || named
                .iter()
                .flatten()
                .any(|removed| is_same_name(name, removed))
    };
    env.names()
        .filter(|name| !is_removed(name))
        .filter_map(|name| Some((name.to_owned(), env.var(name)?.to_owned())))
        .collect()
}

fn is_same_name(name: &OsStr, removed: &str) -> bool {
    if cfg!(windows) {
        name.eq_ignore_ascii_case(removed)
    } else {
        name == removed
    }
}

/// The variable that the target's clients read, and where its credential goes.
fn needed(args: &TargetArgs, chosen: &Chosen) -> Result<Vec<(OsString, OsString)>, Failure> {
    let secret = secret_of(&chosen.auth)?;
    let mut given = Vec::new();
    let is_anthropic = match args.target {
        Some(name) => name == TargetName::Anthropic,
        None => chosen.target.name() == "anthropic",
    };
    let name = match is_anthropic {
        true => {
            // Without it the program would send a gateway's credential to the vendor.
            if let Some(url) = chosen.target.base_url()
                && url != DEFAULT_BASE_URL
            {
                given.push((onecred_anthropic::BASE_URL.into(), url.into()));
            }
            if is_api_key_header(chosen) {
                onecred_anthropic::API_KEY.to_owned()
            } else {
                onecred_anthropic::AUTH_TOKEN.to_owned()
            }
        }
        false => {
            let source = chosen.auth.source();
            let name = source.as_str().strip_prefix("env:");
            name.ok_or_else(|| Failure::new(Exit::Refused, "the credential is in no variable"))?
                .to_owned()
        }
    };
    given.push((name.into(), secret.expose().into()));
    Ok(given)
}

/// Anthropic's clients write the key's variable as `x-api-key` and the token's as `Authorization`.
fn is_api_key_header(chosen: &Chosen) -> bool {
    let header = chosen.target.key_placement();
    chosen.auth.kind() == Some(CredentialKind::ApiKey)
        && header.is_some_and(|placement| placement.header() == "x-api-key")
}

/// The text of the credential; a provider is asked for it.
pub(crate) fn secret_of(auth: &Auth) -> Result<HeaderSecret, Failure> {
    let credential = match auth {
        Auth::Static(fixed) => Some(fixed.credential().clone()),
        Auth::Provider(provider) => Some(provider.credential_blocking().map_err(|error| {
            let error = AuthError::from(error);
            Failure::of(Exit::of_auth(&error), &error)
        })?),
        _ => None,
    };
    credential
        .and_then(|credential| credential.secret().cloned())
        .ok_or_else(|| Failure::new(Exit::Refused, "this credential has no text of its own"))
}
