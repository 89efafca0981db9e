use std::time::SystemTime;

use http::HeaderName;

use super::Authenticator;
use crate::auth::Auth;
use crate::credential::CredentialKind;
use crate::fingerprint::Fingerprint;
use crate::provider::ProviderError;
use crate::receipt::EpochId;
use crate::source_name::SourceName;

/// What a client would send now, for people, readiness checks and metrics. It contains no secret.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Status {
    /// Where the credential comes from.
    pub source: SourceName,
    /// The wire form, once known.
    pub kind: Option<CredentialKind>,
    /// What may be shown of the secret.
    pub fingerprint: Option<Fingerprint>,
    /// When it expires.
    pub expiry: Option<SystemTime>,
    /// Whether a server rejected it and no other has been had since.
    pub rejected: bool,
    /// When a provider last returned a credential.
    pub last_refresh: Option<SystemTime>,
    /// Why the last refresh failed, until one succeeds.
    pub last_error: Option<ProviderError>,
    /// The epoch.
    pub epoch: EpochId,
    /// The headers of declared gateway credentials that go along.
    pub gateways: Vec<HeaderName>,
}

impl Authenticator {
    /// What this client would send now. Asks nobody.
    pub fn status(&self) -> Status {
        let live = self.client.main.load_full();
        let mut status = Status {
            source: live.auth.source(),
            kind: None,
            fingerprint: None,
            expiry: None,
            rejected: false,
            last_refresh: None,
            last_error: None,
            epoch: live.epoch,
            gateways: self.target().gateway_headers().cloned().collect(),
        };
        match &live.auth {
            Auth::Anonymous => {}
            Auth::Static(fixed) => {
                status.kind = Some(fixed.credential().kind());
                status.fingerprint = Some(fixed.credential().fingerprint().clone());
                status.expiry = fixed.credential().expiry();
            }
            Auth::Provider(cache) => {
                let cached = cache.status();
                status.kind = cached.kind;
                status.fingerprint = cached.fingerprint;
                status.expiry = cached.expiry;
                status.rejected = cached.rejected;
                status.last_refresh = cached.last_refresh;
                status.last_error = cached.last_error;
            }
        }
        status
    }
}
