//! `onecred trust`: says which commands a configuration file runs, and allows them.

use onecred_config::{TrustCandidate, TrustStore};
use onecred_core::{Env, Untrusted};

use crate::args;
use crate::configured;
use crate::exit::{Exit, Failure};
use crate::output::Output;

pub(crate) fn run(args: &args::Trust, env: &Env, out: &mut Output) -> Result<Exit, Failure> {
    let store = TrustStore::of_user(env).ok_or_else(|| {
        Failure::new(
            Exit::Refused,
            "there is no home directory to keep the list in",
        )
        .hint("set HOME, or XDG_STATE_HOME")
    })?;
    if args.undo {
        let was = store
            .untrust(&args.file)
            .map_err(|error| Failure::of(Exit::Refused, &error))?;
        out.line(if was {
            "no longer trusted"
        } else {
            "it was not trusted"
        });
        return Ok(Exit::Good);
    }
    // What is shown is what gets trusted, even if the file changes in between.
    let candidate =
        TrustCandidate::read(&args.file).map_err(|error| configured::failure(&error))?;
    let commands = candidate
        .commands()
        .map_err(|error| configured::failure(&error))?;
    for (line, argv) in &commands {
        let argv: Vec<String> = argv.iter().map(|word| Untrusted::sanitize(word)).collect();
        out.line(format_args!("line {line} runs: {}", argv.join(" ")));
    }
    if commands.is_empty() {
        out.line("it runs no command");
    }
    store
        .trust(&candidate)
        .map_err(|error| Failure::of(Exit::Refused, &error))?;
    out.line(format_args!("trusted    {}", candidate.sha256()));
    out.note("trust is for this content; after a change it must be given again");
    Ok(Exit::Good)
}
