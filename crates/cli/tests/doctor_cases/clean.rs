//! Environments in which nothing is wrong.

use super::case::{Case, NOW, OAUTH, TOKEN, case, google_key, jwt, key, openai_key};

pub(crate) fn cases() -> Vec<Case> {
    let fresh = jwt(&format!(r#"{{"exp":{}}}"#, NOW + 7200));
    let azure = jwt(&format!(
        r#"{{"exp":{},"aud":"https://cognitiveservices.azure.com"}}"#,
        NOW + 7200
    ));
    let renewed = format!(
        r#"{{"tokens":{{"access_token":"{}","refresh_token":"{TOKEN}"}}}}"#,
        jwt(&format!(r#"{{"exp":{}}}"#, NOW - 60))
    );
    vec![
        case("one key").var("ANTHROPIC_API_KEY", key()),
        case("one key, asked for")
            .var("ANTHROPIC_API_KEY", key())
            .with(&["--target", "anthropic"]),
        case("one token").var("ANTHROPIC_AUTH_TOKEN", OAUTH),
        case("a token that lives").var("ANTHROPIC_AUTH_TOKEN", fresh),
        case("two, and one is chosen")
            .var("ANTHROPIC_API_KEY", key())
            .var("ANTHROPIC_AUTH_TOKEN", OAUTH)
            .with(&["--target", "anthropic", "--source", "env:ANTHROPIC_API_KEY"]),
        case("the vendor's base URL, spelled out")
            .var("ANTHROPIC_API_KEY", key())
            .var("ANTHROPIC_BASE_URL", "https://api.anthropic.com/"),
        case("keys of three vendors")
            .var("ANTHROPIC_API_KEY", key())
            .var("OPENAI_API_KEY", openai_key())
            .var("GEMINI_API_KEY", google_key()),
        case("an Azure token for Azure")
            .var("ANTHROPIC_API_KEY", key())
            .var("AZURE_OPENAI_ENDPOINT", "https://me.openai.azure.com")
            .var("AZURE_OPENAI_AD_TOKEN", azure),
        case("a target of one's own")
            .var("GW_KEY", "gateway-PLANTED-key-0000000000000000000000")
            .with(&["--target", "custom", "--origin", "https://llm.corp.example"])
            .with(&["--key-header", "api-key", "--key-env", "GW_KEY"]),
        case("another vendor's broken key, and one's own is asked for")
            .var("ANTHROPIC_API_KEY", key())
            .var("OPENAI_API_KEY", "\u{201c}PLANTED\u{201d}")
            .with(&["--target", "anthropic"]),
        case("a proxy for everything")
            .var("ANTHROPIC_API_KEY", key())
            .var("HTTPS_PROXY", "http://me:PLANTED@proxy.corp.example:3128")
            .var("NO_PROXY", "localhost,127.0.0.1,.corp.example"),
        case("a company's certificates")
            .var("ANTHROPIC_API_KEY", key())
            .var("SSL_CERT_FILE", "{home}/ca.pem")
            .file(
                "ca.pem",
                "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
            ),
        case("a helper that is there")
            .var("ANTHROPIC_API_KEY", key())
            .var("PATH", "{home}/bin")
            .file("bin/get-aws", "#!/bin/sh\n")
            .mode(0o700)
            .file(
                ".claude/settings.json",
                r#"{"awsAuthRefresh":"get-aws --all"}"#,
            ),
        case("a token in a file, with the line break that files end with")
            .var("ANTHROPIC_API_KEY", key())
            .var("AWS_WEB_IDENTITY_TOKEN_FILE", "{home}/token")
            .file(
                "token",
                format!("{}\n", jwt(&format!(r#"{{"exp":{}}}"#, NOW + 60))),
            ),
        case("a keyring and a session bus")
            .var("ANTHROPIC_API_KEY", key())
            .var("DBUS_SESSION_BUS_ADDRESS", "unix:path=/run/user/1000/bus")
            .file(
                ".codex/config.toml",
                "cli_auth_credentials_store = \"keyring\"\n",
            ),
        case("a login of codex beside a key of Anthropic")
            .var("ANTHROPIC_API_KEY", key())
            .file(
                ".codex/auth.json",
                format!(r#"{{"tokens":{{"refresh_token":"{TOKEN}"}}}}"#),
            ),
        case("settings of Claude Code without a helper")
            .var("ANTHROPIC_API_KEY", key())
            .var("PWD", "{home}/project")
            .file(".claude/settings.json", r#"{"model":"opus"}"#)
            .file(
                "project/.env",
                "# ANTHROPIC_BASE_URL=https://evil.example\nPORT=1\n",
            ),
        case("an expired access token that its program renews")
            .var("ANTHROPIC_API_KEY", key())
            .file(".codex/auth.json", renewed),
        case("a lock of a process that is gone")
            .var("ANTHROPIC_API_KEY", key())
            .file(
                ".codex/auth.json",
                format!(r#"{{"tokens":{{"refresh_token":"{TOKEN}"}}}}"#),
            )
            .file(".codex/a.lock", "1")
            .file(".codex/b.lock", "4194999"),
    ]
}

#[test]
fn nothing_is_found_where_nothing_is_wrong() {
    let cases = cases();
    assert!(cases.len() >= 12, "{}", cases.len());
    for case in cases {
        assert!(case.expected.is_empty(), "{}", case.name);
        case.check();
    }
}
