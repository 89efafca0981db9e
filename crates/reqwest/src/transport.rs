//! How connections are made: the settings of reqwest that cannot touch what a request carries.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::Proxy;
use reqwest::dns::Resolve;

type Step = Arc<dyn Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync>;

/// How connections are made: proxies, certificate authorities, time-outs, pools, DNS.
///
/// This stands where other wrappers take a configured `reqwest::ClientBuilder`. What was set on one of those cannot be
/// seen or undone (default headers, redirects, cookies), so a credential in it would travel beside ours. Here every
/// setting is one that does not touch what a request carries. Decompression is on for every compiled codec.
///
/// Without a setting of yours, proxies are read from the environment when the client is built, as reqwest does it.
/// Plain http to this machine (the only plain http that a credential may take) never goes through a proxy, which would
/// carry the credential off the machine in the clear.
#[derive(Clone, Default)]
#[must_use]
pub struct Transport {
    steps: Vec<Step>,
    proxies: Vec<Proxy>,
    no_proxy: bool,
    pub(crate) timeout: Option<Duration>,
}

impl Transport {
    /// reqwest's defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// How long everything may take, from the wait for a credential over redirects and a replay to the end of the
    /// response's body. Unlimited by default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How long one connection may take to come about.
    pub fn connect_timeout(self, timeout: Duration) -> Self {
        self.step(move |builder| builder.connect_timeout(timeout))
    }

    /// How long the response may pause.
    pub fn read_timeout(self, timeout: Duration) -> Self {
        self.step(move |builder| builder.read_timeout(timeout))
    }

    /// Adds a proxy. From then on the environment's are not used.
    pub fn proxy(mut self, proxy: Proxy) -> Self {
        self.proxies.push(proxy);
        self
    }

    /// Uses no proxy, neither the environment's nor those added so far.
    pub fn no_proxy(mut self) -> Self {
        self.proxies.clear();
        self.no_proxy = true;
        self
    }

    /// How long an idle connection is kept.
    pub fn pool_idle_timeout(self, timeout: Option<Duration>) -> Self {
        self.step(move |builder| builder.pool_idle_timeout(timeout))
    }

    /// How many idle connections are kept for each host.
    pub fn pool_max_idle_per_host(self, connections: usize) -> Self {
        self.step(move |builder| builder.pool_max_idle_per_host(connections))
    }

    /// How often the operating system probes an idle connection; `None` for never.
    pub fn tcp_keepalive(self, interval: Option<Duration>) -> Self {
        self.step(move |builder| builder.tcp_keepalive(interval))
    }

    /// The address to connect from.
    pub fn local_address(self, address: IpAddr) -> Self {
        self.step(move |builder| builder.local_address(address))
    }

    /// Takes these addresses for `domain` instead of asking DNS. Port 0 means the URL's.
    pub fn resolve(self, domain: impl Into<String>, addresses: &[SocketAddr]) -> Self {
        let (domain, addresses) = (domain.into(), addresses.to_vec());
        self.step(move |builder| builder.resolve_to_addrs(&domain, &addresses))
    }

    /// Asks this resolver instead of the system's.
    pub fn dns_resolver<R: Resolve + 'static>(self, resolver: Arc<R>) -> Self {
        self.step(move |builder| builder.dns_resolver(Arc::clone(&resolver)))
    }

    /// Speaks HTTP/1 only.
    pub fn http1_only(self) -> Self {
        self.step(reqwest::ClientBuilder::http1_only)
    }

    pub(crate) fn step(
        mut self,
        step: impl Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync + 'static,
    ) -> Self {
        self.steps.push(Arc::new(step));
        self
    }

    /// A client with these settings that adds nothing to a request and follows nothing.
    fn client(&self, proxied: bool) -> Result<reqwest::Client, reqwest::Error> {
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .referer(false);
        for step in &self.steps {
            builder = step(builder);
        }
        if self.no_proxy || !proxied {
            builder = builder.no_proxy();
        }
        for proxy in self.proxies.iter().filter(|_| proxied) {
            builder = builder.proxy(proxy.clone());
        }
        builder.build()
    }

    /// A client that never uses a proxy.
    pub(crate) fn direct(&self) -> Result<reqwest::Client, reqwest::Error> {
        self.client(false)
    }

    pub(crate) fn pools(&self) -> Result<Pools, reqwest::Error> {
        Ok(Pools {
            proxied: self.client(true)?,
            direct: self.direct()?,
        })
    }
}

#[cfg(feature = "http2")]
#[cfg_attr(docsrs, doc(cfg(feature = "http2")))]
impl Transport {
    /// Speaks HTTP/2 without negotiating it.
    pub fn http2_prior_knowledge(self) -> Self {
        self.step(reqwest::ClientBuilder::http2_prior_knowledge)
    }

    /// How often an HTTP/2 connection is pinged, how long an answer may take, and whether idle ones are pinged too.
    pub fn http2_keep_alive(self, interval: Duration, timeout: Duration, while_idle: bool) -> Self {
        self.step(move |builder| {
            builder
                .http2_keep_alive_interval(interval)
                .http2_keep_alive_timeout(timeout)
                .http2_keep_alive_while_idle(while_idle)
        })
    }
}

#[cfg(any(
    feature = "rustls",
    feature = "rustls-no-provider",
    feature = "native-tls"
))]
#[cfg_attr(docsrs, doc(cfg(any(feature = "rustls", feature = "native-tls"))))]
impl Transport {
    /// Trusts this certificate authority as well.
    pub fn root_certificate(self, certificate: reqwest::Certificate) -> Self {
        self.step(move |builder| builder.tls_certs_merge([certificate.clone()]))
    }

    /// Trusts these certificate authorities and no other.
    pub fn only_root_certificates(
        self,
        certificates: impl IntoIterator<Item = reqwest::Certificate>,
    ) -> Self {
        let certificates: Vec<_> = certificates.into_iter().collect();
        self.step(move |builder| builder.tls_certs_only(certificates.clone()))
    }

    /// The client certificate to show to servers that ask for one.
    pub fn identity(self, identity: reqwest::Identity) -> Self {
        self.step(move |builder| builder.identity(identity.clone()))
    }

    /// The lowest version of TLS to accept.
    pub fn min_tls_version(self, version: reqwest::tls::Version) -> Self {
        self.step(move |builder| builder.tls_version_min(version))
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Proxy URLs carry passwords, so they are only counted.
        f.debug_struct("Transport")
            .field("timeout", &self.timeout)
            .field("proxies", &self.proxies.len())
            .field("no_proxy", &self.no_proxy)
            .finish_non_exhaustive()
    }
}

/// Two connection pools: one that uses proxies, and one for plain http to this machine.
#[derive(Clone)]
pub(crate) struct Pools {
    proxied: reqwest::Client,
    direct: reqwest::Client,
}

impl Pools {
    pub(crate) fn for_url(&self, url: &reqwest::Url) -> &reqwest::Client {
        let is_here = url.scheme() == "http"
            && onecred_core::Origin::of_url(url.as_str()).is_ok_and(|origin| origin.is_loopback());
        if is_here { &self.direct } else { &self.proxied }
    }

    pub(crate) fn any(&self) -> &reqwest::Client {
        &self.proxied
    }
}

#[cfg(test)]
mod tests;
