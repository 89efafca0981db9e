//! The onecred command: explain, headers, doctor, exec, token and demo for HTTP credentials.

use std::process::ExitCode;

fn main() -> ExitCode {
    onecred_cli::main()
}
