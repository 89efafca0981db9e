//! A key or token in a file that somebody else rewrites.

mod look;
mod source;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use onecred_core::{
    Credential, CredentialProvider, HeaderSecret, ProvideContext, ProviderError, Reason, Secret,
    TextFrom, is_blank,
};

use crate::builder::Kind;
use crate::{jwt, off_thread};
use look::{Looked, Stamp, Trouble};

const REFRESH_AFTER: Duration = Duration::from_secs(60);
const CHECK_EVERY: Duration = Duration::from_secs(5);

/// An API key or access token in a file that is rewritten while it is in use: a mounted Kubernetes or
/// Docker secret, the output of a Vault agent.
///
/// While requests are made, the file's metadata is looked at every 5 seconds
/// ([`check_every`](Self::check_every)) and its content is read again when they changed, when it was
/// last read a minute ago ([`refresh_after`](Self::refresh_after)), and at once when a server rejected
/// the key. All of this happens in the background of the requests, on no thread of its own, and symbolic
/// links are followed anew each time. A file that is missing, empty or broken is an error that shows in
/// the status, and the key that was there before stays in use. The `exp` of a bearer token that is a JWT
/// is its expiry.
///
/// ```no_run
/// use onecred_core::{Authenticator, Target};
/// use onecred_static::KeyFile;
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let target = Target::builder("api").origin("https://api.example.com")?.key_header("x-api-key")?.build()?;
/// let authenticator = Authenticator::new(target, KeyFile::api_key("/run/secrets/api-key"))?;
/// # Ok(()) }
/// ```
///
/// It is a provider, and a source for a [`Resolver`](onecred_core::Resolver) too. Clones share what they
/// know of the file.
#[derive(Clone)]
#[must_use = "nothing is read until a client uses it"]
pub struct KeyFile {
    path: PathBuf,
    kind: Kind,
    refresh_after: Duration,
    check_every: Duration,
    explicit: bool,
    known: Arc<Mutex<Known>>,
}

#[derive(Default)]
struct Known {
    /// There has been a credential, so that a missing file is being replaced and not unconfigured.
    ever: bool,
    last: Option<Last>,
}

#[derive(Clone)]
struct Last {
    stamp: Stamp,
    /// On the clock of the call.
    read_at: Duration,
    credential: Credential,
}

impl KeyFile {
    /// The API key in this file.
    pub fn api_key(path: impl Into<PathBuf>) -> Self {
        Self::new(Kind::ApiKey, path.into())
    }

    /// The access token in this file.
    pub fn bearer(path: impl Into<PathBuf>) -> Self {
        Self::new(Kind::Bearer, path.into())
    }

    fn new(kind: Kind, path: PathBuf) -> Self {
        Self {
            path,
            kind,
            refresh_after: REFRESH_AFTER,
            check_every: CHECK_EVERY,
            explicit: true,
            known: Arc::default(),
        }
    }

    /// How long after it was read the content is read again, whatever the metadata say; 60 seconds. The
    /// cache looks once a second at most.
    pub fn refresh_after(mut self, after: Duration) -> Self {
        self.refresh_after = after;
        self
    }

    /// How often the metadata are looked at (one `open` and one `fstat`); 5 seconds. The cache looks once
    /// a second at most.
    pub fn check_every(mut self, every: Duration) -> Self {
        self.check_every = every;
        self
    }

    /// For a resolver: the file is at a conventional place, and nobody chose it. Otherwise finding it is
    /// an explicit choice of the program, which stops the reading of what comes later.
    pub fn ambient(mut self) -> Self {
        self.explicit = false;
        self
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        // Only whole values are stored under the lock.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What need not be read again if its metadata are the same.
    fn recent(&self, cx: &ProvideContext) -> Option<Last> {
        let last = self.known().last.clone()?;
        let age = cx.clock().monotonic().checked_sub(last.read_at)?;
        let enough = cx.reason() == Reason::RefreshAhead && age < self.refresh_after;
        enough.then_some(last)
    }

    /// What the bytes say, with the time of the next look.
    fn credential(&self, bytes: &Secret, cx: &ProvideContext) -> Result<Credential, ProviderError> {
        if bytes.expose_str().is_some_and(is_blank) {
            return Err(ProviderError::unavailable("the file is empty"));
        }
        let secret = HeaderSecret::parse_bytes(bytes.expose(), TextFrom::File)?;
        let credential = match self.kind {
            Kind::ApiKey => Credential::api_key(secret),
            Kind::Bearer => match jwt::expiry(secret.expose()) {
                Some(end) if end <= cx.clock().now() => {
                    return Err(ProviderError::unavailable(
                        "the token in the file has expired; whoever writes the file has to renew it",
                    ));
                }
                Some(end) => Credential::bearer(secret).expires_at(end),
                None => Credential::bearer(secret),
            },
        };
        Ok(credential.refresh_after(self.check_every.min(self.refresh_after)))
    }

    fn failed(&self, trouble: Trouble) -> ProviderError {
        match trouble {
            // It has been there: a chain must not turn to another identity because of a swap.
            Trouble::Missing if self.known().ever => ProviderError::unavailable("the file is gone"),
            Trouble::Missing => ProviderError::not_configured("the file does not exist"),
            Trouble::Changing => ProviderError::unavailable("the file changes while it is read"),
            Trouble::NotAFile => ProviderError::misconfigured("it is not a regular file"),
            Trouble::TooLarge => ProviderError::misconfigured("the file is too large for a key"),
            Trouble::Unreadable(error) => {
                ProviderError::misconfigured("the file cannot be read").with_source(error)
            }
        }
    }
}

#[async_trait::async_trait]
impl CredentialProvider for KeyFile {
    async fn provide(&self, cx: &ProvideContext) -> Result<Credential, ProviderError> {
        let recent = self.recent(cx);
        let stamp = recent.as_ref().map(|last| last.stamp.clone());
        let path = self.path.clone();
        let looked = off_thread::run(move || look::look(&path, stamp.as_ref())).await?;
        let (bytes, stamp) = match (looked.map_err(|trouble| self.failed(trouble))?, recent) {
            (Looked::Unchanged, Some(last)) => return Ok(last.credential),
            (Looked::Unchanged, None) => {
                return Err(ProviderError::unavailable("the file was not read"));
            }
            (Looked::Read(bytes, stamp), _) => (bytes, stamp),
        };
        let credential = self.credential(&bytes, cx)?;
        *self.known() = Known {
            ever: true,
            last: Some(Last {
                stamp,
                read_at: cx.clock().monotonic(),
                credential: credential.clone(),
            }),
        };
        Ok(credential)
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Owned(format!("file:{}", self.path.display()))
    }
}

impl fmt::Debug for KeyFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyFile")
            .field("path", &self.path)
            .field("kind", &self.kind)
            .field("refresh_after", &self.refresh_after)
            .field("check_every", &self.check_every)
            .finish_non_exhaustive()
    }
}
