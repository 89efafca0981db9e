//! The live handle that an HTTP client holds.

mod ahead;
mod authorize;
mod builder;
mod channel;
mod derive;
mod ready;
mod respond;
mod status;
mod trace;

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

pub use builder::AuthenticatorBuilder;
pub use derive::Derive;
pub use status::Status;

use crate::auth::Auth;
use crate::cache::WeakCache;
use crate::clock::Clock;
use crate::credential::Subject;
use crate::error::AuthError;
use crate::guard::ForeignPolicy;
use crate::observer::{self, CredentialFacts, Event, Observer};
use crate::receipt::EpochId;
use crate::signer::ClockSkew;
use crate::sync::{Mutex, lock};
use crate::target::Target;
use channel::{Channel, Live};

/// The live, cloneable handle that an HTTP client holds: one auth and one target, in one slot.
///
/// `clone()` is the same client: it sees every [`replace`](Self::replace). [`derive`](Self::derive)
/// makes another. Neither reads the environment.
///
/// ```
/// use onecred_core::{Auth, AuthRequest, Authenticator, Body, HeaderSecret, Target, TextFrom};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let target = Target::builder("api").origin("https://api.example.com")?.key_header("x-api-key")?.build()?;
/// let key = HeaderSecret::parse("my-secret-key", TextFrom::Argument)?;
/// let authenticator = Authenticator::new(target, Auth::api_key(key))?;
///
/// let mut uri = "https://api.example.com/v1/things".parse()?;
/// let mut headers = http::HeaderMap::new();
/// let mut request = AuthRequest::new(&http::Method::GET, &mut uri, &mut headers, Body::Empty);
/// let receipt = authenticator.authorize_blocking(&mut request)?;
/// assert_eq!(headers["x-api-key"], "my-secret-key");
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Authenticator {
    client: Arc<Client>,
}

struct Client {
    target: Target,
    main: Channel,
    gateways: Vec<Channel>,
    foreign: ForeignPolicy,
    clock: Arc<dyn Clock>,
    observer: Option<Arc<dyn Observer>>,
    /// What signers have learned of the server's clock, in milliseconds.
    skew: AtomicI64,
    /// The last epochs before the current one, so that a late answer finds what authorized it.
    past: Mutex<VecDeque<Past>>,
}

/// What is kept of an epoch that was replaced. No secret.
#[derive(Clone)]
struct Past {
    epoch: EpochId,
    cache: Option<WeakCache>,
}

/// Answers that are later than this many replaces count for nothing.
const REMEMBERED_EPOCHS: usize = 8;

impl Authenticator {
    /// A client of `target` with this auth.
    ///
    /// # Errors
    /// When the target does not say where a credential of this form goes.
    pub fn new(target: Target, auth: impl Into<Auth>) -> Result<Self, AuthError> {
        Self::builder(target, auth).build()
    }

    /// The same with a policy for foreign credentials, a clock or an observer.
    pub fn builder(target: Target, auth: impl Into<Auth>) -> AuthenticatorBuilder {
        AuthenticatorBuilder::new(target, auth.into())
    }

    /// Where the credential may go.
    pub fn target(&self) -> &Target {
        &self.client.target
    }

    /// The auth of now.
    pub fn auth(&self) -> Auth {
        self.client.main.load().auth.clone()
    }

    /// Another auth for this client and all its clones, atomically: a request that runs meanwhile
    /// carries the old one or the new one, never both, never neither. Derived clients keep theirs.
    ///
    /// # Errors
    /// When the target does not say where a credential of this form goes, or is one that only the
    /// environment names ([`Target::is_ambient`]); nothing changed then.
    pub fn replace(&self, auth: impl Into<Auth>) -> Result<EpochId, AuthError> {
        let client = &self.client;
        let auth = auth.into();
        if client.target.is_ambient() && !matches!(auth, Auth::Anonymous) {
            return Err(AuthError::AmbientHost {
                target: client.target.name().into(),
            });
        }
        // The lock orders replaces against one another; requests never take it.
        let mut past = lock(&client.past);
        let before = client.main.load_full();
        let epoch = client.main.replace(auth, &client.target, &client.clock)?;
        past.push_back(Past::of(&before));
        if past.len() > REMEMBERED_EPOCHS {
            past.pop_front();
        }
        drop(past);
        client.observe_of(&client.main.load_full(), |credential| {
            client.observe(&Event::Replaced {
                target: client.target.name(),
                epoch,
                credential,
            });
        });
        Ok(epoch)
    }

    /// Whether this header carries a credential, as far as this client knows: a well-known name, one that
    /// the target declares, or one that its credentials used up to now. For adapters that vet default
    /// headers or send a request on without credentials.
    pub fn is_credential_header(&self, name: &http::HeaderName) -> bool {
        self.client.main.load().names().contains(name)
    }

    /// Whether a rejected request could be authorized better a second time: the auth is a provider, or a
    /// signer that may be asked to sign again, or a gateway's is a provider. Where it is `false`, an
    /// adapter need not keep the request for a replay.
    pub fn may_reauthorize(&self) -> bool {
        let can = |channel: &Channel| channel.load().can_improve();
        can(&self.client.main) || self.client.gateways.iter().any(can)
    }

    /// Whether both are the same client (clones), so that a replace of one reaches the other.
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.client, &other.client)
    }
}

impl Past {
    fn of(live: &Live) -> Self {
        Self {
            epoch: live.epoch,
            cache: match &live.auth {
                Auth::Provider(cache) => Some(cache.downgrade()),
                _ => None,
            },
        }
    }
}

fn subject_of(auth: &Auth) -> Option<Subject> {
    match auth {
        Auth::Anonymous => None,
        Auth::Static(fixed) => fixed.credential().subject_of().cloned(),
        Auth::Provider(cache) => cache.subject(),
    }
}

impl Client {
    fn skew(&self) -> ClockSkew {
        ClockSkew::from_millis(self.skew.load(Ordering::Relaxed))
    }

    fn observe(&self, event: &Event<'_>) {
        observer::tell(self.observer.as_ref(), event);
    }

    /// Looks the facts up only where somebody listens.
    fn observe_of(&self, live: &Live, tell: impl FnOnce(&CredentialFacts)) {
        if self.observer.is_some() {
            tell(&CredentialFacts::of(&live.auth, live.now()));
        }
    }

    fn observe_refusal(&self, error: &AuthError) {
        if let AuthError::Conflict(conflict) = error {
            self.observe(&Event::Conflict {
                target: self.target.name(),
                conflict,
            });
        }
    }
}

impl fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticator")
            .field("target", &self.client.target.name())
            .field("auth", &self.client.main.load().auth)
            .finish_non_exhaustive()
    }
}
