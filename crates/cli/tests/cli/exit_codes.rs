use std::process::{Command, Stdio};

use super::support::{ANTHROPIC, KEY, TOKEN, alone, onecred, with};

#[test]
fn wrong_usage_is_64_and_help_is_0() {
    for args in [
        &[][..],
        &["no-such-command"],
        &["explain"],
        &["explain", "--target", "nobody"],
        &["explain", "--target"],
        &["explain", "--target", "anthropic", "--no-such-argument"],
        &["explain", "--target", "anthropic", "--json", "--json"],
        &[
            "explain",
            "--target",
            "anthropic",
            "--origin",
            "https://a.example",
        ],
        &["explain", "--target", "anthropic", "--key-bearer"],
        &["explain", "--target", "custom"],
        &[
            "explain",
            "--target",
            "custom",
            "--origin",
            "https://a.example",
        ],
        &[
            "explain",
            "--target",
            "custom",
            "--origin",
            "https://a.example",
            "--key-env",
            "K",
        ],
        &[
            "explain",
            "--target",
            "custom",
            "--key-header",
            "a",
            "--key-bearer",
        ],
        &[
            "explain",
            "--target",
            "custom",
            "--origin",
            "https://a.example",
            "--key-env",
            "K",
            "--key-header",
            "content-length",
        ],
        &["headers", "--target", "anthropic"],
        &[
            "headers",
            "--target",
            "anthropic",
            "--url",
            "/",
            "--foreign",
            "perhaps",
        ],
        &["demo", "--target", "anthropic"],
    ] {
        let ran = alone(args);
        assert_eq!((ran.code, ran.out.as_str()), (64, ""), "{args:?}: {ran:?}");
        assert!(!ran.err.is_empty(), "{args:?}");
    }
    for args in [
        &["--help"][..],
        &["-h"],
        &["--version"],
        &["help"],
        &["help", "explain"],
        &["explain", "--help"],
        &["headers", "--help"],
        &["demo", "--help"],
    ] {
        let ran = alone(args);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{args:?}: {ran:?}");
    }
}

#[test]
fn each_outcome_has_its_code() {
    let env = [("ANTHROPIC_API_KEY", KEY), ("ANTHROPIC_AUTH_TOKEN", TOKEN)];
    for (count, code) in [(0, 3), (1, 0), (2, 2)] {
        for args in [
            &ANTHROPIC[..],
            &["headers", "--target", "anthropic", "--url", "/"],
        ] {
            assert_eq!(onecred(args, &env[..count]).code, code, "{count} {args:?}");
        }
    }
    let foreign = ["--url", "/", "--header", "x-api-key: PLANTED"];
    let ran = onecred(
        &with(&["headers", "--target", "anthropic"], &foreign),
        &env[..1],
    );
    assert_eq!(ran.code, 2);
}

#[test]
fn help_says_why_no_argument_takes_a_key() {
    for args in [
        &["--help"][..],
        &["explain", "--help"],
        &["headers", "--help"],
    ] {
        let ran = alone(args);
        assert!(
            ran.out.contains("`ps`") && ran.out.contains("Exit codes"),
            "{ran:?}"
        );
    }
}

#[test]
fn a_closed_pipe_is_no_panic() {
    for args in [&["--help"][..], &ANTHROPIC, &["demo"]] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_onecred"))
            .args(args)
            .env_clear()
            .env("ANTHROPIC_API_KEY", KEY)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        assert!(
            output.stderr.is_empty(),
            "{:?}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}
