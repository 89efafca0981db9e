//! What the reader is told about a helper that did not do what it should.

use std::io;
use std::time::Duration;

use onecred_core::{InvalidSecret, ProviderError, Rule};

use super::run::{Ended, Trouble};
use super::stderr;

const NOBODY_THERE: &str = "helpers have no terminal and an empty standard input";

pub(super) fn trouble(trouble: Trouble, timeout: Duration) -> ProviderError {
    match trouble {
        Trouble::Start(error) => start(error),
        Trouble::Watch(error) => {
            ProviderError::unavailable("the helper could not be watched").with_source(error)
        }
        Trouble::TimedOut => ProviderError::unavailable(format!(
            "the helper did not end within {} s and was killed; does it wait for an answer? {NOBODY_THERE}",
            timeout.as_secs_f32()
        )),
        Trouble::TooMuch => ProviderError::misconfigured(
            "the helper printed more than 64 KiB and was killed; it is to print the credential alone",
        ),
        Trouble::Stopped => ProviderError::misconfigured(format!(
            "the helper wanted the terminal and was killed; {NOBODY_THERE}"
        )),
        Trouble::HeldOpen => ProviderError::misconfigured(
            "the helper ended and left a process behind that holds its output; start that one with its output redirected",
        ),
        Trouble::Abandoned => ProviderError::unavailable("nobody waited for the helper any more"),
    }
}

fn start(error: io::Error) -> ProviderError {
    let message = "the helper could not be started";
    match error.kind() {
        io::ErrorKind::NotFound
        | io::ErrorKind::PermissionDenied
        | io::ErrorKind::InvalidInput
        | io::ErrorKind::Unsupported => ProviderError::misconfigured(message).with_source(error),
        // Out of processes, memory or descriptors, or just being replaced: a matter of time.
        _ => ProviderError::unavailable(message).with_source(error),
    }
}

/// The program says by its exit code that it failed. Whether that is for now or for good it cannot say, so
/// it is run again with back-off.
pub(super) fn exit(ended: &Ended) -> ProviderError {
    // "exit status: 1", "signal: 9 (SIGKILL)"
    let mut message = format!("the helper failed with {}", ended.status);
    match stderr::first_line(&ended.stderr, &ended.stdout) {
        Some(line) => {
            message.push_str(": ");
            message.push_str(&line);
            if stderr::wants_a_terminal(&line) {
                message.push_str("; ");
                message.push_str(NOBODY_THERE);
            }
        }
        None => {
            message.push_str(" and said nothing on standard error; ");
            message.push_str(NOBODY_THERE);
        }
    }
    ProviderError::unavailable(message)
}

/// What went to standard error may be the credential, so it is counted and not shown.
pub(super) fn silent(ended: &Ended) -> ProviderError {
    match ended.stderr.len() {
        0 => ProviderError::unavailable("the helper printed nothing"),
        _ => ProviderError::misconfigured(
            "the helper printed nothing on standard output, but something on standard error; the credential belongs on standard output",
        ),
    }
}

pub(super) fn not_a_token(error: InvalidSecret) -> ProviderError {
    let message = match error.rule() {
        Rule::InteriorWhitespace | Rule::LineFeed | Rule::CarriageReturn => {
            "the helper printed more than the credential alone on standard output"
        }
        _ => "the helper printed something that is no credential",
    };
    ProviderError::misconfigured(message).with_source(error)
}
