//! The client that carries the guarantee.

mod builder;
mod derive;
mod request;
mod travel;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, Method};
use onecred_core::Authenticator;
use reqwest::{IntoUrl, Request, Response};

pub use builder::ClientBuilder;
pub use derive::Derive;
pub use request::RequestBuilder;

use crate::error::Error;
use crate::redirect::Redirects;
use crate::transport::Pools;
use crate::vet;

/// An HTTP client whose every request carries exactly the credential of its [`Authenticator`].
///
/// - Nothing else adds one: default headers are vetted when the client is built, a request that brings one is refused
///   before it is sent, and the reqwest client inside has no headers, cookies or redirects of its own.
/// - Each attempt is authorized by itself. A 401 is answered once with a new credential, if there is one and the body
///   can be sent again; else it is handed on, with [`ReauthorizeFailed`](crate::ReauthorizeFailed) among its
///   extensions if getting a new credential failed.
/// - Redirects are followed within the origin only ([`Redirects`]).
/// - A response has the [`Receipt`](onecred_core::Receipt) of its request among its extensions.
///
/// `clone()` is the same client, [`derive`](Self::derive) makes another on the same connections, and
/// `client.authenticator().replace(…)` changes the credential of a client and all its clones.
#[derive(Clone)]
pub struct Client {
    authenticator: Authenticator,
    shared: Arc<Shared>,
}

struct Shared {
    pools: Pools,
    defaults: HeaderMap,
    redirects: Redirects,
    timeout: Option<Duration>,
}

impl Client {
    /// A client with reqwest's default settings.
    ///
    /// # Errors
    /// [`Error::Request`] when TLS or the system's resolver cannot be set up.
    pub fn new(authenticator: Authenticator) -> Result<Self, Error> {
        Self::builder(authenticator).build()
    }

    /// Sets up a client.
    pub fn builder(authenticator: Authenticator) -> ClientBuilder {
        ClientBuilder::new(authenticator)
    }

    /// What authorizes this client's requests.
    pub fn authenticator(&self) -> &Authenticator {
        &self.authenticator
    }

    /// Starts a new client from this one: another credential or target, the same connections, default headers and
    /// redirects.
    pub fn derive(&self) -> Derive {
        Derive::new(self)
    }

    /// A new client with this authenticator on the same connections.
    ///
    /// # Errors
    /// [`Error::DefaultHeader`] when a default header of this client is a credential for the new one.
    pub fn with_authenticator(&self, authenticator: Authenticator) -> Result<Self, Error> {
        vet::headers(&authenticator, &self.shared.defaults)?;
        Ok(Self {
            authenticator,
            shared: Arc::clone(&self.shared),
        })
    }

    /// Starts a GET request.
    pub fn get(&self, url: impl IntoUrl) -> RequestBuilder {
        self.request(Method::GET, url)
    }

    /// Starts a POST request.
    pub fn post(&self, url: impl IntoUrl) -> RequestBuilder {
        self.request(Method::POST, url)
    }

    /// Starts a PUT request.
    pub fn put(&self, url: impl IntoUrl) -> RequestBuilder {
        self.request(Method::PUT, url)
    }

    /// Starts a PATCH request.
    pub fn patch(&self, url: impl IntoUrl) -> RequestBuilder {
        self.request(Method::PATCH, url)
    }

    /// Starts a DELETE request.
    pub fn delete(&self, url: impl IntoUrl) -> RequestBuilder {
        self.request(Method::DELETE, url)
    }

    /// Starts a HEAD request.
    pub fn head(&self, url: impl IntoUrl) -> RequestBuilder {
        self.request(Method::HEAD, url)
    }

    /// Starts a request. The URL is absolute, at an origin of the authenticator's target.
    pub fn request(&self, method: Method, url: impl IntoUrl) -> RequestBuilder {
        RequestBuilder::new(self, method, url)
    }

    /// Sends a request.
    ///
    /// One that was made of an `http::Request` with an [`Authenticator`] among its extensions is authorized by that
    /// one: this is how a server of many tenants sends each one's credential through one client.
    ///
    /// # Errors
    /// [`Error`]; a response of any status is none.
    pub async fn execute(&self, request: Request) -> Result<Response, Error> {
        let (request, own) = take_authenticator(request)?;
        let authenticator = own.as_ref().unwrap_or(&self.authenticator);
        self.travel(authenticator, request).await
    }

    /// Sends a request that is authorized by this authenticator instead of the client's.
    ///
    /// # Errors
    /// As [`execute`](Self::execute).
    pub async fn execute_with(
        &self,
        authenticator: &Authenticator,
        request: Request,
    ) -> Result<Response, Error> {
        self.travel(authenticator, request).await
    }
}

/// reqwest shows the extensions of a request only to whoever makes an `http::Request` of it.
fn take_authenticator(request: Request) -> Result<(Request, Option<Authenticator>), Error> {
    let mut request = http::Request::try_from(request)?;
    let own = request.extensions_mut().remove::<Authenticator>();
    Ok((Request::try_from(request)?, own))
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.shared.defaults.keys().collect();
        f.debug_struct("Client")
            .field("authenticator", &self.authenticator)
            .field("redirects", &self.shared.redirects)
            .field("timeout", &self.shared.timeout)
            .field("default_headers", &names)
            .finish_non_exhaustive()
    }
}
