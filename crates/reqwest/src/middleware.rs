//! A middleware for reqwest-middleware.

use http::Extensions;
use onecred_core::Authenticator;
use reqwest::{Request, Response};
use reqwest_middleware::{Middleware, Next, Result};

use crate::attempt::{self, Wire};
use crate::bare::{Exposed, check_origin};
use crate::error::{Error, without_secrets};
use crate::pristine::Pristine;

/// Authorizes every request that passes, and answers a 401 once with a new credential.
///
/// **Order**: add it last, inside of any retry middleware, so that each attempt is authorized by itself. Outside of
/// one, all retries of a request send the credential of its first attempt, even after that expired.
///
/// **The inner client must not follow redirects and must not have a credential among its default headers**: both
/// happen below every middleware, and reqwest carries every header but `Authorization` to other origins. Build it with
/// `redirect(reqwest::redirect::Policy::none())`. A middleware cannot see the inner client, so this is not checked
/// beforehand; a response from another origin is [`Error::CredentialLeftOrigin`], the sign to replace the key.
/// [`Client`](crate::Client) has neither weakness.
///
/// A request can bring its own [`Authenticator`] in the extensions (`with_extension`). Errors of ours are
/// [`Error`] inside `reqwest_middleware::Error::Middleware`.
///
/// ```
/// # fn build(authenticator: onecred_core::Authenticator) -> Result<(), reqwest::Error> {
/// use onecred_reqwest::AuthMiddleware;
///
/// let inner = reqwest::Client::builder()
///     .redirect(reqwest::redirect::Policy::none())
///     .build()?;
/// let client = reqwest_middleware::ClientBuilder::new(inner)
///     // .with(retries) goes first
///     .with(AuthMiddleware::new(authenticator))
///     .build();
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct AuthMiddleware {
    authenticator: Authenticator,
}

impl AuthMiddleware {
    /// A middleware that authorizes with this authenticator.
    pub fn new(authenticator: Authenticator) -> Self {
        Self { authenticator }
    }

    /// What authorizes the requests.
    pub fn authenticator(&self) -> &Authenticator {
        &self.authenticator
    }
}

#[async_trait::async_trait]
impl Middleware for AuthMiddleware {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let own = extensions.get::<Authenticator>().cloned();
        let authenticator = own.as_ref().unwrap_or(&self.authenticator);
        let pristine = Pristine::of(&request);
        let mut wire = NextWire { next, extensions };
        attempt::run(&mut wire, authenticator, request, &pristine).await
    }
}

struct NextWire<'a> {
    next: Next<'a>,
    extensions: &'a mut Extensions,
}

impl Wire for NextWire<'_> {
    type Error = reqwest_middleware::Error;

    async fn send(&mut self, request: Request) -> Result<Response> {
        let exposed = Exposed::of(&request);
        let response = self
            .next
            .clone()
            .run(request, self.extensions)
            .await
            .map_err(|error| match error {
                reqwest_middleware::Error::Reqwest(error) => without_secrets(error).into(),
                other => other,
            })?;
        check_origin(exposed, response).map_err(Self::refused)
    }

    fn refused(error: Error) -> reqwest_middleware::Error {
        reqwest_middleware::Error::middleware(error)
    }
}
