//! Authorizing a request of somebody else's reqwest client: weaker, and named so.

use std::fmt::Write as _;

use http::{HeaderMap, HeaderName, HeaderValue, header};
use onecred_core::Authenticator;
use reqwest::{Request, Response, Url};

use crate::attempt::{self, Wire};
use crate::error::Error;
use crate::pristine::Pristine;
use crate::redirect::same_origin;
use crate::vet;

/// Authorizes one request of a plain `reqwest::Client`. **Weaker than [`Client`](crate::Client)**: reqwest adds its
/// default headers below us, and follows redirects with our headers on.
///
/// What can be done about it is done:
/// - The client is refused ([`Error::DefaultHeader`]) if its default headers hold a known credential header, the
///   target's included.
/// - It is refused ([`Error::RedirectsOn`]) if it follows redirects and the credential is in a header that reqwest
///   carries to other origins, which is every one but `Authorization`.
/// - A response from another origin than the request's, with such a header on the request, is
///   [`Error::CredentialLeftOrigin`].
///
/// Both are read from the client's `Debug` output, the only place where reqwest shows them; if it stops to do so, the
/// client is refused. Not seen: headers of a [`connector_layer`](reqwest::ClientBuilder::connector_layer) or of a
/// proxy, a cookie store, and whoever sends the request to a socket of another host (`resolve`, `unix_socket`). Plain
/// http to this machine goes through a proxy if the client or the environment has one.
///
/// ```no_run
/// use onecred_reqwest::BareRequestExt;
///
/// async fn ask(http: &reqwest::Client, authenticator: &onecred_core::Authenticator) -> Result<(), onecred_reqwest::Error> {
///     let response = http
///         .get("https://api.example.com/v1/things")
///         .send_authorized_bare(authenticator)
///         .await?;
///     println!("{}", response.status());
///     Ok(())
/// }
/// ```
pub trait BareRequestExt: sealed::Sealed {
    /// Authorizes the request, sends it, and answers a 401 once with a new credential.
    ///
    /// # Errors
    /// [`Error`]; a response of any status is none.
    fn send_authorized_bare(
        self,
        authenticator: &Authenticator,
    ) -> impl Future<Output = Result<Response, Error>> + Send;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for reqwest::RequestBuilder {}
}

impl BareRequestExt for reqwest::RequestBuilder {
    async fn send_authorized_bare(self, authenticator: &Authenticator) -> Result<Response, Error> {
        let (client, request) = self.build_split();
        let request = request?;
        let below = Below::of(&client)?;
        vet::headers(authenticator, &below.names)?;
        let pristine = Pristine::of(&request);
        let mut wire = BareWire { client, below };
        attempt::run(&mut wire, authenticator, request, &pristine).await
    }
}

struct BareWire {
    client: reqwest::Client,
    below: Below,
}

impl Wire for BareWire {
    type Error = Error;

    async fn send(&mut self, request: Request) -> Result<Response, Error> {
        let exposed = Exposed::of(&request);
        if exposed.is_some() && !self.below.redirects_off {
            return Err(Error::RedirectsOn);
        }
        let response = self.client.execute(request).await?;
        check_origin(exposed, response)
    }

    fn refused(error: Error) -> Error {
        error
    }
}

/// What a reqwest client does below us, as far as its `Debug` output shows it.
#[derive(Debug)]
struct Below {
    names: HeaderMap,
    redirects_off: bool,
}

impl Below {
    fn of(client: &reqwest::Client) -> Result<Self, Error> {
        let mut text = String::new();
        write!(text, "{client:?}").map_err(|_| Error::Opaque)?;
        if !text.contains("default_headers: {") {
            return Err(Error::Opaque);
        }
        Ok(Self {
            names: names_in(&text),
            redirects_off: text.contains(r#"redirect_policy: "Policy(None)""#),
        })
    }
}

/// Everything in `text` that looks like the key of a printed header map. Values cannot hide one: quotes in them are
/// escaped.
fn names_in(text: &str) -> HeaderMap {
    let mut names = HeaderMap::new();
    for (end, _) in text.match_indices("\": ") {
        let name = text[..end].rsplit('"').next().unwrap_or_default();
        if let Ok(name) = HeaderName::from_bytes(name.as_bytes()) {
            names.insert(name, HeaderValue::from_static(""));
        }
    }
    names
}

/// A request that carries a secret in a header which reqwest takes along to other origins.
pub(crate) struct Exposed(Url);

/// What reqwest removes when a redirect leaves the origin.
const STAYS_HOME: [HeaderName; 3] = [
    header::AUTHORIZATION,
    header::COOKIE,
    header::PROXY_AUTHORIZATION,
];

impl Exposed {
    pub(crate) fn of(request: &Request) -> Option<Self> {
        request
            .headers()
            .iter()
            .any(|(name, value)| value.is_sensitive() && !STAYS_HOME.contains(name))
            .then(|| Self(request.url().clone()))
    }
}

/// Tells of a redirect that was followed with the credential on. Too late for the credential, but before the next.
pub(crate) fn check_origin(
    exposed: Option<Exposed>,
    response: Response,
) -> Result<Response, Error> {
    match exposed {
        Some(Exposed(url)) if !same_origin(&url, response.url()) => {
            Err(Error::CredentialLeftOrigin {
                origin: response.url().origin().ascii_serialization(),
            })
        }
        _ => Ok(response),
    }
}

#[cfg(test)]
mod tests;
