//! `ANTHROPIC_CUSTOM_HEADERS`: lines that the SDKs add to every request.
//!
//! They are a second way in for a credential. Here such a line is a source that can only be refused:
//! alone it is invalid, next to a key or token it is a conflict.

use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use onecred_core::{
    Auth, AuthError, AuthRequest, Authenticator, Body, CredentialKind, Env, InvalidSource, Lookup,
    Source, SourceName,
};

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
        for line in text.split(['\n', '\r']) {
            let Some((name, _)) = line.split_once(':') else {
                headers.has_others |= !line.trim().is_empty();
                continue;
            };
            match name.trim().parse().ok().filter(carries_a_credential) {
                Some(name) if headers.credential.is_none() => headers.credential = Some(name),
                Some(_) => {}
                None => headers.has_others = true,
            }
        }
        headers
    }
}

/// What the guard of every client of this API says of a request with that header.
fn carries_a_credential(name: &HeaderName) -> bool {
    let Ok(client) = Authenticator::new(crate::target(), Auth::Anonymous) else {
        return true;
    };
    let mut uri = Uri::from_static(crate::DEFAULT_BASE_URL);
    let mut headers = HeaderMap::new();
    headers.insert(name, HeaderValue::from_static("-"));
    let mut request = AuthRequest::new(&Method::GET, &mut uri, &mut headers, Body::Empty);
    matches!(
        client.try_authorize(&mut request),
        Some(Err(AuthError::ForeignCredential(_)))
    )
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
