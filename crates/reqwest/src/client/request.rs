use std::fmt;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method, Version};
use onecred_core::Authenticator;
use reqwest::{Body, IntoUrl, Request, Response};

use super::Client;
use crate::error::Error;

/// Builds one request of a [`Client`].
///
/// There is no `bearer_auth` or `basic_auth` here: the client's authenticator brings the credential. A user in the
/// URL, or a credential header set by hand, makes [`send`](Self::send) fail, and nothing is sent.
#[must_use = "nothing is sent until `send` is called"]
pub struct RequestBuilder {
    client: Client,
    own: Option<Authenticator>,
    inner: reqwest::RequestBuilder,
}

impl RequestBuilder {
    pub(super) fn new(client: &Client, method: Method, url: impl IntoUrl) -> Self {
        Self {
            inner: client.shared.pools.any().request(method, url),
            client: client.clone(),
            own: None,
        }
    }

    fn map(
        mut self,
        step: impl FnOnce(reqwest::RequestBuilder) -> reqwest::RequestBuilder,
    ) -> Self {
        self.inner = step(self.inner);
        self
    }

    /// Adds a header; one of the same name stays.
    pub fn header<N, V>(self, name: N, value: V) -> Self
    where
        HeaderName: TryFrom<N>,
        <HeaderName as TryFrom<N>>::Error: Into<http::Error>,
        HeaderValue: TryFrom<V>,
        <HeaderValue as TryFrom<V>>::Error: Into<http::Error>,
    {
        self.map(|inner| inner.header(name, value))
    }

    /// Sets these headers; those of the same names are replaced.
    pub fn headers(self, headers: HeaderMap) -> Self {
        self.map(|inner| inner.headers(headers))
    }

    /// Adds parameters to the query.
    #[cfg(feature = "query")]
    #[cfg_attr(docsrs, doc(cfg(feature = "query")))]
    pub fn query<T: serde::Serialize + ?Sized>(self, query: &T) -> Self {
        self.map(|inner| inner.query(query))
    }

    /// Sends this as JSON.
    #[cfg(feature = "json")]
    #[cfg_attr(docsrs, doc(cfg(feature = "json")))]
    pub fn json<T: serde::Serialize + ?Sized>(self, json: &T) -> Self {
        self.map(|inner| inner.json(json))
    }

    /// Sends this as a form.
    #[cfg(feature = "form")]
    #[cfg_attr(docsrs, doc(cfg(feature = "form")))]
    pub fn form<T: serde::Serialize + ?Sized>(self, form: &T) -> Self {
        self.map(|inner| inner.form(form))
    }

    /// Sends this as `multipart/form-data`. Such a body is a stream: it is neither signed nor sent twice.
    #[cfg(feature = "multipart")]
    #[cfg_attr(docsrs, doc(cfg(feature = "multipart")))]
    pub fn multipart(self, form: reqwest::multipart::Form) -> Self {
        self.map(|inner| inner.multipart(form))
    }

    /// Sends this body. One that is a stream cannot be signed or sent twice.
    pub fn body(self, body: impl Into<Body>) -> Self {
        self.map(|inner| inner.body(body))
    }

    /// How long everything may take, see [`Transport::timeout`](crate::Transport::timeout), instead of the client's
    /// time-out.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.map(|inner| inner.timeout(timeout))
    }

    /// The version of HTTP to ask for.
    pub fn version(self, version: Version) -> Self {
        self.map(|inner| inner.version(version))
    }

    /// Authorizes this request with another authenticator than the client's: one client, many tenants.
    pub fn authenticator(mut self, authenticator: Authenticator) -> Self {
        self.own = Some(authenticator);
        self
    }

    /// The request, not authorized yet; [`Client::execute`] sends it. An [`authenticator`](Self::authenticator) of its
    /// own does not go along: use [`Client::execute_with`].
    ///
    /// # Errors
    /// [`Error::Request`] when the URL, a header or the body could not be made.
    pub fn build(self) -> Result<Request, Error> {
        Ok(self.inner.build()?)
    }

    /// Sends the request.
    ///
    /// # Errors
    /// [`Error`]; a response of any status is none.
    pub async fn send(self) -> Result<Response, Error> {
        let request = self.inner.build()?;
        let authenticator = self.own.as_ref().unwrap_or(&self.client.authenticator);
        self.client.travel(authenticator, request).await
    }

    /// The same request once more; `None` if its body is a stream.
    pub fn try_clone(&self) -> Option<Self> {
        Some(Self {
            client: self.client.clone(),
            own: self.own.clone(),
            inner: self.inner.try_clone()?,
        })
    }
}

impl fmt::Debug for RequestBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The URL and the headers may hold secrets that nobody marked.
        f.debug_struct("RequestBuilder")
            .field("client", &self.client)
            .field("own_authenticator", &self.own)
            .finish_non_exhaustive()
    }
}
