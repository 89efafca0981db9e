//! Requests without an HTTP client.

use http::{HeaderMap, Method, StatusCode, Uri};
use onecred_core::{
    Auth, AuthError, AuthRequest, Authenticator, Body, HeaderSecret, Receipt, ResponseHead, Target,
    TextFrom, Verdict,
};

/// The origin of the usual target.
pub const API: &str = "https://api.example.com";

/// The head of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The URI, absolute.
    pub uri: Uri,
    /// The headers.
    pub headers: HeaderMap,
}

impl Head {
    /// A request to the usual target.
    pub fn new() -> Self {
        Self::to(&format!("{API}/v1/things"))
    }

    /// A request to this URI.
    pub fn to(uri: &str) -> Self {
        Self {
            uri: uri.parse().expect("a URI"),
            headers: HeaderMap::new(),
        }
    }

    /// As an authenticator sees it.
    pub fn view(&mut self) -> AuthRequest<'_> {
        self.view_with(Body::Empty)
    }

    /// The same with a body.
    pub fn view_with<'a>(&'a mut self, body: Body<'a>) -> AuthRequest<'a> {
        AuthRequest::new(&Method::POST, &mut self.uri, &mut self.headers, body)
    }

    /// All values of a header, as text.
    pub fn values(&self, name: &str) -> Vec<String> {
        let values = self.headers.get_all(name).iter();
        values
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
            .collect()
    }

    /// The one credential, without its scheme. Panics on none and on two.
    pub fn credential(&self) -> String {
        let mut found: Vec<String> = ["authorization", "x-api-key"]
            .iter()
            .flat_map(|name| self.values(name))
            .collect();
        assert_eq!(found.len(), 1, "one credential, not {}", found.len());
        let only = found.remove(0);
        match only.strip_prefix("Bearer ") {
            Some(token) => token.to_owned(),
            None => only,
        }
    }

    /// Authorizes an empty request; what it carries.
    ///
    /// # Errors
    /// As [`Authenticator::authorize`].
    pub async fn sent_by(client: &Authenticator) -> Result<(String, Receipt), AuthError> {
        let mut head = Self::new();
        let receipt = client.authorize(&mut head.view()).await?;
        Ok((head.credential(), receipt))
    }

    /// The same without waiting.
    pub fn try_sent_by(client: &Authenticator) -> Option<Result<(String, Receipt), AuthError>> {
        let mut head = Self::new();
        let result = client.try_authorize(&mut head.view())?;
        Some(result.map(|receipt| (head.credential(), receipt)))
    }

    /// Tells `client` that the request of `receipt` was answered with 401.
    pub fn rejected(client: &Authenticator, receipt: &Receipt) -> Verdict {
        let head = HeaderMap::new();
        client.on_response(receipt, &ResponseHead::new(StatusCode::UNAUTHORIZED, &head))
    }
}

impl Default for Head {
    fn default() -> Self {
        Self::new()
    }
}

/// A target at [`API`] with its keys under `x-api-key`.
pub fn target() -> Target {
    Target::builder("api")
        .origin(API)
        .and_then(|target| target.key_header("x-api-key"))
        .and_then(|target| target.build())
        .expect("a target")
}

/// A client of that target.
pub fn client(auth: impl Into<Auth>) -> Authenticator {
    Authenticator::new(target(), auth).expect("a client")
}

/// A secret from text.
pub fn secret(text: &str) -> HeaderSecret {
    HeaderSecret::parse(text, TextFrom::Argument).expect("a secret")
}

/// A static API key.
pub fn key(text: &str) -> Auth {
    Auth::api_key(secret(text))
}

/// A static bearer token.
pub fn token(text: &str) -> Auth {
    Auth::bearer(secret(text))
}
