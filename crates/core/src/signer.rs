//! Credentials that need the request itself.

use std::fmt::Debug;
use std::time::SystemTime;

use http::{HeaderName, StatusCode};

use crate::error::AuthError;
use crate::fingerprint::Fingerprint;
use crate::request::AuthRequest;
use crate::response::ResponseHead;
use crate::target::Target;

/// Signs one request: SigV4, DPoP, an HMAC of the body. Sync and CPU only; whatever needs the network
/// belongs into the provider that makes the signer.
///
/// The authenticator removes foreign credentials before it calls `sign`, restores headers and URI when
/// `sign` fails, checks afterwards that the request still goes to an allowed origin and that no
/// credential header appeared that the signer does not own, and marks the owned ones sensitive.
pub trait RequestSigner: Debug + Send + Sync + 'static {
    /// Puts the signature on the request: headers named by [`headers`](Self::headers), or the query.
    ///
    /// # Errors
    /// [`AuthError::BodyUnavailable`] when the signature must cover a body that is not at hand;
    /// [`AuthError::signer`] for anything else.
    fn sign(&self, request: &mut AuthRequest<'_>, cx: &SignContext<'_>) -> Result<(), AuthError>;

    /// What may be shown of the signing secret.
    fn fingerprint(&self) -> &Fingerprint;

    /// Every header it owns. A request that already carries one of them carries a foreign credential.
    fn headers(&self) -> &[HeaderName];

    /// What a response says about the signature. The default looks at the status alone.
    fn on_response(&self, head: &ResponseHead<'_>) -> Rejection {
        Rejection::by_status(head)
    }
}

/// What a signer may know besides the request.
#[derive(Debug, Clone, Copy)]
pub struct SignContext<'a> {
    target: &'a Target,
    now: SystemTime,
}

impl<'a> SignContext<'a> {
    /// A context; authenticators make them, and tests of signers.
    pub fn new(target: &'a Target, now: SystemTime) -> Self {
        Self { target, now }
    }

    /// Where the request goes: region, service, audience.
    pub fn target(&self) -> &'a Target {
        self.target
    }

    /// The wall time now, by the authenticator's clock. A signer that learns the server's clock from
    /// responses adds its own correction.
    pub fn now(&self) -> SystemTime {
        self.now
    }
}

/// What a response says about the credential on its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rejection {
    /// Nothing: the credential was not the problem.
    None,
    /// The credential was rejected: get another.
    Credential,
    /// The credential is good, this signature was not (clock skew, a nonce that the server wants):
    /// sign again with the same credential.
    Resign,
    /// Only the body can tell; ask again with this many bytes of it.
    NeedBody(usize),
}

impl Rejection {
    /// 401 rejects the credential (RFC 9110 section 15.5.2), every other status says nothing. 403 is
    /// a matter of permissions: another token of the same subject would not help.
    pub fn by_status(head: &ResponseHead<'_>) -> Self {
        if head.status == StatusCode::UNAUTHORIZED {
            Self::Credential
        } else {
            Self::None
        }
    }
}
