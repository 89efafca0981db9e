//! What a key looks like, and whether that fits where it was put.

use std::fmt;

use super::Note;

/// A kind of credential that can be told by its look. A guess: it leads to warnings and never to a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Shape {
    /// `sk-ant-api…`
    AnthropicApiKey,
    /// `sk-ant-oat…`: an OAuth access token.
    AnthropicOauthToken,
    /// `sk-ant-admin…`: for the Admin API only.
    AnthropicAdminKey,
    /// `AKIA…` or `ASIA…`, 20 characters: the public half of an AWS key pair.
    AwsAccessKeyId,
    /// `ABSK…`: an Amazon Bedrock API key that lives for months.
    BedrockLongTermKey,
    /// `bedrock-api-key-…`: an Amazon Bedrock API key that lives for hours.
    BedrockShortTermKey,
    /// `AIza…`
    GoogleApiKey,
    /// `ya29.…`: a Google OAuth access token.
    GoogleAccessToken,
    /// Three base64url parts, the first beginning with `eyJ`.
    Jwt,
    /// `sk-proj-…`
    OpenAiProjectKey,
}

/// Which kind of credential a setting is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SecretKind {
    /// An API key (`ANTHROPIC_API_KEY`, `api_key(..)`), wherever the target places it.
    ApiKey,
    /// A bearer token (`ANTHROPIC_AUTH_TOKEN`, `bearer(..)`).
    Bearer,
}

/// Whose endpoint a setting is for. A gateway or any other third party is none of these, and neither is a platform
/// whose keys have no look of their own (the Claude Platform on AWS).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Vendor {
    /// The first-party API.
    Anthropic,
    /// Amazon Bedrock.
    Aws,
    /// Vertex AI, Gemini.
    Google,
    /// Microsoft Foundry.
    Microsoft,
    /// OpenAI.
    OpenAi,
}

impl Shape {
    /// What `text` looks like, or `None` for anything else. Expects text without white space around it.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        const PREFIXES: [(&str, Shape); 8] = [
            ("sk-ant-api", Shape::AnthropicApiKey),
            ("sk-ant-oat", Shape::AnthropicOauthToken),
            ("sk-ant-admin", Shape::AnthropicAdminKey),
            ("ABSK", Shape::BedrockLongTermKey),
            ("bedrock-api-key-", Shape::BedrockShortTermKey),
            ("AIza", Shape::GoogleApiKey),
            ("ya29.", Shape::GoogleAccessToken),
            ("sk-proj-", Shape::OpenAiProjectKey),
        ];
        if is_access_key_id(text) {
            return Some(Self::AwsAccessKeyId);
        }
        if is_jwt(text) {
            return Some(Self::Jwt);
        }
        let (_, shape) = PREFIXES
            .iter()
            .find(|(prefix, _)| text.starts_with(prefix))?;
        Some(*shape)
    }

    /// Whose credential it is, or `None` if many issue such (a JWT).
    #[must_use]
    pub const fn vendor(self) -> Option<Vendor> {
        Some(match self {
            Self::AnthropicApiKey | Self::AnthropicOauthToken | Self::AnthropicAdminKey => {
                Vendor::Anthropic
            }
            Self::AwsAccessKeyId | Self::BedrockLongTermKey | Self::BedrockShortTermKey => {
                Vendor::Aws
            }
            Self::GoogleApiKey | Self::GoogleAccessToken => Vendor::Google,
            Self::OpenAiProjectKey => Vendor::OpenAi,
            Self::Jwt => return None,
        })
    }

    /// A warning with the fix, if this shape is odd in `slot` of an endpoint of `vendor` (`None`: a gateway or any other
    /// third party, which may well take another vendor's kind of key).
    ///
    /// Never a reason to refuse. The sentence has no subject, to stand behind the name of the source.
    #[must_use]
    pub fn mismatch(self, slot: SecretKind, vendor: Option<Vendor>) -> Option<&'static str> {
        match vendor {
            Some(vendor) if self.vendor().is_some_and(|own| own != vendor) => {
                Some(self.elsewhere())
            }
            _ => self.misplaced(slot, vendor),
        }
    }

    /// At an endpoint of another vendor.
    const fn elsewhere(self) -> &'static str {
        match self {
            Self::AnthropicApiKey => {
                "looks like an Anthropic API key, which only Anthropic's own API takes: use this platform's key"
            }
            Self::AnthropicOauthToken => {
                "looks like an Anthropic OAuth token, which only Anthropic's own API takes: use this platform's token"
            }
            Self::AnthropicAdminKey => ADMIN_KEY,
            Self::AwsAccessKeyId => ACCESS_KEY_ID,
            Self::BedrockLongTermKey | Self::BedrockShortTermKey => {
                "looks like an Amazon Bedrock API key: set AWS_BEARER_TOKEN_BEDROCK and use a Bedrock target"
            }
            Self::GoogleApiKey => {
                "looks like a Google API key, which only Google's APIs take: use this platform's key"
            }
            Self::GoogleAccessToken => "looks like a Google access token: use a Vertex AI target",
            Self::OpenAiProjectKey => {
                "looks like an OpenAI project key, which only OpenAI's API takes: use this platform's key"
            }
            Self::Jwt => JWT,
        }
    }

    /// At its own vendor's endpoint or at one that nobody knows.
    fn misplaced(self, slot: SecretKind, vendor: Option<Vendor>) -> Option<&'static str> {
        match (self, slot) {
            (Self::AwsAccessKeyId, _) => Some(ACCESS_KEY_ID),
            (Self::AnthropicAdminKey, _) => Some(ADMIN_KEY),
            (Self::AnthropicOauthToken, SecretKind::ApiKey) => Some(
                "looks like an Anthropic OAuth token, not an API key: set ANTHROPIC_AUTH_TOKEN instead",
            ),
            // Gateways commonly take API keys as bearer tokens; Anthropic's own settings keep them apart.
            (Self::AnthropicApiKey, SecretKind::Bearer) if vendor.is_some() => Some(
                "looks like an Anthropic API key, not a bearer token: set ANTHROPIC_API_KEY instead",
            ),
            (Self::GoogleApiKey, SecretKind::Bearer) if vendor.is_some() => {
                Some("looks like a Google API key, not an access token: pass it as an API key")
            }
            (Self::GoogleAccessToken, SecretKind::ApiKey) => {
                Some("looks like a Google access token, not an API key: pass it as a bearer token")
            }
            (Self::Jwt, SecretKind::ApiKey) => Some(JWT),
            _ => None,
        }
    }

    /// The note for a `length` (in characters) that keys of this shape do not have.
    pub(crate) fn odd_length(self, length: usize) -> Option<Note> {
        let (least, most, usual) = match self {
            Self::AnthropicApiKey => (90, usize::MAX, 108),
            Self::AnthropicAdminKey => (90, usize::MAX, 110),
            Self::BedrockLongTermKey => (113, usize::MAX, 132),
            Self::GoogleApiKey => (39, 39, 39),
            Self::OpenAiProjectKey => (56, usize::MAX, 164),
            // Of no fixed length, or told by it.
            Self::AnthropicOauthToken
            | Self::AwsAccessKeyId
            | Self::BedrockShortTermKey
            | Self::GoogleAccessToken
            | Self::Jwt => return None,
        };
        (length < least || length > most).then_some(Note::UnusualLength {
            shape: self,
            length,
            usual,
        })
    }
}

const ADMIN_KEY: &str = "looks like an Anthropic admin key, which only the Admin API takes: use an API key (sk-ant-api…)";
const ACCESS_KEY_ID: &str = "looks like an AWS access key id, which identifies a key and is none: use an AWS source, \
                             which signs with both halves of the pair";
const JWT: &str = "looks like a JWT, not an API key: pass it as a bearer token, or exchange it if it is an identity token";

fn is_access_key_id(text: &str) -> bool {
    text.len() == 20
        && (text.starts_with("AKIA") || text.starts_with("ASIA"))
        && text
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

fn is_jwt(text: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    text.starts_with("eyJ") && text.split('.').count() == 3 && text.split('.').all(is_part)
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AnthropicApiKey => "an Anthropic API key",
            Self::AnthropicOauthToken => "an Anthropic OAuth token",
            Self::AnthropicAdminKey => "an Anthropic admin key",
            Self::AwsAccessKeyId => "an AWS access key id",
            Self::BedrockLongTermKey => "a long-term Amazon Bedrock API key",
            Self::BedrockShortTermKey => "a short-term Amazon Bedrock API key",
            Self::GoogleApiKey => "a Google API key",
            Self::GoogleAccessToken => "a Google access token",
            Self::Jwt => "a JWT",
            Self::OpenAiProjectKey => "an OpenAI project key",
        })
    }
}

#[cfg(test)]
mod tests;
