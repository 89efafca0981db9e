//! The parts of the command `onecred`, for its binary and its tests. Not a library for programs: use the
//! crate `onecred`.

mod args;
mod chosen;
mod configured;
mod demo;
pub mod doctor;
mod exec;
mod exit;
mod explain;
mod headers;
mod jwt;
mod known;
mod output;
mod shown;
mod token;
mod trust;
mod usage;

use std::process::ExitCode;

use clap::Parser;
use onecred_core::Env;

use args::{Args, Command};
use output::Output;

/// Runs the command with the arguments and the environment of this process.
#[must_use]
pub fn main() -> ExitCode {
    let env = Env::from_process();
    let mut out = Output::for_process(&env);
    let code = match Args::try_parse() {
        Ok(args) => run(&args, &env, &mut out),
        Err(error) => usage::report(&error, &mut out),
    };
    code.into()
}

fn run(args: &Args, env: &Env, out: &mut Output) -> exit::Exit {
    let done = match &args.command {
        Command::Explain(args) => explain::run(args, env, out),
        Command::Headers(args) => headers::run(args, env, out),
        Command::Doctor(args) => doctor::run(args, env, out),
        Command::Exec(args) => exec::run(args, env, out),
        Command::Token(args) => token::run(args, env, out),
        Command::Trust(args) => trust::run(args, env, out),
        Command::Demo(args) => demo::run(args, out),
    };
    match done {
        Ok(exit) => exit,
        Err(failure) => {
            out.failure(&failure);
            failure.exit
        }
    }
}
