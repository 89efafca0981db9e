use std::time::SystemTime;

use super::CachedProvider;
use crate::credential::{CredentialKind, Subject};
use crate::fingerprint::Fingerprint;
use crate::provider::ProviderError;
use crate::receipt::Generation;
use crate::sync::lock;

/// What a cache holds, for readiness checks, reports and metrics. It contains no secret.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CacheStatus {
    /// The wire form, once known.
    pub kind: Option<CredentialKind>,
    /// What may be shown of the secret.
    pub fingerprint: Option<Fingerprint>,
    /// When it expires; `None` also before the first refresh.
    pub expiry: Option<SystemTime>,
    /// Whose it is, if the provider says so.
    pub subject: Option<Subject>,
    /// Whether a server rejected it and no other has been had since.
    pub rejected: bool,
    /// When the provider last returned a credential.
    pub last_refresh: Option<SystemTime>,
    /// Why the last refresh failed, until one succeeds.
    pub last_error: Option<ProviderError>,
}

impl CachedProvider {
    /// Whether the credential of this generation is the current one.
    pub(crate) fn holds(&self, generation: Option<Generation>) -> bool {
        let state = lock(&self.shared.state);
        generation.is_some() && state.current.as_ref().map(|entry| entry.generation) == generation
    }

    /// What the cache holds now. Never asks the provider.
    pub fn status(&self) -> CacheStatus {
        let state = lock(&self.shared.state);
        let credential = state.current.as_ref().map(|entry| &entry.credential);
        CacheStatus {
            kind: credential.map(|credential| credential.kind()),
            fingerprint: credential.map(|credential| credential.fingerprint().clone()),
            expiry: credential.and_then(|credential| credential.expiry()),
            subject: state.subject().cloned(),
            rejected: state.is_rejected(),
            last_refresh: state.last_refresh,
            last_error: state.failure().map(|failure| failure.error.clone()),
        }
    }
}
