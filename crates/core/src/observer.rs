//! What happens to credentials, for logs and metrics.

mod facts;
mod multi;

use std::fmt::Debug;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

pub use facts::CredentialFacts;
pub use multi::MultiObserver;

pub(crate) use facts::expires_in;

use crate::credential::CredentialKind;
use crate::error::Conflict;
use crate::fingerprint::Fingerprint;
use crate::provider::ProviderError;
use crate::receipt::EpochId;
use crate::source_name::SourceName;

/// One thing that happened. It never contains a secret.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A resolver selected a source. Told by [`Resolution::tell`](crate::Resolution::tell).
    #[non_exhaustive]
    Resolved {
        /// The name of the target or the client that it is for.
        target: &'a str,
        /// Where it was found.
        source: &'a SourceName,
        /// The wire form, where it is known without asking a provider.
        kind: Option<CredentialKind>,
        /// What may be shown of the secret.
        fingerprint: Option<&'a Fingerprint>,
        /// When it expires.
        expiry: Option<SystemTime>,
    },
    /// A provider returned a credential that is now in use.
    #[non_exhaustive]
    Refreshed {
        /// The provider's name.
        provider: &'a str,
        /// The wire form.
        kind: CredentialKind,
        /// What may be shown of the secret.
        fingerprint: &'a Fingerprint,
        /// When it expires.
        expiry: Option<SystemTime>,
        /// How long it has to live.
        expires_in: Option<Duration>,
        /// How long the provider took.
        took: Duration,
    },
    /// A provider failed; what was in use stays in use if it can.
    #[non_exhaustive]
    RefreshFailed {
        /// The provider's name.
        provider: &'a str,
        /// The failure.
        error: &'a ProviderError,
        /// Whether callers still get a credential.
        still_usable: bool,
        /// How many refreshes failed in a row, this one included.
        failures: u32,
        /// How long the provider took.
        took: Duration,
        /// The credential that was to be refreshed, if there was one.
        credential: Option<&'a CredentialFacts>,
    },
    /// A server rejected the credential that is in use.
    #[non_exhaustive]
    Rejected {
        /// The target's name.
        target: &'a str,
        /// The status that said so.
        status: http::StatusCode,
        /// The credential of the request; `None` if it is in use no longer, or not ours.
        credential: Option<&'a CredentialFacts>,
    },
    /// A request was authorized again after a rejection.
    #[non_exhaustive]
    Replayed {
        /// The target's name.
        target: &'a str,
        /// The credential that it carries now.
        credential: &'a CredentialFacts,
    },
    /// A client and its clones got another auth.
    #[non_exhaustive]
    Replaced {
        /// The target's name.
        target: &'a str,
        /// The new epoch.
        epoch: EpochId,
        /// The new credential.
        credential: &'a CredentialFacts,
    },
    /// Two credentials met where one belongs; the request was not sent.
    #[non_exhaustive]
    Conflict {
        /// The target's name.
        target: &'a str,
        /// The two sources.
        conflict: &'a Conflict,
    },
}

/// Receives events. Called outside of all locks, on the thread where the event happened; it must
/// return quickly.
pub trait Observer: Debug + Send + Sync + 'static {
    /// One event.
    fn event(&self, event: &Event<'_>);
}

impl<O: Observer + ?Sized> Observer for Arc<O> {
    fn event(&self, event: &Event<'_>) {
        (**self).event(event);
    }
}

/// Tells the observer. Its panic must not take along what it only watches.
pub(crate) fn tell(observer: Option<&Arc<dyn Observer>>, event: &Event<'_>) {
    if let Some(observer) = observer {
        let told = std::panic::catch_unwind(AssertUnwindSafe(|| observer.event(event)));
        drop(told);
    }
}
