//! `ANTHROPIC_CUSTOM_HEADERS`: lines that the SDKs add to every request.
//!
//! They are a second way in for a credential. Here such a line is a source that can only be refused:
//! alone it is invalid, next to a key or token it is a conflict.

use http::HeaderName;
use onecred_core::{CredentialKind, Env, InvalidSource, Lookup, Source, SourceName};

use crate::{API_KEY, CUSTOM_HEADERS};

/// What the variable holds.
#[derive(Debug, Default)]
pub(crate) struct CustomHeaders {
    /// The first header in it that carries a credential.
    pub(crate) credential: Option<HeaderName>,
    /// Whether there are other lines.
    pub(crate) has_others: bool,
}

impl CustomHeaders {
    pub(crate) fn of(env: &Env) -> Self {
        let Some(text) = env.var(CUSTOM_HEADERS) else {
            return Self::default();
        };
        // Names only; a header name is ASCII, so nothing is lost where the text is not Unicode.
        let text = text.to_string_lossy();
        let mut headers = Self::default();
        let target = crate::target();
        for line in text.split(['\n', '\r']) {
            let Some((name, _)) = line.split_once(':') else {
                headers.has_others |= !line.trim().is_empty();
                continue;
            };
            match name
                .trim()
                .parse()
                .ok()
                .filter(|name| target.is_credential_header(name))
            {
                Some(name) if headers.credential.is_none() => headers.credential = Some(name),
                Some(_) => {}
                None => headers.has_others = true,
            }
        }
        headers
    }
}

/// A credential in that variable.
#[derive(Debug)]
pub(crate) struct SmuggledCredential(pub(crate) HeaderName);

#[async_trait::async_trait]
impl Source for SmuggledCredential {
    fn name(&self) -> SourceName {
        SourceName::new(format!("env:{CUSTOM_HEADERS} ({})", self.0))
    }

    fn kind(&self) -> Option<CredentialKind> {
        Some(CredentialKind::Header)
    }

    async fn look(&self, _env: &Env) -> Lookup {
        Lookup::Invalid(InvalidSource::new(format!(
            "carries the credential header `{}`; remove that line and use {API_KEY}",
            self.0
        )))
    }
}
