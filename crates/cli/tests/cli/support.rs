//! Runs the binary, and checks of every run what must hold of all of them.

use std::ffi::OsStr;
use std::process::{Command, Stdio};

use serde_json::Value;

/// Part of every secret that the tests plant, never among the last 4 characters.
pub(crate) const MARK: &str = "PLANTED";

pub(crate) const KEY: &str = "sk-ant-api03-PLANTED-00000000000000000000000000000000wxyz";
pub(crate) const TOKEN: &str = "access-token-PLANTED-0000000000000000000000000000tokn";

pub(crate) const ANTHROPIC: [&str; 3] = ["explain", "--target", "anthropic"];

#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub(crate) fn all(&self) -> String {
        format!("{}{}", self.out, self.err)
    }
}

/// Runs `onecred` with these arguments and variables, and nothing else in its environment.
pub(crate) fn onecred<V: AsRef<OsStr>>(args: &[&str], env: &[(&str, V)]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_onecred"))
        .args(args)
        .env_clear()
        .env("RUST_BACKTRACE", "1")
        .envs(env.iter().map(|(name, value)| (name, value.as_ref())))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let ran = Ran {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    };
    let all = ran.all();
    let control = all.chars().find(|c| c.is_control() && *c != '\n');
    assert_eq!(control, None, "a control character in {ran:?}");
    assert!(
        !all.contains('\u{202e}'),
        "a bidirectional override in {ran:?}"
    );
    assert!(!all.contains("panicked"), "{ran:?}");
    if !args.contains(&"--reveal") {
        assert!(!all.contains(MARK), "a secret in {ran:?}");
    }
    ran
}

pub(crate) fn alone(args: &[&str]) -> Ran {
    onecred::<&str>(args, &[])
}

/// The arguments, put together.
pub(crate) fn with<'a>(args: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    args.iter().chain(more).copied().collect()
}
