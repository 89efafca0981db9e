#![cfg(unix)]

mod contracts;
mod misbehaviour;
mod rules;

use std::time::Duration;

use onecred_core::{Credential, CredentialProvider, Env, ProvideContext, ProviderError, Reason};

use super::HelperCommand;
use crate::scratch::Scratch;

pub(super) const TOKEN: &str = "test-only-token-0123456789abcdefghij";
/// {"exp":4102444800}: the year 2100.
pub(super) const JWT: &str = "eyJhbGciOiJub25lIn0.eyJleHAiOjQxMDI0NDQ4MDB9.test-only-signature";

pub(super) fn env() -> Env {
    Env::empty().with("PATH", "/usr/local/bin:/usr/bin:/bin")
}

/// A helper that is a shell script. It is given to the shell as a file, since a file that was written a
/// moment ago cannot always be started itself while other tests start processes.
pub(super) fn script(scratch: &Scratch, text: &str) -> HelperCommand {
    let path = scratch.file("helper.sh", text);
    HelperCommand::bearer(&env(), ["sh".into(), path.into_os_string()])
        .base_dir(scratch.dir())
        .timeout(Duration::from_secs(20))
}

pub(super) async fn ask(helper: &HelperCommand) -> Result<Credential, ProviderError> {
    let cx = ProvideContext::standalone(Reason::FirstUse);
    helper.provide(&cx).await
}

pub(super) async fn token(helper: &HelperCommand) -> Result<String, ProviderError> {
    let credential = ask(helper).await?;
    Ok(credential.secret().unwrap().expose().to_owned())
}
