//! Finds credentials among headers that are to go on every request.

use http::HeaderMap;
use onecred_core::Authenticator;

use crate::error::Error;

/// Refuses headers among which the authenticator would find a credential, whatever its policy for requests is.
pub(crate) fn headers(authenticator: &Authenticator, headers: &HeaderMap) -> Result<(), Error> {
    let found = headers
        .keys()
        .find(|name| authenticator.is_credential_header(name));
    match found {
        Some(name) => Err(Error::DefaultHeader(name.clone())),
        None => Ok(()),
    }
}
