//! The variables that hold credentials, and where those go: what `doctor` looks at and `exec` removes.

use onecred_core::{SecretKind, Vendor};

/// A variable that holds a secret which goes into a header as it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known {
    pub(crate) name: &'static str,
    pub(crate) slot: SecretKind,
    /// The variable with the base URL that the secret goes to.
    pub(crate) base_url: Option<&'static str>,
    /// Where it goes if nothing else is said; empty where there is no such place.
    pub(crate) default_url: &'static str,
}

const ANTHROPIC: &str = onecred_anthropic::DEFAULT_BASE_URL;
const OPENAI: &str = "https://api.openai.com/v1";
const GEMINI: &str = "https://generativelanguage.googleapis.com";
const GOOGLE: &str = "https://www.googleapis.com";

const fn key(name: &'static str, base_url: &'static str, default_url: &'static str) -> Known {
    Known {
        name,
        slot: SecretKind::ApiKey,
        base_url: Some(base_url),
        default_url,
    }
}

const fn token(
    name: &'static str,
    base_url: Option<&'static str>,
    default_url: &'static str,
) -> Known {
    Known {
        name,
        slot: SecretKind::Bearer,
        base_url,
        default_url,
    }
}

/// Those of header credentials. AWS key pairs sign; they are in [`REMOVED`] only.
pub(crate) const KNOWN: [Known; 13] = [
    key(
        onecred_anthropic::API_KEY,
        onecred_anthropic::BASE_URL,
        ANTHROPIC,
    ),
    token(
        onecred_anthropic::AUTH_TOKEN,
        Some(onecred_anthropic::BASE_URL),
        ANTHROPIC,
    ),
    token(
        "CLAUDE_CODE_OAUTH_TOKEN",
        Some(onecred_anthropic::BASE_URL),
        ANTHROPIC,
    ),
    key(
        "ANTHROPIC_FOUNDRY_API_KEY",
        "ANTHROPIC_FOUNDRY_BASE_URL",
        "",
    ),
    key("OPENAI_API_KEY", "OPENAI_BASE_URL", OPENAI),
    key("CODEX_API_KEY", "OPENAI_BASE_URL", OPENAI),
    key("AZURE_OPENAI_API_KEY", "AZURE_OPENAI_ENDPOINT", ""),
    token("AZURE_OPENAI_AD_TOKEN", Some("AZURE_OPENAI_ENDPOINT"), ""),
    token("AWS_BEARER_TOKEN_BEDROCK", None, "https://amazonaws.com"),
    key("GEMINI_API_KEY", "GOOGLE_GEMINI_BASE_URL", GEMINI),
    key("GOOGLE_API_KEY", "GOOGLE_GEMINI_BASE_URL", GEMINI),
    token("GOOGLE_OAUTH_ACCESS_TOKEN", None, GOOGLE),
    token("CLOUDSDK_AUTH_ACCESS_TOKEN", None, GOOGLE),
];

/// Variables that name a file with a token in it.
pub(crate) const TOKEN_FILES: [&str; 3] = [
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AZURE_FEDERATED_TOKEN_FILE",
];

/// What else gives a program a credential or chooses one, beside [`KNOWN`],
/// [`TOKEN_FILES`] and those of `onecred-anthropic`.
const REMOVED: [&str; 27] = [
    "ANTHROPIC_CONFIG_DIR",
    "ANTHROPIC_PROFILE",
    "AWS_ACCESS_KEY_ID",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_DEFAULT_PROFILE",
    "AWS_PROFILE",
    "AWS_ROLE_ARN",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SECURITY_TOKEN",
    "AWS_SESSION_TOKEN",
    "AZURE_API_KEY",
    "AZURE_CLIENT_CERTIFICATE_PASSWORD",
    "AZURE_CLIENT_CERTIFICATE_PATH",
    "AZURE_CLIENT_ID",
    "AZURE_CLIENT_SECRET",
    "AZURE_PASSWORD",
    "AZURE_TENANT_ID",
    "AZURE_USERNAME",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "GOOGLE_APPLICATION_CREDENTIALS_JSON",
    "GOOGLE_CREDENTIALS",
    "IDENTITY_ENDPOINT",
    "IDENTITY_HEADER",
    "MSI_SECRET",
    "OPENAI_ADMIN_KEY",
];

/// Every variable that `exec` removes.
pub(crate) fn removed() -> impl Iterator<Item = &'static str> {
    let own = onecred_anthropic::known_variables().iter().copied();
    own.chain(KNOWN.iter().map(|known| known.name))
        .chain(TOKEN_FILES)
        .chain(REMOVED)
}

/// Whose endpoint a host is; `None` for a gateway and for what nobody knows.
pub(crate) fn vendor_of(host: &str) -> Option<Vendor> {
    let ends = |suffix: &str| {
        host == suffix
            || host
                .strip_suffix(suffix)
                .is_some_and(|rest| rest.ends_with('.'))
    };
    let table: [(&[&str], Vendor); 5] = [
        (&["api.anthropic.com"], Vendor::Anthropic),
        (&["api.openai.com"], Vendor::OpenAi),
        (&["googleapis.com"], Vendor::Google),
        (&["amazonaws.com"], Vendor::Aws),
        (
            &[
                "openai.azure.com",
                "openai.azure.us",
                "services.ai.azure.com",
                "services.ai.azure.us",
                "cognitiveservices.azure.com",
                "cognitiveservices.azure.us",
            ],
            Vendor::Microsoft,
        ),
    ];
    let (_, vendor) = table
        .into_iter()
        .find(|(suffixes, _)| suffixes.iter().copied().any(ends))?;
    Some(vendor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_lists_what_is_removed() {
        let readme = include_str!("../README.md");
        for name in removed() {
            assert!(readme.contains(&format!("`{name}`")), "{name}");
        }
    }

    #[test]
    fn hosts_are_told_apart_at_the_dot() {
        assert_eq!(vendor_of("api.anthropic.com"), Some(Vendor::Anthropic));
        assert_eq!(vendor_of("me.openai.azure.com"), Some(Vendor::Microsoft));
        assert_eq!(vendor_of("evilgoogleapis.com"), None);
        assert_eq!(vendor_of("api.anthropic.com.evil.example"), None);
    }
}
