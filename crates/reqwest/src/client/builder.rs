use std::fmt;
use std::sync::Arc;

use http::header::USER_AGENT;
use http::{HeaderMap, HeaderName, HeaderValue};
use onecred_core::Authenticator;

use super::{Client, Shared};
use crate::error::Error;
use crate::redirect::Redirects;
use crate::transport::Transport;
use crate::vet;

/// Sets up a [`Client`].
#[must_use = "no client is made until `build` is called"]
pub struct ClientBuilder {
    authenticator: Authenticator,
    transport: Transport,
    defaults: HeaderMap,
    redirects: Redirects,
    invalid: Option<http::Error>,
}

impl ClientBuilder {
    pub(super) fn new(authenticator: Authenticator) -> Self {
        Self {
            authenticator,
            transport: Transport::new(),
            defaults: HeaderMap::new(),
            redirects: Redirects::default(),
            invalid: None,
        }
    }

    /// How connections are made: time-outs, proxies, certificates, pools.
    pub fn transport(mut self, transport: Transport) -> Self {
        self.transport = transport;
        self
    }

    /// What to do with redirects; [`Redirects::SameOrigin`] by default.
    pub fn redirects(mut self, redirects: Redirects) -> Self {
        self.redirects = redirects;
        self
    }

    /// Adds a header to every request that does not have it. It must not carry a credential.
    pub fn default_header<N, V>(mut self, name: N, value: V) -> Self
    where
        N: TryInto<HeaderName>,
        N::Error: Into<http::Error>,
        V: TryInto<HeaderValue>,
        V::Error: Into<http::Error>,
    {
        let name = name.try_into().map_err(Into::into);
        let value = value.try_into().map_err(Into::into);
        match (name, value) {
            (Ok(name), Ok(value)) => {
                self.defaults.append(name, value);
            }
            (Err(error), _) | (_, Err(error)) => {
                self.invalid.get_or_insert(error);
            }
        }
        self
    }

    /// Adds these headers to every request that does not have them. None may carry a credential.
    pub fn default_headers(mut self, headers: HeaderMap) -> Self {
        for (name, value) in &headers {
            self.defaults.append(name, value.clone());
        }
        self
    }

    /// The `User-Agent` of every request that does not have one.
    pub fn user_agent<V>(mut self, value: V) -> Self
    where
        V: TryInto<HeaderValue>,
        V::Error: Into<http::Error>,
    {
        self.defaults.remove(USER_AGENT);
        self.default_header(USER_AGENT, value)
    }

    /// The client.
    ///
    /// # Errors
    /// [`Error::DefaultHeader`] names the default header that carries a credential, [`Error::InvalidHeader`] tells of
    /// one that is none, [`Error::Request`] of TLS or a resolver that cannot be set up.
    pub fn build(self) -> Result<Client, Error> {
        if let Some(error) = self.invalid {
            return Err(Error::InvalidHeader(error));
        }
        vet::headers(&self.authenticator, &self.defaults)?;
        Ok(Client {
            authenticator: self.authenticator,
            shared: Arc::new(Shared {
                pools: self.transport.pools()?,
                defaults: self.defaults,
                redirects: self.redirects,
                timeout: self.transport.timeout,
            }),
        })
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.defaults.keys().collect();
        f.debug_struct("ClientBuilder")
            .field("authenticator", &self.authenticator)
            .field("transport", &self.transport)
            .field("redirects", &self.redirects)
            .field("default_headers", &names)
            .finish_non_exhaustive()
    }
}
