use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use super::support::{ANTHROPIC, KEY, onecred, with};

fn key(around: impl Fn(&str) -> String) -> OsString {
    around(KEY).into()
}

#[test]
fn what_is_cleaned_is_used_and_said() {
    for (value, said) in [
        (key(|k| format!("{k}\n")), "trimmed trailing newline"),
        (key(|k| format!("{k}\r\n")), "trimmed trailing newline"),
        (key(|k| format!("  {k}")), "trimmed leading whitespace"),
        (key(|k| format!("{k} \t")), "trimmed trailing whitespace"),
        (key(|k| format!("\"{k}\"")), "removed surrounding quotes"),
        (key(|k| format!("'{k}'\n")), "removed surrounding quotes"),
    ] {
        let env = [("ANTHROPIC_API_KEY", &value)];
        let ran = onecred(&with(&ANTHROPIC, &["--json"]), &env);
        assert_eq!(ran.code, 0, "{ran:?}");
        let detail = ran.json()["attempts"][0]["detail"].clone();
        assert!(
            detail.as_str().unwrap().contains(said),
            "{value:?}: {ran:?}"
        );
        let headers = ["headers", "--target", "anthropic", "--url", "/", "--reveal"];
        let ran = onecred(&headers, &env);
        assert_eq!(ran.out, format!("x-api-key: {KEY}\n"), "{value:?}");
    }
}

#[test]
fn what_cannot_be_a_key_is_refused_with_the_rule_and_not_used() {
    let file = std::env::current_exe().unwrap().into_os_string();
    for (value, said) in [
        (key(|k| format!("\u{feff}{k}")), "byte order mark"),
        (
            key(|k| k.replacen('-', "\u{200b}", 1)),
            "zero-width space (U+200B)",
        ),
        (key(|k| k.replacen('-', "\u{a0}", 1)), "(U+00A0)"),
        (key(|k| format!("\u{201c}{k}\u{201d}")), "(U+201C)"),
        (key(|k| k.replacen('-', " ", 1)), "white space"),
        (key(|k| k.replacen('-', "\t", 1)), "white space"),
        (key(|k| k.replacen('-', "\r", 1)), "carriage return"),
        (key(|k| k.replacen('-', "\n", 1)), "line break"),
        (key(|k| k.replacen('-', "\x1b[31m", 1)), "(U+001B)"),
        (key(|k| k.replacen('-', "é", 1)), "(U+00E9)"),
        (
            key(|k| format!("export ANTHROPIC_API_KEY={k}")),
            "assignment",
        ),
        (key(|k| format!("ANTHROPIC_API_KEY={k}")), "assignment"),
        (key(|k| format!("Bearer {k}")), "Bearer"),
        (key(|k| format!("x-api-key: {k}")), "header line"),
        (key(|k| format!("\"{k}")), "quote"),
        (
            key(|k| format!("-----BEGIN PRIVATE KEY-----\n{k}\n-----END PRIVATE KEY-----")),
            "PEM block",
        ),
        (file, "path of a file"),
        (
            OsStr::from_bytes(b"sk-PLANTED\xff\xfe").to_owned(),
            "not UTF-8",
        ),
    ] {
        for variable in ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"] {
            let env = [(variable, &value)];
            let ran = onecred(&with(&ANTHROPIC, &["--json"]), &env);
            assert_eq!(ran.code, 2, "{value:?}: {ran:?}");
            assert_eq!(ran.json()["outcome"], "invalid");
            assert_eq!(ran.json()["selected"], serde_json::Value::Null);
            assert!(ran.out.contains(said), "{value:?}: {ran:?}");
            assert!(
                ran.err.contains(said) && ran.err.contains(variable),
                "{ran:?}"
            );

            let headers = ["headers", "--target", "anthropic", "--url", "/"];
            let ran = onecred(&headers, &env);
            assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{value:?}: {ran:?}");
        }
    }
}

#[test]
fn empty_and_blank_are_absent() {
    for value in ["", " ", "\n", "\t \r\n", "\u{a0}"] {
        let ran = onecred(&ANTHROPIC, &[("ANTHROPIC_API_KEY", value)]);
        assert_eq!(ran.code, 3, "{value:?}: {ran:?}");
        let env = [("ANTHROPIC_API_KEY", value), ("ANTHROPIC_AUTH_TOKEN", KEY)];
        let ran = onecred(&with(&ANTHROPIC, &["--json"]), &env);
        assert_eq!(ran.json()["selected"]["source"], "env:ANTHROPIC_AUTH_TOKEN");
    }
}
