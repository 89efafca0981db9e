//! What a provider returns: one secret in usable form.

mod companion;
mod kind;
mod subject;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::HeaderName;

pub use companion::{Companion, InvalidCompanion};
pub use kind::CredentialKind;
pub use subject::Subject;

pub(crate) use companion::{place as place_companions, remove as remove_companions};

use crate::fingerprint::Fingerprint;
use crate::header_secret::HeaderSecret;
use crate::signer::RequestSigner;

/// One secret in usable form: what to put on a request, until when it may be used, when to look
/// again, and whose it is. Cheap to clone; its `Debug` shows the fingerprint only.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use onecred_core::{Credential, HeaderSecret, TextFrom};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let token = HeaderSecret::parse("eyJhbGciOi-access-token", TextFrom::Provider)?;
/// let credential = Credential::bearer(token)
///     .expires_at(SystemTime::UNIX_EPOCH + Duration::from_secs(2_000_000_000))
///     .subject("service-account@example");
/// assert_eq!(credential.kind().to_string(), "bearer");
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Credential {
    inner: Arc<Inner>,
}

#[derive(Clone)]
struct Inner {
    form: Form,
    /// Kept apart so that nobody calls a signer for it, least of all under a lock.
    fingerprint: Fingerprint,
    expiry: Option<SystemTime>,
    refresh_after: Option<Duration>,
    companions: Vec<Companion>,
    subject: Option<Subject>,
}

/// The wire form, by which a target places it.
#[derive(Clone)]
pub(crate) enum Form {
    ApiKey(HeaderSecret),
    Bearer(HeaderSecret),
    Header(HeaderName, HeaderSecret),
    Signed(Arc<dyn RequestSigner>),
}

impl Credential {
    fn new(form: Form) -> Self {
        let fingerprint = match &form {
            Form::ApiKey(secret) | Form::Bearer(secret) | Form::Header(_, secret) => {
                secret.fingerprint().clone()
            }
            Form::Signed(signer) => signer.fingerprint().clone(),
        };
        Self {
            inner: Arc::new(Inner {
                form,
                fingerprint,
                expiry: None,
                refresh_after: None,
                companions: Vec::new(),
                subject: None,
            }),
        }
    }

    /// An API key. The [`Target`](crate::Target) says where it goes: `x-api-key`, `api-key`,
    /// `Authorization: Bearer …`.
    pub fn api_key(secret: HeaderSecret) -> Self {
        Self::new(Form::ApiKey(secret))
    }

    /// An access token: always `Authorization: Bearer …` (RFC 6750 section 2.1).
    pub fn bearer(token: HeaderSecret) -> Self {
        Self::new(Form::Bearer(token))
    }

    /// A secret under a header of its own, for APIs that know neither of the usual forms.
    pub fn header(name: HeaderName, value: HeaderSecret) -> Self {
        Self::new(Form::Header(name, value))
    }

    /// A credential that needs the request itself: SigV4, DPoP.
    pub fn signed(signer: impl RequestSigner) -> Self {
        Self::new(Form::Signed(Arc::new(signer)))
    }

    /// Unusable from `at` on, by wall time and by age.
    #[must_use]
    pub fn expires_at(mut self, at: SystemTime) -> Self {
        Arc::make_mut(&mut self.inner).expiry = Some(at);
        self
    }

    /// Look again this long after it was provided; until then and during the look it stays in use
    /// (key files, helpers with a time to live).
    #[must_use]
    pub fn refresh_after(mut self, after: Duration) -> Self {
        Arc::make_mut(&mut self.inner).refresh_after = Some(after);
        self
    }

    /// A header that is not secret and travels with this credential only. When the credential goes,
    /// its companions go.
    #[must_use]
    pub fn companion(mut self, companion: Companion) -> Self {
        Arc::make_mut(&mut self.inner).companions.push(companion);
        self
    }

    /// Whose credential it is. A refresh that changes a known subject is an error unless the cache
    /// policy allows it; a replay across a replace happens only within one subject.
    #[must_use]
    pub fn subject(mut self, subject: impl Into<Subject>) -> Self {
        Arc::make_mut(&mut self.inner).subject = Some(subject.into());
        self
    }

    /// The wire form.
    pub fn kind(&self) -> CredentialKind {
        match &self.inner.form {
            Form::ApiKey(_) => CredentialKind::ApiKey,
            Form::Bearer(_) => CredentialKind::Bearer,
            Form::Header(..) => CredentialKind::Header,
            Form::Signed(_) => CredentialKind::Signature,
        }
    }

    /// What may be shown of it.
    pub fn fingerprint(&self) -> &Fingerprint {
        &self.inner.fingerprint
    }

    /// When it becomes unusable; `None` means that it does not expire.
    pub fn expiry(&self) -> Option<SystemTime> {
        self.inner.expiry
    }

    /// The subject, if the provider knows it.
    pub fn subject_of(&self) -> Option<&Subject> {
        self.inner.subject.as_ref()
    }

    /// The headers that travel with it.
    pub fn companions(&self) -> &[Companion] {
        &self.inner.companions
    }

    /// How long after it was provided the source should be looked at again.
    pub fn refresh_hint(&self) -> Option<Duration> {
        self.inner.refresh_after
    }

    /// The secret itself, for providers that exchange one credential for another (impersonation,
    /// token exchange). `None` for signers. Everything else leaves secrets to the authenticator.
    pub fn secret(&self) -> Option<&HeaderSecret> {
        match &self.inner.form {
            Form::ApiKey(secret) | Form::Bearer(secret) | Form::Header(_, secret) => Some(secret),
            Form::Signed(_) => None,
        }
    }

    pub(crate) fn form(&self) -> &Form {
        &self.inner.form
    }

    /// Whether a server would see the same: form, secret and companions, whatever the expiry.
    pub(crate) fn same_on_the_wire(&self, other: &Self) -> bool {
        let same_header = match (&self.inner.form, &other.inner.form) {
            (Form::Header(a, _), Form::Header(b, _)) => a == b,
            _ => true,
        };
        same_header
            && self.kind() == other.kind()
            && self.fingerprint() == other.fingerprint()
            && self.inner.companions == other.inner.companions
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential")
            .field("kind", &self.kind())
            .field("fingerprint", self.fingerprint())
            .field("expiry", &self.inner.expiry)
            .field("companions", &self.inner.companions)
            .field("subject", &self.inner.subject)
            .finish_non_exhaustive()
    }
}
