//! `onecred token` shows a secret, so these runs do not use the check for planted ones where they succeed.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::support::{KEY, TOKEN, onecred, with};

const TARGET: [&str; 3] = ["token", "--target", "anthropic"];

/// Without the mark of planted secrets, because it is meant to be shown.
const SHOWN: &str = "sk-ant-api03-SHOWN-0000000000000000000000000000000000wxyz";

fn jwt(exp: u64) -> String {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let claims = part(&format!(r#"{{"exp":{exp}}}"#));
    format!("{}.{claims}.c2ln", part(r#"{"alg":"RS256"}"#))
}

#[test]
fn the_value_and_nothing_else_is_on_standard_output() {
    let env = [("ANTHROPIC_API_KEY", format!(" \"{SHOWN}\"\r\n"))];
    let ran = onecred(&TARGET, &env);
    assert_eq!(
        (ran.code, ran.out, ran.err),
        (0, format!("{SHOWN}\n"), String::new())
    );
    let ran = onecred(&with(&TARGET, &["--json"]), &env);
    assert_eq!(
        ran.json(),
        json!({"token": SHOWN, "source": "env:ANTHROPIC_API_KEY", "expires_at": null})
    );
    // What is known of no expiry is taken to be good.
    assert_eq!(
        onecred(&with(&TARGET, &["--min-ttl", "999999999"]), &env).code,
        0
    );
}

#[test]
fn no_credential_and_two_print_nothing() {
    let env = [("ANTHROPIC_API_KEY", KEY), ("ANTHROPIC_AUTH_TOKEN", TOKEN)];
    for (count, code) in [(0, 3), (2, 2)] {
        let ran = onecred(&TARGET, &env[..count]);
        assert_eq!((ran.code, ran.out.as_str()), (code, ""), "{ran:?}");
    }
    assert_eq!(onecred(&["token"], &env).code, 64);
    assert_eq!(
        onecred(&with(&TARGET, &["--min-ttl", "soon"]), &env).code,
        64
    );
}

#[test]
fn an_expiry_that_is_near_is_refused_with_3() {
    // 2001, and 2286.
    let (past, future) = (jwt(1_000_000_000), jwt(9_999_999_999));
    let ran = onecred(&TARGET, &[("ANTHROPIC_AUTH_TOKEN", &past)]);
    assert_eq!((ran.code, ran.out.as_str()), (3, ""), "{ran:?}");
    assert!(!ran.err.contains(&past), "{ran:?}");
    let env = [("ANTHROPIC_AUTH_TOKEN", &future)];
    assert_eq!(
        onecred(&with(&TARGET, &["--min-ttl", "3600"]), &env).code,
        0
    );
    let ran = onecred(&with(&TARGET, &["--min-ttl", "99999999999"]), &env);
    assert_eq!((ran.code, ran.out.as_str()), (3, ""), "{ran:?}");
    let json: Value = onecred(&with(&TARGET, &["--json"]), &env).json();
    assert_eq!(json["expires_at"], "2286-11-20T17:46:39Z");
}
