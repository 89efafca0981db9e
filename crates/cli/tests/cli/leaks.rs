//! `support::onecred` checks every run for planted secrets and control characters; here are the runs
//! that ask for trouble.

use super::support::{ANTHROPIC, KEY, MARK, TOKEN, alone, onecred, with};

/// Where people put keys by mistake.
#[test]
fn a_key_in_the_wrong_argument_is_not_repeated() {
    let url = format!("https://{MARK}.example/{KEY}");
    let long = format!("--{KEY}");
    let assigned = format!("--api-key={KEY}");
    let source = format!("env:{KEY}");
    for args in [
        &[KEY][..],
        &["explain", KEY],
        &["explain", "--target", KEY],
        &["explain", "--target", "anthropic", KEY],
        &["explain", "--target", "anthropic", "--api-key", KEY],
        &["explain", "--target", "anthropic", &assigned],
        &["explain", "--target", "anthropic", &long],
        &["explain", "--target", "anthropic", "--key-env", KEY],
        &["explain", "--target", "anthropic", "--bearer-env", TOKEN],
        &[
            "explain",
            "--target",
            "anthropic",
            "--key-env",
            "AIzaPLANTED",
        ],
        &["explain", "--target", "anthropic", "--source", KEY],
        &["explain", "--target", "anthropic", "--source", &source],
        &["explain", "--target", "anthropic", "--dialect", KEY],
        &[
            "explain",
            "--target",
            "custom",
            "--origin",
            "https://a.example",
            "--key-env",
            "K",
            "--key-header",
            KEY,
        ],
        &[
            "headers",
            "--target",
            "anthropic",
            "--url",
            "/",
            "--foreign",
            KEY,
        ],
        &[
            "headers",
            "--target",
            "anthropic",
            "--url",
            "/",
            "--method",
            KEY,
            "--header",
            KEY,
        ],
        &["demo", KEY],
    ] {
        assert_eq!(alone(args).code, 64, "{args:?}");
    }
    // As a base URL it is refused, in a URL it is never shown.
    assert_eq!(alone(&with(&ANTHROPIC, &["--base-url", KEY])).code, 2);
    let path = url.replace(MARK, "gw");
    let ran = onecred(
        &with(&ANTHROPIC, &["--base-url", &path]),
        &[("ANTHROPIC_API_KEY", KEY)],
    );
    assert_eq!(ran.code, 0);
}

#[test]
fn secrets_in_the_environment_stay_there() {
    let env = [
        ("ANTHROPIC_API_KEY", KEY),
        ("ANTHROPIC_AUTH_TOKEN", TOKEN),
        (
            "ANTHROPIC_BASE_URL",
            "https://me:PLANTED@gw.example/PLANTED",
        ),
        ("ANTHROPIC_CUSTOM_HEADERS", "x-api-key: PLANTED\nX-PLANTED"),
        ("PLANTED", "PLANTED"),
    ];
    for count in 0..=env.len() {
        for args in [
            &["--help"][..],
            &["--version"],
            &[],
            &["explain"],
            &["nonsense"],
            &ANTHROPIC,
            &["explain", "--target", "anthropic", "--json"],
            &["headers", "--target", "anthropic", "--url", "/"],
            &["headers", "--target", "anthropic", "--url", "/", "--json"],
            &[
                "headers",
                "--target",
                "anthropic",
                "--url",
                "https://evil.example/",
            ],
            &[
                "headers",
                "--target",
                "anthropic",
                "--url",
                "/",
                "--header",
                "x-api-key: PLANTED",
                "--foreign",
                "defer",
            ],
        ] {
            // The check is in `onecred`.
            let ran = onecred(args, &env[..count]);
            assert!(matches!(ran.code, 0 | 2 | 3 | 64), "{args:?}: {ran:?}");
        }
    }
}

#[test]
fn a_short_secret_shows_nothing_of_itself() {
    let ran = onecred(&ANTHROPIC, &[("ANTHROPIC_API_KEY", "hunter2")]);
    assert!(
        ran.out.contains("…(short)") && !ran.out.contains("ter2"),
        "{ran:?}"
    );
}

#[test]
fn control_characters_reach_no_output() {
    let evil = "\x1b]0;title\x07\x1b[31m\u{9b}31m\u{202e}\x08\r";
    let url = format!("https://gw.example/{evil}");
    let name = format!("N{evil}");
    let header = format!("x{evil}: {evil}");
    for args in [
        &[evil][..],
        &["explain", "--target", evil],
        &["explain", "--target", "anthropic", evil],
        &["explain", "--target", "anthropic", "--key-env", &name],
        &["explain", "--target", "anthropic", "--source", &name],
        &["explain", "--target", "anthropic", "--base-url", &url],
        &[
            "explain",
            "--target",
            "custom",
            "--origin",
            &url,
            "--key-env",
            "K",
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
            &name,
        ],
        &["headers", "--target", "anthropic", "--url", &url],
        &[
            "headers",
            "--target",
            "anthropic",
            "--url",
            "/",
            "--header",
            &header,
        ],
        &[
            "headers",
            "--target",
            "anthropic",
            "--url",
            "/",
            "--method",
            evil,
        ],
        &[
            "headers",
            "--target",
            "anthropic",
            "--url",
            "/",
            "--body",
            evil,
        ],
    ] {
        let env = [("ANTHROPIC_API_KEY", KEY), ("K", KEY)];
        assert!(matches!(onecred(args, &env).code, 2 | 64), "{args:?}");
    }
    for variable in [
        "ANTHROPIC_API_KEY",
        "ANTHROPIC_AUTH_TOKEN",
        "ANTHROPIC_BASE_URL",
    ] {
        let ran = onecred(&ANTHROPIC, &[(variable, evil)]);
        assert_eq!(ran.code, 2, "{variable}: {ran:?}");
    }
    let ran = onecred(&ANTHROPIC, &[("ANTHROPIC_CUSTOM_HEADERS", &header)]);
    assert_eq!(ran.code, 3, "{ran:?}");
    for (variable, value) in [("TERM", "xterm"), ("CLICOLOR_FORCE", "1"), ("COLUMNS", "7")] {
        // No colour in a pipe, whatever is asked for.
        let ran = onecred(&ANTHROPIC, &[("ANTHROPIC_API_KEY", KEY), (variable, value)]);
        assert_eq!(ran.code, 0, "{ran:?}");
    }
}
