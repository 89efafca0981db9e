use std::time::{Duration, SystemTime};

use crate::auth::Auth;
use crate::cache::{CacheStatus, CachedProvider};
use crate::credential::{Credential, CredentialKind};
use crate::fingerprint::Fingerprint;
use crate::source_name::SourceName;

/// What is known of the credential that an event is about. It contains no secret.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CredentialFacts {
    /// Where it comes from.
    pub source: SourceName,
    /// The wire form; `None` for no credential, or before the first refresh.
    pub kind: Option<CredentialKind>,
    /// What may be shown of the secret.
    pub fingerprint: Option<Fingerprint>,
    /// How long ago a provider returned it; `None` for a static one.
    pub age: Option<Duration>,
    /// How long it has to live, zero once it expired; `None` if it does not expire.
    pub expires_in: Option<Duration>,
}

impl CredentialFacts {
    pub(crate) fn of(auth: &Auth, now: SystemTime) -> Self {
        match auth {
            Auth::Anonymous => Self::only_source(auth.source()),
            Auth::Static(fixed) => Self::of_static(fixed.source().clone(), fixed.credential(), now),
            Auth::Provider(cache) => Self::of_cache(cache, now),
        }
    }

    pub(crate) fn of_cache(cache: &CachedProvider, now: SystemTime) -> Self {
        let CacheStatus {
            kind,
            fingerprint,
            expiry,
            last_refresh,
            ..
        } = cache.status();
        Self {
            source: cache.source(),
            kind,
            fingerprint,
            age: last_refresh.map(|then| now.duration_since(then).unwrap_or_default()),
            expires_in: expires_in(expiry, now),
        }
    }

    fn of_static(source: SourceName, credential: &Credential, now: SystemTime) -> Self {
        Self {
            source,
            kind: Some(credential.kind()),
            fingerprint: Some(credential.fingerprint().clone()),
            age: None,
            expires_in: expires_in(credential.expiry(), now),
        }
    }

    fn only_source(source: SourceName) -> Self {
        Self {
            source,
            kind: None,
            fingerprint: None,
            age: None,
            expires_in: None,
        }
    }
}

pub(crate) fn expires_in(expiry: Option<SystemTime>, now: SystemTime) -> Option<Duration> {
    expiry.map(|expiry| expiry.duration_since(now).unwrap_or_default())
}
