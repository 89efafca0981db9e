//! Asks the authenticator's own guard whether headers carry a credential, without placing one.

use http::{HeaderMap, Method, Uri};
use onecred_core::{Auth, AuthError, AuthRequest, Authenticator, Body, ForeignPolicy};

use crate::error::Error;

/// Refuses headers among which the authenticator would find a credential, whatever its policy for requests is.
///
/// Nothing is started and nothing is placed: the question is put with a credential in the query, which the guard
/// finds if it finds nothing in the headers.
pub(crate) fn headers(authenticator: &Authenticator, headers: &HeaderMap) -> Result<(), Error> {
    let Some(origin) = authenticator.target().origins().first() else {
        return Ok(());
    };
    if headers.is_empty() {
        return Ok(());
    }
    let guard = authenticator
        .derive()
        .auth(Auth::Anonymous)
        .foreign(ForeignPolicy::Reject)
        .build()?;
    let mut uri: Uri = format!("{origin}/?access_token=bait")
        .parse()
        .map_err(|_| Error::InvalidUrl)?;
    let mut headers = headers.clone();
    let mut request = AuthRequest::new(&Method::GET, &mut uri, &mut headers, Body::Empty);
    match guard.try_authorize(&mut request) {
        Some(Err(AuthError::ForeignCredential(found))) => match found.as_header() {
            Some(name) => Err(Error::DefaultHeader(name.clone())),
            None => Ok(()),
        },
        Some(Err(error)) => Err(error.into()),
        Some(Ok(_)) | None => Ok(()),
    }
}
