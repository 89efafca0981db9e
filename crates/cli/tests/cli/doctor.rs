//! `onecred doctor`, `exec` and `token` as commands; what doctor finds is in `doctor_cases`.

use super::support::{KEY, TOKEN, alone, onecred};

#[test]
fn wrong_usage_is_64_and_repeats_no_key() {
    for args in [
        &["doctor", KEY][..],
        &["doctor", "--target", KEY],
        &["doctor", "--target", "custom"],
        &["doctor", "--source", "env:ANTHROPIC_API_KEY"],
        &["doctor", "--target", "anthropic", "--key-env", KEY],
        &["doctor", "--offline"],
        &["exec", KEY],
        &[
            "exec",
            "--target",
            "anthropic",
            "--source",
            KEY,
            "--",
            "true",
        ],
        &["token", KEY],
        &["token", "--target", "anthropic", "--min-ttl", KEY],
    ] {
        let ran = alone(args);
        assert_eq!((ran.code, ran.out.as_str()), (64, ""), "{args:?}: {ran:?}");
    }
    assert_eq!(alone(&["exec", "--", KEY]).code, 127);
    for args in [
        ["doctor", "--help"],
        ["exec", "--help"],
        ["token", "--help"],
    ] {
        let ran = alone(&args);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{args:?}: {ran:?}");
        assert!(ran.out.contains("xit codes"), "{ran:?}");
    }
}

#[test]
fn control_characters_of_the_environment_reach_no_output() {
    let evil = "\x1b]0;title\x07\x1b[31m\u{9b}31m\u{202e}\x08PATH";
    for name in [
        "ANTHROPIC_API_KEY",
        "ANTHROPIC_BASE_URL",
        "ANTHROPIC_PROFILE",
        "ANTHROPIC_CUSTOM_HEADERS",
        "OPENAI_BASE_URL",
        "AZURE_OPENAI_ENDPOINT",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "HTTPS_PROXY",
        "CLAUDE_CONFIG_DIR",
        "HOME",
        "PWD",
        "PATH",
    ] {
        // The check is in `onecred`.
        for more in [&[][..], &["--json"]] {
            let args: Vec<&str> = ["doctor"].iter().chain(more).copied().collect();
            let ran = onecred(&args, &[("ANTHROPIC_AUTH_TOKEN", TOKEN), (name, evil)]);
            assert!(matches!(ran.code, 0..=2), "{name}: {ran:?}");
        }
    }
}

#[test]
fn colours_are_for_terminals() {
    for (name, value) in [("TERM", "xterm"), ("CLICOLOR_FORCE", "1")] {
        let ran = onecred(&["doctor"], &[("ANTHROPIC_API_KEY", KEY), (name, value)]);
        // The check for control characters is in `onecred`; the key is shorter than keys are.
        assert_eq!(ran.code, 1, "{ran:?}");
        assert!(ran.out.contains("OC005 warning  "), "{ran:?}");
    }
}
