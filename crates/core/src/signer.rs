//! Credentials that need the request itself.

use std::fmt::Debug;
use std::time::{Duration, SystemTime};

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
/// `sign` fails, checks afterwards that nothing changed but the query and the headers that the signer
/// owns, and marks those sensitive.
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

    /// Every query parameter it owns, for signers that sign by query. As foreign as the headers are.
    fn query_parameters(&self) -> &[&str] {
        &[]
    }

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
    skew: ClockSkew,
}

impl<'a> SignContext<'a> {
    /// A context; authenticators make them, and tests of signers.
    pub fn new(target: &'a Target, now: SystemTime) -> Self {
        Self {
            target,
            now,
            skew: ClockSkew::default(),
        }
    }

    /// The same, with what is known of the server's clock.
    #[must_use]
    pub fn with_skew(mut self, skew: ClockSkew) -> Self {
        self.skew = skew;
        self
    }

    /// Where the request goes: region, service, audience.
    pub fn target(&self) -> &'a Target {
        self.target
    }

    /// The wall time now, by the authenticator's clock.
    pub fn now(&self) -> SystemTime {
        self.now
    }

    /// How far the server's clock is from ours, as far as a signer has learned it
    /// ([`Rejection::ClockSkew`]).
    pub fn skew(&self) -> ClockSkew {
        self.skew
    }

    /// The time to sign with: ours, corrected by the skew.
    pub fn signing_time(&self) -> SystemTime {
        self.skew.correct(self.now)
    }
}

/// How far a server's clock is ahead of ours (or behind), in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ClockSkew(i64);

impl ClockSkew {
    /// The skew between the server's time and ours.
    pub fn between(server: SystemTime, ours: SystemTime) -> Self {
        let millis = |ahead: Duration| i64::try_from(ahead.as_millis()).unwrap_or(i64::MAX);
        match server.duration_since(ours) {
            Ok(ahead) => Self(millis(ahead)),
            Err(behind) => Self(-millis(behind.duration())),
        }
    }

    /// Positive when the server is ahead.
    pub fn as_millis(self) -> i64 {
        self.0
    }

    pub(crate) fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Our time, as the server would tell it.
    pub fn correct(self, ours: SystemTime) -> SystemTime {
        let by = Duration::from_millis(self.0.unsigned_abs());
        let corrected = if self.0 < 0 {
            ours.checked_sub(by)
        } else {
            ours.checked_add(by)
        };
        corrected.unwrap_or(ours)
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
    /// The credential is good, this signature was not (a nonce that the server wants): sign again with
    /// the same credential.
    Resign,
    /// The credential is good, the signature's time was not: this is the server's. It is remembered for
    /// the client ([`SignContext::skew`]), and the request is signed again.
    ClockSkew(SystemTime),
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
