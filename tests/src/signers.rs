//! Two signers: one writes a header over path and body, the other a query parameter.

use std::fmt;

use http::{HeaderName, HeaderValue, Uri};
use onecred_core::{AuthError, AuthRequest, Body, Fingerprint, RequestSigner, SignContext};

use crate::head::secret;

/// Writes `x-signature: NAME:LENGTH` for a body of that length, and refuses a body that it cannot see.
pub struct HeaderSigner {
    name: String,
    fingerprint: Fingerprint,
    headers: [HeaderName; 1],
}

impl HeaderSigner {
    /// A signer whose signatures begin with `name`.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            fingerprint: secret(name).fingerprint().clone(),
            headers: [HeaderName::from_static("x-signature")],
        }
    }
}

impl RequestSigner for HeaderSigner {
    fn sign(&self, request: &mut AuthRequest<'_>, _cx: &SignContext<'_>) -> Result<(), AuthError> {
        // Before it looks at the body, so that a failure has something to clean up.
        let name = self.headers[0].clone();
        request
            .headers
            .insert(name.clone(), HeaderValue::from_static("half-way"));
        let length = match request.body {
            Body::Empty => 0,
            Body::Bytes(bytes) => bytes.len(),
            _ => return Err(AuthError::BodyUnavailable),
        };
        let value = HeaderValue::from_str(&format!("{}:{length}", self.name))
            .map_err(|error| AuthError::signer_caused_by("no header value", error))?;
        request.headers.insert(name, value);
        Ok(())
    }

    fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }

    fn headers(&self) -> &[HeaderName] {
        &self.headers
    }
}

impl fmt::Debug for HeaderSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeaderSigner").finish_non_exhaustive()
    }
}

/// Signs by query, as presigned URLs do: `X-Amz-Signature=NAME`.
pub struct QuerySigner {
    name: String,
    fingerprint: Fingerprint,
}

impl QuerySigner {
    /// A signer whose signature is `name`.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            fingerprint: secret(name).fingerprint().clone(),
        }
    }
}

impl RequestSigner for QuerySigner {
    fn sign(&self, request: &mut AuthRequest<'_>, _cx: &SignContext<'_>) -> Result<(), AuthError> {
        let separator = if request.uri.query().is_some() {
            '&'
        } else {
            '?'
        };
        let signed = format!("{}{separator}X-Amz-Signature={}", request.uri, self.name);
        *request.uri = signed
            .parse::<Uri>()
            .map_err(|error| AuthError::signer_caused_by("no URI", error))?;
        match request.body {
            Body::Stream => Err(AuthError::BodyUnavailable),
            _ => Ok(()),
        }
    }

    fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }

    fn headers(&self) -> &[HeaderName] {
        &[]
    }
}

impl fmt::Debug for QuerySigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QuerySigner").finish_non_exhaustive()
    }
}
