//! Shows a reqwest request to an authenticator, and takes back what it placed.

use http::{HeaderMap, Method, Uri};
use onecred_core::{AuthRequest, Authenticator, Body, Receipt};
use reqwest::{Request, Url};

use crate::error::Error;

/// The head of a request, taken out of it: a `Url` is not a `Uri`, and a request cannot be borrowed in parts.
struct Head {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
}

pub(crate) async fn authorize(
    authenticator: &Authenticator,
    request: &mut Request,
) -> Result<Receipt, Error> {
    let mut head = Head::take(request)?;
    let placed = authenticator.authorize(&mut head.borrow(request)).await;
    head.give_back(request)?;
    Ok(placed?)
}

pub(crate) async fn reauthorize(
    authenticator: &Authenticator,
    receipt: &Receipt,
    request: &mut Request,
) -> Result<Option<Receipt>, Error> {
    let mut head = Head::take(request)?;
    let placed = authenticator
        .reauthorize(receipt, &mut head.borrow(request))
        .await;
    head.give_back(request)?;
    Ok(placed?)
}

impl Head {
    fn take(request: &mut Request) -> Result<Self, Error> {
        // What reqwest itself does, so a signer sees what goes on the wire.
        let uri = request
            .url()
            .as_str()
            .parse()
            .map_err(|_| Error::InvalidUrl)?;
        Ok(Self {
            method: request.method().clone(),
            uri,
            headers: std::mem::take(request.headers_mut()),
        })
    }

    fn borrow<'a>(&'a mut self, request: &'a Request) -> AuthRequest<'a> {
        AuthRequest::new(
            &self.method,
            &mut self.uri,
            &mut self.headers,
            body_of(request),
        )
    }

    fn give_back(self, request: &mut Request) -> Result<(), Error> {
        *request.headers_mut() = self.headers;
        if !same(&self.uri, request.url()) {
            let text = self.uri.to_string();
            let url = Url::parse(&text).map_err(|_| Error::InvalidUrl)?;
            // A URL parser rewrites some characters; a signature over the text before would not hold.
            if url.as_str() != text {
                return Err(Error::InvalidUrl);
            }
            *request.url_mut() = url;
        }
        Ok(())
    }
}

fn body_of(request: &Request) -> Body<'_> {
    match request.body().map(reqwest::Body::as_bytes) {
        None | Some(Some([])) => Body::Empty,
        Some(Some(bytes)) => Body::Bytes(bytes),
        Some(None) => Body::Stream,
    }
}

/// Whether the authenticator left the URL alone. It never changes the origin, so path and query decide.
fn same(uri: &Uri, url: &Url) -> bool {
    uri.path() == url.path() && uri.query() == url.query()
}

#[cfg(test)]
mod tests;
