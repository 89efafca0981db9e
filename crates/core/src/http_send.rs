//! The network port: how providers reach token endpoints and metadata servers.

use std::fmt::{self, Debug};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response, Uri};

use crate::cause::Cause;
use crate::origin::Origin;

/// Responses of token endpoints are small; implementations refuse more than this many bytes.
pub const MAX_RESPONSE_BYTES: usize = 1 << 20;

/// What kind of place a request goes to, which decides how it may travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Route {
    /// A token endpoint or discovery document: https (http only to loopback), through the user's
    /// proxy and certificate authorities, no redirects, no link-local address.
    Issuer,
    /// A cloud's metadata server: direct, never through a proxy, no redirects, only the known hosts.
    Metadata,
}

const METADATA_V4: [Ipv4Addr; 3] = [
    Ipv4Addr::new(169, 254, 169, 254), // EC2, GCE, Azure
    Ipv4Addr::new(169, 254, 170, 2),   // ECS
    Ipv4Addr::new(169, 254, 170, 23),  // EKS pod identity
];
const METADATA_V6: [Ipv6Addr; 3] = [
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254), // EC2
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23),  // EKS pod identity
    Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254),  // GCE
];
const METADATA_NAMES: [&str; 2] = ["metadata.google.internal", "metadata.goog"];

impl Route {
    /// Whether a request to `uri` may take this route. Every [`HttpSend`] asks before it connects.
    ///
    /// # Errors
    /// [`SendError`] of kind [`SendErrorKind::Refused`], which says why.
    pub fn check(self, uri: &Uri) -> Result<(), SendError> {
        let host = uri.host().unwrap_or_default();
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let address: Option<IpAddr> = bare.parse().ok();
        match self {
            Self::Issuer => {
                Origin::of_uri(uri).map_err(|_| {
                    SendError::refused("an issuer must be https, or http on loopback")
                })?;
                if is_metadata_name(bare) {
                    return Err(SendError::refused("an issuer cannot be a metadata server"));
                }
                match address {
                    Some(address) if is_link_local(address) => Err(SendError::refused(
                        "an issuer cannot be at a link-local address",
                    )),
                    _ => Ok(()),
                }
            }
            Self::Metadata => {
                let known = match address {
                    Some(IpAddr::V4(v4)) => v4.is_loopback() || METADATA_V4.contains(&v4),
                    Some(IpAddr::V6(v6)) => v6.is_loopback() || METADATA_V6.contains(&v6),
                    None => bare == "localhost" || is_metadata_name(bare),
                };
                let has_user = uri.authority().is_some_and(|a| a.as_str().contains('@'));
                let is_http = matches!(uri.scheme_str(), Some("http" | "https"));
                if known && is_http && !has_user {
                    Ok(())
                } else {
                    Err(SendError::refused("not the address of a metadata server"))
                }
            }
        }
    }
}

fn is_metadata_name(host: &str) -> bool {
    METADATA_NAMES
        .iter()
        .any(|name| name.eq_ignore_ascii_case(host))
}

fn is_link_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_link_local(),
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => v4.is_link_local(),
            None => v6.is_unicast_link_local() || METADATA_V6.contains(&v6),
        },
    }
}

/// Sends one request of a provider. Implemented by the HTTP adapters (`onecred_reqwest::ReqwestSend`),
/// so that token endpoints go through the caller's own client with its proxy, certificate
/// authorities, client certificates and timeouts.
///
/// An implementation calls [`Route::check`] (which sees names and literal addresses; what a name resolves
/// to is the implementation's to check where it can), follows no redirect, adds no credential, and refuses a
/// response of more than [`MAX_RESPONSE_BYTES`].
#[async_trait::async_trait]
pub trait HttpSend: Debug + Send + Sync + 'static {
    /// Sends `request` and reads the whole response, whatever its status.
    ///
    /// # Errors
    /// [`SendError`] when no response was received. Error responses are not errors here.
    async fn send(
        &self,
        route: Route,
        request: Request<Bytes>,
    ) -> Result<Response<Bytes>, SendError>;
}

#[async_trait::async_trait]
impl<T: HttpSend + ?Sized> HttpSend for Arc<T> {
    async fn send(
        &self,
        route: Route,
        request: Request<Bytes>,
    ) -> Result<Response<Bytes>, SendError> {
        (**self).send(route, request).await
    }
}

/// Why a provider's request got no response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SendErrorKind {
    /// The route forbids it; nothing was sent. Correct the URL.
    Refused,
    /// No connection, or it broke. Retry later.
    Connection,
    /// No answer in time. Retry later.
    Timeout,
    /// The response was larger than [`MAX_RESPONSE_BYTES`]. Not the endpoint that was meant.
    TooLarge,
}

/// A request of a provider that got no response.
#[derive(Debug, Clone)]
pub struct SendError {
    kind: SendErrorKind,
    reason: &'static str,
    source: Option<Cause>,
}

impl SendError {
    /// An error of this kind; `reason` is one fact, without any text from outside.
    pub fn new(kind: SendErrorKind, reason: &'static str) -> Self {
        Self {
            kind,
            reason,
            source: None,
        }
    }

    /// The same, caused by `source`.
    #[must_use]
    pub fn with_source(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.source = Some(Cause::new(source));
        self
    }

    fn refused(reason: &'static str) -> Self {
        Self::new(SendErrorKind::Refused, reason)
    }

    /// What went wrong, for retry decisions.
    pub fn kind(&self) -> SendErrorKind {
        self.kind
    }
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason)
    }
}

impl std::error::Error for SendError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source
            .as_ref()
            .map(|source| source as &(dyn std::error::Error + 'static))
    }
}
