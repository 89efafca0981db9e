//! Where a credential may go.

use std::fmt;
use std::str::FromStr;

use http::Uri;
use http::uri::Scheme;

mod error;
mod parse;

pub use error::{InvalidOrigin, OriginRule};

/// Scheme, host and port of a place to which a credential may be sent (RFC 6454).
///
/// Always `https`, or `http` to exactly `localhost`, 127.0.0.0/8 or `::1`. Kept in one canonical form (lower-case
/// host, canonical IP address, default port left out), so that equality is equality of places. Nothing is guessed:
/// what two URL parsers might read differently is refused. Internationalised hosts are taken in their `xn--` form
/// only, which is also how they are shown.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    scheme: Scheme,
    host: Box<str>,
    port: u16,
    /// As a request URI spells it in the usual case: the host, and the port if it is not the default.
    authority: Box<str>,
}

impl Origin {
    /// Reads an origin: `https://host` or `https://host:port`, with at most a `/` behind it.
    ///
    /// # Errors
    ///
    /// [`InvalidOrigin`] names the rule. Correct the configuration; for a base URL with a path there is
    /// [`of_url`](Self::of_url).
    pub fn parse(text: &str) -> Result<Self, InvalidOrigin> {
        parse::url(text, parse::Tail::SlashOnly).map_err(|rule| InvalidOrigin::new(rule, text))
    }

    /// The origin of a base URL, which may have a path and a query.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse), with the path and the query allowed; a fragment is not.
    pub fn of_url(text: &str) -> Result<Self, InvalidOrigin> {
        parse::url(text, parse::Tail::PathAndQuery).map_err(|rule| InvalidOrigin::new(rule, text))
    }

    /// The origin of a request's URI, for comparisons and messages.
    ///
    /// # Errors
    ///
    /// [`OriginRule::NotAbsolute`] for a URI without scheme and authority (a request to "/path", or `CONNECT`); else
    /// as [`parse`](Self::parse). No credential can go there.
    pub fn of_uri(uri: &Uri) -> Result<Self, InvalidOrigin> {
        match (uri.scheme_str(), uri.authority()) {
            (Some(scheme), Some(authority)) => parse::scheme(scheme)
                .and_then(|scheme| parse::origin(scheme, authority.as_str()))
                .map_err(|rule| InvalidOrigin::new(rule, &format!("{scheme}://{authority}"))),
            _ => Err(InvalidOrigin::new(OriginRule::NotAbsolute, "")),
        }
    }

    fn new(scheme: Scheme, host: Box<str>, port: u16) -> Self {
        let authority = if port == default_port(&scheme) {
            host.clone()
        } else {
            format!("{host}:{port}").into_boxed_str()
        };
        Self {
            scheme,
            host,
            port,
            authority,
        }
    }

    /// `https` or `http`.
    #[must_use]
    pub fn scheme(&self) -> &str {
        self.scheme.as_str()
    }

    /// The host in lower case; an IPv6 address in its brackets, as in a URL.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, also where it is the default one (443, 80).
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether this is the machine itself: `localhost`, 127.0.0.0/8 or `::1`.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        parse::is_loopback(&self.host)
    }

    /// Whether a request to `uri` goes to this origin. Called for every request: no allocation, and in the usual
    /// case no more than a comparison of bytes.
    ///
    /// URIs with a user, a trailing dot, an empty port or no authority never match.
    pub(crate) fn matches(&self, uri: &Uri) -> bool {
        let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else {
            return false;
        };
        *scheme == self.scheme
            && (authority.as_str() == &*self.authority || self.matches_spelling(authority.as_str()))
    }

    /// For upper-case hosts, explicit default ports and long forms of IPv6.
    #[cold]
    fn matches_spelling(&self, authority: &str) -> bool {
        parse::host_and_port(authority).is_ok_and(|(host, port)| {
            port.unwrap_or(default_port(&self.scheme)) == self.port
                && parse::same_host(host, &self.host)
        })
    }
}

fn default_port(scheme: &Scheme) -> u16 {
    if *scheme == Scheme::HTTP { 80 } else { 443 }
}

impl FromStr for Origin {
    type Err = InvalidOrigin;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.authority)
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Origin({self})")
    }
}

#[cfg(test)]
mod tests;
