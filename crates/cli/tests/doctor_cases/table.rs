//! Environments in which something is wrong, with what a support engineer would want to hear.

use super::case::{Case, NOW, OAUTH, TOKEN, case, google_key, jwt, key, openai_key};

const API: &str = "ANTHROPIC_API_KEY";
const AUTH: &str = "ANTHROPIC_AUTH_TOKEN";
const URL: &str = "ANTHROPIC_BASE_URL";
const LINES: &str = "ANTHROPIC_CUSTOM_HEADERS";

/// Claude Code's login, as it stands in its file.
fn login(refresh: &str, expires_at: u64) -> String {
    format!(
        r#"{{"claudeAiOauth":{{"accessToken":"{OAUTH}","refreshToken":"{refresh}","expiresAt":{}}}}}"#,
        expires_at * 1000
    )
}

fn profile(refresh: &str, expires_at: &str) -> String {
    format!(
        r#"{{"version":"1.0","type":"oauth_token","access_token":"{OAUTH}","refresh_token":"{refresh}","expires_at":{expires_at}}}"#
    )
}

pub(crate) fn cases() -> Vec<Case> {
    let mut all = conflicts();
    all.extend(values());
    all.extend(places());
    all.extend(base_urls());
    all.extend(expiries());
    all.extend(audiences());
    all.extend(helpers());
    all.extend(shared());
    all.extend(networks());
    all.extend(machines());
    all
}

fn conflicts() -> Vec<Case> {
    vec![
        case("nothing at all").error("unset"),
        case("nothing, and asked for")
            .with(&["--target", "anthropic"])
            .error("unset"),
        case("only another vendor's key")
            .var("OPENAI_API_KEY", openai_key())
            .info("unset"),
        case("a key and a token")
            .var(API, key())
            .var(AUTH, OAUTH)
            .error("OC001"),
        case("a key and a token of one's own target")
            .var("GW_KEY", TOKEN)
            .var("GW_TOKEN", TOKEN)
            .with(&["--target", "custom", "--origin", "https://llm.corp.example"])
            .with(&["--key-header", "api-key", "--key-env", "GW_KEY"])
            .with(&["--bearer-env", "GW_TOKEN"])
            .error("OC001"),
        case("a key and a profile")
            .var(API, key())
            .var("ANTHROPIC_PROFILE", "work")
            .warning("OC001"),
        case("a key where the name of a profile belongs")
            .var(API, key())
            .var("ANTHROPIC_PROFILE", TOKEN)
            .warning("OC001"),
        case("a key and Claude Code's token")
            .var(API, key())
            .var("CLAUDE_CODE_OAUTH_TOKEN", OAUTH)
            .warning("OC001"),
        case("a key over a login")
            .var(API, key())
            .file(".claude/.credentials.json", login(TOKEN, NOW + 60))
            .warning("OC002"),
        case("a token over a login elsewhere")
            .var(AUTH, OAUTH)
            .var("CLAUDE_CONFIG_DIR", "{home}/c")
            .file("c/.credentials.json", login(TOKEN, NOW + 60))
            .warning("OC002"),
        case("a key over a profile's login")
            .var(API, key())
            .file(
                ".config/anthropic/credentials/default.json",
                profile(TOKEN, "\"2026-06-01T00:00:00Z\""),
            )
            .warning("OC002"),
        case("a key over a helper")
            .var(API, key())
            .var("PATH", "{home}/bin")
            .file("bin/get-key", "#!/bin/sh\n")
            .mode(0o700)
            .file(".claude/settings.json", r#"{"apiKeyHelper":"get-key"}"#)
            .warning("OC002"),
    ]
}

fn values() -> Vec<Case> {
    vec![
        case("an empty key")
            .var(API, "")
            .warning("OC004")
            .error("unset"),
        case("a blank token")
            .var(AUTH, " \n")
            .warning("OC004")
            .error("unset"),
        case("an empty key beside a token")
            .var(API, "")
            .var(AUTH, OAUTH)
            .info("OC004"),
        case("an empty key of another vendor")
            .var(API, key())
            .var("OPENAI_API_KEY", "")
            .info("OC004"),
        case("an empty variable of one's own")
            .var("GW_KEY", "")
            .with(&["--target", "custom", "--origin", "https://llm.corp.example"])
            .with(&["--key-header", "api-key", "--key-env", "GW_KEY"])
            .warning("OC004")
            .error("unset"),
        case("a line break at the end")
            .var(API, format!("{}\n", key()))
            .warning("OC005"),
        case("a carriage return at the end")
            .var(API, format!("{}\r\n", key()))
            .warning("OC005"),
        case("a space in front")
            .var(AUTH, format!(" {OAUTH}"))
            .warning("OC005"),
        case("quotes")
            .var(API, format!("\"{}\"", key()))
            .warning("OC005"),
        case("smart quotes")
            .var(API, format!("\u{201c}{}\u{201d}", key()))
            .error("OC005"),
        case("a byte order mark")
            .var(API, format!("\u{feff}{}", key()))
            .error("OC005"),
        case("a zero-width space")
            .var(API, key().replacen('-', "\u{200b}-", 1))
            .error("OC005"),
        case("export and all")
            .var(API, format!("export ANTHROPIC_API_KEY={}", key()))
            .error("OC005"),
        case("the name and all")
            .var(API, format!("ANTHROPIC_API_KEY={}", key()))
            .error("OC005"),
        case("the scheme and all")
            .var(AUTH, format!("Bearer {OAUTH}"))
            .error("OC005"),
        case("two keys")
            .var(API, format!("{} {}", key(), key()))
            .error("OC005"),
        case("a key that was cut off")
            .var(API, "sk-ant-api03-PLANTED-0000")
            .warning("OC005"),
        case("the path of a file")
            .var(API, "{home}/key")
            .file("key", key())
            .error("OC005"),
        case("another vendor's key with smart quotes")
            .var(API, key())
            .var(
                "OPENAI_API_KEY",
                format!("\u{201c}{}\u{201d}", openai_key()),
            )
            .error("OC005"),
        case("a token file that is not there")
            .var(API, key())
            .var("AZURE_FEDERATED_TOKEN_FILE", "{home}/none")
            .error("OC005"),
        case("a token where the name of its file belongs")
            .var(API, key())
            .var("AWS_WEB_IDENTITY_TOKEN_FILE", jwt("{}"))
            .error("OC005"),
        case("a token file with two lines")
            .var(API, key())
            .var("AWS_WEB_IDENTITY_TOKEN_FILE", "{home}/token")
            .file("token", "PLANTED\nPLANTED\n")
            .error("OC005"),
        case("a token file with nothing in it")
            .var(API, key())
            .var("AWS_WEB_IDENTITY_TOKEN_FILE", "{home}/token")
            .file("token", "\n")
            .warning("OC005"),
    ]
}

fn places() -> Vec<Case> {
    vec![
        case("an OAuth token as a key")
            .var(API, OAUTH)
            .error("OC006"),
        case("a key as a token").var(AUTH, key()).error("OC006"),
        case("an admin key")
            .var(API, format!("sk-ant-admin01-PLANTED{}wxyz", "0".repeat(84)))
            .error("OC006"),
        case("a JWT as a key")
            .var("OPENAI_API_KEY", jwt("{}"))
            .var(API, key())
            .error("OC006"),
        case("a JWT as a gateway's key")
            .var(API, jwt("{}"))
            .var(URL, "https://gw.corp.example")
            .warning("OC006")
            .info("OC008"),
        case("a Gemini key on Vertex")
            .var(API, key())
            .var("GOOGLE_API_KEY", google_key())
            .var("GOOGLE_GENAI_USE_VERTEXAI", "true")
            .var("GOOGLE_CLOUD_PROJECT", "p")
            .warning("OC006"),
        case("OpenAI's key at Anthropic")
            .var(API, openai_key())
            .error("OC007"),
        case("Google's key at Anthropic")
            .var(API, google_key())
            .error("OC007"),
        case("Anthropic's key at OpenAI")
            .var(API, key())
            .var("OPENAI_API_KEY", key())
            .error("OC007"),
        case("Anthropic's key at Amazon")
            .var(API, key())
            .var("AWS_BEARER_TOKEN_BEDROCK", key())
            .error("OC007"),
        case("Anthropic's key at another vendor's base URL")
            .var(API, key())
            .var(URL, "https://openrouter.ai/api")
            .error("OC007")
            .info("OC008"),
        case("OpenRouter's key at Anthropic")
            .var(AUTH, "sk-or-v1-PLANTED-0000000000000000000000000000wxyz")
            .error("OC007"),
        case("an access key id as a key")
            .var(API, "AKIAPLANTED000000000")
            .error("OC007"),
    ]
}

fn base_urls() -> Vec<Case> {
    vec![
        case("a gateway")
            .var(API, key())
            .var(URL, "https://gw.corp.example")
            .info("OC008"),
        case("a gateway that the shell's file names")
            .var(API, key())
            .var(URL, "https://gw.corp.example")
            .file(
                ".bashrc",
                "# mine\nexport ANTHROPIC_BASE_URL=https://gw.corp.example\n",
            )
            .info("OC008"),
        case("a gateway in the user's own settings, seen from home")
            .var(API, key())
            .var(URL, "https://gw.corp.example")
            .var("PWD", "{home}")
            .file(
                ".claude/settings.json",
                r#"{"env":{"ANTHROPIC_BASE_URL":"https://gw.corp.example"}}"#,
            )
            .info("OC008"),
        case("a base URL without TLS")
            .var(API, key())
            .var(URL, "http://gw.corp.example")
            .error("OC008"),
        case("a base URL with a password")
            .var(API, key())
            .var(URL, "https://me:PLANTED@gw.corp.example")
            .error("OC008"),
        case("a base URL that is none")
            .var(API, key())
            .var(URL, "gw.corp.example")
            .error("OC008"),
        case("a project's .env that sends keys elsewhere")
            .var(API, key())
            .var("PWD", "{home}/project")
            .file(
                "project/.env",
                "A=1\nANTHROPIC_BASE_URL=\"https://evil.example\"\n",
            )
            .warning("OC008"),
        case("a project's settings of Claude Code that send keys elsewhere")
            .var(API, key())
            .var("PWD", "{home}/project")
            .file(
                "project/.claude/settings.json",
                r#"{"env":{"ANTHROPIC_BASE_URL":"https://evil.example"}}"#,
            )
            .warning("OC008"),
        case("a credential among the header lines")
            .var(API, key())
            .var(LINES, "X-Team: blue\nX-Api-Key: PLANTED")
            .error("OC023"),
        case("a credential among the header lines alone")
            .var(LINES, "Authorization: Bearer PLANTED")
            .error("OC023"),
        case("three at once")
            .var(API, key())
            .var(AUTH, OAUTH)
            .var(LINES, "x-api-key: PLANTED")
            .error("OC001")
            .error("OC023"),
    ]
}

fn expiries() -> Vec<Case> {
    let expired = jwt(&format!(r#"{{"exp":{}}}"#, NOW - 1));
    vec![
        case("an expired token")
            .var(AUTH, expired.clone())
            .error("OC009"),
        case("a token that expires in a minute")
            .var(AUTH, jwt(&format!(r#"{{"exp":{}}}"#, NOW + 60)))
            .warning("OC009"),
        case("an expired token in a file")
            .var(API, key())
            .var("AZURE_FEDERATED_TOKEN_FILE", "{home}/token")
            .file("token", expired.clone())
            .error("OC009"),
        case("an expired token of one's own target")
            .var("GW_TOKEN", expired)
            .with(&["--target", "custom", "--origin", "https://llm.corp.example"])
            .with(&["--bearer-env", "GW_TOKEN"])
            .error("OC009"),
        case("a Google access token in a variable")
            .var(API, key())
            .var(
                "GOOGLE_OAUTH_ACCESS_TOKEN",
                "ya29.PLANTED-0000000000000000000000000000wxyz",
            )
            .warning("OC009"),
        case("an expired login that nothing renews")
            .file(".claude/.credentials.json", login("", NOW - 60))
            .warning("OC009")
            .info("unset"),
        case("a login that is not JSON")
            .var(API, key())
            .file(".claude/.credentials.json", "{\"PLANTED")
            .warning("OC009"),
        case("an expired profile that nothing renews")
            .file(
                ".config/anthropic/credentials/work.json",
                profile("", &(NOW - 60).to_string()),
            )
            .warning("OC009")
            .info("unset"),
    ]
}

fn audiences() -> Vec<Case> {
    let token = |audience: &str| jwt(&format!(r#"{{"exp":{},"aud":"{audience}"}}"#, NOW + 7200));
    let azure = |name, endpoint: &str, audience: &str| {
        case(name)
            .var(API, key())
            .var("AZURE_OPENAI_ENDPOINT", endpoint)
            .var("AZURE_OPENAI_AD_TOKEN", token(audience))
            .error("OC017")
    };
    vec![
        azure(
            "a token for the management API",
            "https://me.openai.azure.com",
            "https://management.azure.com/",
        ),
        azure(
            "a token for the other cloud",
            "https://me.openai.azure.us",
            "https://cognitiveservices.azure.com",
        ),
        azure(
            "a token for Graph at Foundry",
            "https://me.services.ai.azure.com",
            "00000003-0000-0000-c000-000000000000",
        ),
        case("a token for another resource as Anthropic's")
            .var(AUTH, token("https://graph.microsoft.com"))
            .var(URL, "https://me.services.ai.azure.com/anthropic")
            .error("OC017")
            .info("OC008"),
    ]
}

fn helpers() -> Vec<Case> {
    let settings = ".claude/settings.json";
    vec![
        case("a helper that is not there")
            .file(settings, r#"{"apiKeyHelper":"/no/such/helper"}"#)
            .error("OC020")
            .error("unset"),
        case("a helper that is not on PATH")
            .var("PATH", "{home}/bin")
            .file(settings, r#"{"apiKeyHelper":"get-key --json"}"#)
            .error("OC020")
            .error("unset"),
        case("a helper that is no program")
            .file("get-key", "#!/bin/sh\n")
            .file(settings, r#"{"apiKeyHelper":"~/get-key"}"#)
            .error("OC020")
            .error("unset"),
        case("a helper by a relative path")
            .var(AUTH, OAUTH)
            .file(settings, r#"{"awsAuthRefresh":"./get-key"}"#)
            .warning("OC020"),
        case("an empty helper")
            .var(API, key())
            .file(settings, r#"{"awsCredentialExport":" "}"#)
            .error("OC020"),
        case("a key in the helper's line")
            .var(AUTH, OAUTH)
            .file(
                settings,
                format!(r#"{{"awsAuthRefresh":"echo {}"}}"#, key()),
            )
            .warning("OC020"),
        case("a key where the helper belongs")
            .file(settings, format!(r#"{{"apiKeyHelper":"{TOKEN}"}}"#))
            .error("OC020")
            .error("unset"),
        case("settings that are not JSON")
            .var(API, key())
            .file(settings, "{\"apiKeyHelper\": PLANTED")
            .warning("OC020"),
        case("AWS expands no tilde")
            .var(API, key())
            .file(
                ".aws/config",
                "[default]\ncredential_process = ~/bin/aws-creds\n",
            )
            .error("OC020"),
        case("AWS's helper is not there")
            .var(API, key())
            .file(
                ".aws/config",
                "[default]\ncredential_process = /no/such/aws-creds x\n",
            )
            .error("OC020"),
    ]
}

fn shared() -> Vec<Case> {
    let own = std::process::id().to_string();
    let mut all = vec![
        case("one refresh token in two files")
            .file(".claude/.credentials.json", login(TOKEN, NOW + 60))
            .file(
                ".config/anthropic/credentials/default.json",
                profile(TOKEN, &(NOW + 60).to_string()),
            )
            .warning("OC021")
            .info("unset"),
        case("a login without an expiry")
            .file(".claude/.credentials.json", login(TOKEN, 0))
            .warning("OC021")
            .info("unset"),
    ];
    if cfg!(target_os = "linux") {
        all.push(
            case("two live locks")
                .file(".claude/.credentials.json", login(TOKEN, NOW + 60))
                .file(".claude/a.lock", own)
                .file(".claude/b.lock", "1")
                .warning("OC021")
                .info("unset"),
        );
    }
    all
}

fn networks() -> Vec<Case> {
    let ca = |name, variable, file| {
        case(name)
            .var(API, key())
            .var(variable, file)
            .error("OC022")
    };
    vec![
        ca(
            "certificates that are not there",
            "SSL_CERT_FILE",
            "{home}/no.pem",
        ),
        ca(
            "Node's certificates are not there",
            "NODE_EXTRA_CA_CERTS",
            "/no.pem",
        ),
        ca(
            "certificates that are none",
            "REQUESTS_CA_BUNDLE",
            "{home}/ca.der",
        )
        .file("ca.der", "0\u{1}\u{2}"),
        ca(
            "a directory of certificates that is not there",
            "SSL_CERT_DIR",
            "{home}/none",
        ),
        ca("a proxy that is no URL", "HTTPS_PROXY", "http://"),
        case("two spellings")
            .var(API, key())
            .var("HTTPS_PROXY", "http://a.example:1")
            .var("https_proxy", "http://me:PLANTED@b.example:1")
            .warning("OC022"),
        case("a proxy for the tokens' host alone")
            .var("HTTPS_PROXY", "http://proxy.corp.example:3128")
            .var("NO_PROXY", "api.anthropic.com")
            .file(".claude/.credentials.json", login(TOKEN, NOW + 60))
            .warning("OC022")
            .info("unset"),
        case("a proxy for Azure's login alone")
            .var(API, key())
            .var("HTTPS_PROXY", "proxy.corp.example:3128")
            .var("no_proxy", ".openai.azure.com")
            .var("AZURE_OPENAI_ENDPOINT", "https://me.openai.azure.com")
            .var("AZURE_TENANT_ID", "t")
            .warning("OC022"),
        case("a proxy for this machine")
            .var(API, key())
            .var(URL, "http://127.0.0.1:4000")
            .var("HTTP_PROXY", "http://proxy.corp.example:3128")
            .info("OC008")
            .warning("OC022"),
    ]
}

fn machines() -> Vec<Case> {
    let mut all = vec![
        case("a login that others can read")
            .file(".claude/.credentials.json", login(TOKEN, NOW + 60))
            .mode(0o644)
            .warning("OC024")
            .info("unset"),
        case("AWS keys that others can read")
            .var(API, key())
            .file(
                ".aws/credentials",
                "[default]\naws_secret_access_key = PLANTED\n",
            )
            .mode(0o640)
            .warning("OC024"),
        case("a service account that others can read")
            .var(API, key())
            .var("GOOGLE_APPLICATION_CREDENTIALS", "{home}/sa.json")
            .file("sa.json", "{\"private_key\":\"PLANTED\"}")
            .mode(0o644)
            .warning("OC024"),
    ];
    if cfg!(target_os = "linux") {
        all.push(
            case("a keyring without a session")
                .var(API, key())
                .file(
                    ".codex/config.toml",
                    "cli_auth_credentials_store = \"keyring\"\n",
                )
                .warning("OC024"),
        );
        all.push(
            case("onecred's own keyring without a session")
                .var(API, key())
                .file(
                    ".config/onecred/onecred.toml",
                    "[client.a]\nauth = { keyring = \"x\" }\n",
                )
                .warning("OC024"),
        );
    }
    all
}

#[test]
fn each_environment_has_its_findings() {
    let cases = cases();
    assert!(cases.len() >= 60, "{}", cases.len());
    for case in &cases {
        assert!(!case.expected.is_empty(), "{}", case.name);
        case.check();
    }
}

#[test]
fn every_cause_has_a_case() {
    let cases = cases();
    for code in [
        "OC001", "OC002", "OC004", "OC005", "OC006", "OC007", "OC008", "OC009", "OC017", "OC020",
        "OC021", "OC022", "OC023", "OC024", "unset",
    ] {
        let has = |case: &Case| case.expected.iter().any(|(own, _)| *own == code);
        assert!(cases.iter().any(has), "{code}");
    }
}
