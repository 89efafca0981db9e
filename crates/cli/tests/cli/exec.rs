//! `onecred exec`: what the program finds in its environment, and how it ends.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};

use super::support::{KEY, TOKEN, alone, onecred, with};

const EXEC: [&str; 3] = ["exec", "--target", "anthropic"];

fn sh<'a>(args: &[&'a str], script: &'a str) -> Vec<&'a str> {
    with(args, &["--", "/bin/sh", "-c", script])
}

/// Says which variables are there, and whether the key is as expected, without showing it.
const LIST: &str = "for v in ANTHROPIC_API_KEY ANTHROPIC_AUTH_TOKEN ANTHROPIC_BASE_URL \
    ANTHROPIC_CUSTOM_HEADERS AWS_SECRET_ACCESS_KEY OPENAI_API_KEY AZURE_CLIENT_SECRET \
    GOOGLE_APPLICATION_CREDENTIALS AWS_PROFILE GW_KEY KEPT; do \
    eval \"[ \\\"\\${$v+x}\\\" ] && echo $v\"; done; true";

#[test]
fn one_credential_and_no_other_is_inherited() {
    let env = [
        ("ANTHROPIC_API_KEY", format!(" {KEY}\n")),
        ("AWS_SECRET_ACCESS_KEY", "PLANTED".to_owned()),
        ("OPENAI_API_KEY", "PLANTED".to_owned()),
        ("AZURE_CLIENT_SECRET", "PLANTED".to_owned()),
        ("GOOGLE_APPLICATION_CREDENTIALS", "/x".to_owned()),
        ("AWS_PROFILE", "work".to_owned()),
        ("ANTHROPIC_CUSTOM_HEADERS", "X-Team: blue".to_owned()),
        ("KEPT", "yes".to_owned()),
    ];
    let ran = onecred(&sh(&EXEC, LIST), &env);
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (0, "ANTHROPIC_API_KEY\nKEPT\n"),
        "{ran:?}"
    );
    let script = format!("[ \"$ANTHROPIC_API_KEY\" = {KEY} ] && echo cleaned");
    assert_eq!(onecred(&sh(&EXEC, &script), &env).out, "cleaned\n");
    // Without a target the program has none.
    let ran = onecred(&sh(&["exec"], LIST), &env);
    assert_eq!((ran.code, ran.out.as_str()), (0, "KEPT\n"), "{ran:?}");
}

#[test]
fn the_variable_is_the_one_that_clients_read() {
    for (args, name, variable) in [
        (&[][..], "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_AUTH_TOKEN"),
        (&["--key-env", "GW_KEY"], "GW_KEY", "ANTHROPIC_API_KEY"),
        (
            &["--key-env", "GW_KEY", "--dialect", "bearer"],
            "GW_KEY",
            "ANTHROPIC_AUTH_TOKEN",
        ),
    ] {
        let ran = onecred(&sh(&with(&EXEC, args), LIST), &[(name, TOKEN)]);
        assert_eq!(ran.out, format!("{variable}\n"), "{ran:?}");
    }
    let custom = [
        "exec",
        "--target",
        "custom",
        "--origin",
        "https://a.example",
    ];
    let custom = with(&custom, &["--key-header", "api-key", "--key-env", "GW_KEY"]);
    let ran = onecred(
        &sh(&custom, LIST),
        &[("GW_KEY", TOKEN), ("ANTHROPIC_API_KEY", KEY)],
    );
    assert_eq!(ran.out, "GW_KEY\n", "{ran:?}");
}

#[test]
fn a_gateways_key_keeps_its_gateway() {
    let env = [
        ("ANTHROPIC_API_KEY", KEY),
        ("ANTHROPIC_BASE_URL", "https://gw.example/a"),
    ];
    let ran = onecred(&sh(&EXEC, "echo $ANTHROPIC_BASE_URL"), &env);
    assert_eq!(ran.out, "https://gw.example/a\n", "{ran:?}");
    let args = with(&EXEC, &["--base-url", "https://other.example"]);
    let ran = onecred(&sh(&args, "echo $ANTHROPIC_BASE_URL"), &env);
    assert_eq!(ran.out, "https://other.example\n", "{ran:?}");
}

#[test]
fn nothing_is_run_without_one_credential() {
    let both = [("ANTHROPIC_API_KEY", KEY), ("ANTHROPIC_AUTH_TOKEN", TOKEN)];
    for (count, code) in [(0, 3), (2, 2)] {
        let ran = onecred(&sh(&EXEC, "echo ran"), &both[..count]);
        assert_eq!((ran.code, ran.out.as_str()), (code, ""), "{ran:?}");
    }
    let args = with(&EXEC, &["--source", "env:ANTHROPIC_AUTH_TOKEN"]);
    let ran = onecred(&sh(&args, LIST), &both);
    assert_eq!(ran.out, "ANTHROPIC_AUTH_TOKEN\n", "{ran:?}");
    for args in [
        &["exec"][..],
        &["exec", "--"],
        &["exec", "true"],
        &["exec", "--source", "env:A", "--", "true"],
    ] {
        assert_eq!(alone(args).code, 64, "{args:?}");
    }
}

#[test]
fn the_exit_code_is_the_programs() {
    for code in [0, 1, 2, 42, 255] {
        assert_eq!(alone(&sh(&["exec"], &format!("exit {code}"))).code, code);
    }
    let ran = alone(&["exec", "--", "/no/such/PLANTED"]);
    assert_eq!((ran.code, ran.out.as_str()), (127, ""), "{ran:?}");
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("script");
    std::fs::write(&file, "#!/bin/sh\n").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    let ran = alone(&["exec", "--", file.to_str().unwrap()]);
    assert_eq!(ran.code, 126, "{ran:?}");
}

#[test]
fn arguments_and_streams_are_the_programs() {
    let script = "cat; echo \"$# $1\" >&2";
    let mut child = Command::new(env!("CARGO_BIN_EXE_onecred"))
        .args(["exec", "--", "/bin/sh", "-c", script, "sh", "--json", "b c"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut stdin, b"a\x1b\n").unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.stdout, b"a\x1b\n");
    assert_eq!(output.stderr, b"2 --json\n");
}

/// A script that has said it is ready.
fn waiting(script: &str) -> Child {
    let mut child = Command::new(env!("CARGO_BIN_EXE_onecred"))
        .args(["exec", "--", "/bin/sh", "-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut ready = [0; 6];
    std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut ready).unwrap();
    assert_eq!(&ready, b"ready\n");
    child
}

fn kill(child: &Child, signal: &str) {
    let done = Command::new("/bin/sh")
        .args(["-c", &format!("kill -{signal} {}", child.id())])
        .status()
        .unwrap();
    assert!(done.success());
}

#[test]
fn signals_reach_the_program() {
    for (signal, code) in [("INT", 11), ("TERM", 12), ("HUP", 13)] {
        let script = format!("trap 'exit {code}' {signal}; echo ready; read x");
        let mut child = waiting(&script);
        // Its standard input stays open until it ends by the trap.
        let stdin = child.stdin.take();
        kill(&child, signal);
        assert_eq!(child.wait().unwrap().code(), Some(code), "{signal}");
        drop(stdin);
    }
    for (signal, number) in [("TERM", 15), ("KILL", 9)] {
        let mut child = waiting("echo ready; read x");
        let stdin = child.stdin.take();
        kill(&child, signal);
        // A shell reports it as 128 and the number.
        assert_eq!(child.wait().unwrap().signal(), Some(number), "{signal}");
        drop(stdin);
    }
}

#[test]
fn a_shell_sees_128_and_the_signal() {
    let script = "\"$0\" exec -- /bin/sh -c 'kill -TERM $$'; echo $?";
    let output = Command::new("/bin/sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_onecred")])
        .output()
        .unwrap();
    assert_eq!(output.stdout, b"143\n");
}
