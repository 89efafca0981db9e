//! What can go wrong, with no URL longer than an origin in it.

use std::fmt;

use http::HeaderName;
use onecred_core::AuthError;

use crate::redirect::MAX_REDIRECTS;

/// Why a client could not be built, or a request got no response.
///
/// Errors of reqwest are cut down to the origin of their URL, because paths and queries carry secrets (signatures,
/// webhook tokens) and errors are logged.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The request could not be authorized and was not sent. The inner error says what to do.
    Auth(AuthError),
    /// reqwest could not build the client or the request, or got no response. Ask it for
    /// [`is_connect`](reqwest::Error::is_connect) and the like. An `https` URL fails here when no TLS feature is on.
    Request(reqwest::Error),
    /// A default header carries a credential. Remove it: the client's authenticator is the only place for one.
    DefaultHeader(HeaderName),
    /// A default header is not one. Correct its name or value.
    InvalidHeader(http::Error),
    /// The URL cannot stand on a request line. Correct it.
    InvalidUrl,
    /// More than [`MAX_REDIRECTS`] redirects followed one another: most likely a loop. Ask the server's owner, or
    /// turn them off with [`Redirects::None`](crate::Redirects::None) and look at the first response.
    TooManyRedirects,
    /// The time-out passed before a response came, the wait for a credential included. Retry, or allow more time.
    TimedOut,
    /// The bare client follows redirects, and reqwest would carry the credential's header to any origin. Build it
    /// with `redirect(reqwest::redirect::Policy::none())`, or use [`Client`](crate::Client). Nothing was sent.
    RedirectsOn,
    /// What the bare client adds to requests cannot be seen. Use [`Client`](crate::Client). Nothing was sent.
    Opaque,
    /// reqwest followed a redirect to another origin with the credential on it. Replace that credential, and build
    /// the inner client with `redirect(reqwest::redirect::Policy::none())`.
    CredentialLeftOrigin {
        /// Where it went.
        origin: String,
    },
}

impl Error {
    /// Whether a time-out passed: the client's, the request's, or one of reqwest's own.
    pub fn is_timeout(&self) -> bool {
        match self {
            Self::TimedOut => true,
            Self::Request(error) => error.is_timeout(),
            _ => false,
        }
    }

    /// Whether no connection could be made.
    pub fn is_connect(&self) -> bool {
        matches!(self, Self::Request(error) if error.is_connect())
    }

    /// The reason why the request was not authorized, if that is what happened.
    pub fn as_auth(&self) -> Option<&AuthError> {
        match self {
            Self::Auth(error) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auth(error) => error.fmt(f),
            Self::Request(error) => error.fmt(f),
            Self::DefaultHeader(name) => {
                write!(f, "the default header `{name}` carries a credential")
            }
            Self::InvalidHeader(_) => f.write_str("a default header is not valid"),
            Self::InvalidUrl => f.write_str("the URL cannot stand on a request line"),
            Self::TooManyRedirects => {
                write!(
                    f,
                    "more than {MAX_REDIRECTS} redirects followed one another"
                )
            }
            Self::TimedOut => f.write_str("the time-out passed before a response came"),
            Self::RedirectsOn => f.write_str(
                "this reqwest client follows redirects and would carry the credential to other origins",
            ),
            Self::Opaque => {
                f.write_str("what this reqwest client adds to requests cannot be seen")
            }
            Self::CredentialLeftOrigin { origin } => {
                write!(
                    f,
                    "a redirect was followed to {origin} with the credential on it"
                )
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            // These two are shown as they are, so their cause is the next link of the chain.
            Self::Auth(error) => error.source(),
            Self::Request(error) => error.source(),
            Self::InvalidHeader(error) => Some(error),
            _ => None,
        }
    }
}

impl From<AuthError> for Error {
    fn from(error: AuthError) -> Self {
        Self::Auth(error)
    }
}

impl From<reqwest::Error> for Error {
    fn from(error: reqwest::Error) -> Self {
        Self::Request(without_secrets(error))
    }
}

/// The same error, its URL cut down to the origin.
pub(crate) fn without_secrets(mut error: reqwest::Error) -> reqwest::Error {
    if let Some(url) = error.url_mut() {
        // These fail on URLs that have no user part anyway.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        url.set_path("");
        url.set_query(None);
        url.set_fragment(None);
    }
    error
}
