//! A key or token in the operating system's keyring.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use ::keyring::v1::{Entry, Error};
use onecred_core::{
    Credential, CredentialProvider, HeaderSecret, ProvideContext, ProviderError, Secret, TextFrom,
    is_blank,
};

use crate::builder::Kind;
use crate::{jwt, off_thread};

const REFRESH_AFTER: Duration = Duration::from_secs(600);

/// An API key or access token in the operating system's keyring: Keychain on macOS, the Credential
/// Manager on Windows, the Secret Service (GNOME Keyring, KWallet) elsewhere.
///
/// It is looked up when it is needed for the first time, again every 10 minutes of use, and at once after
/// a rejection. A keyring that is locked or not there (a server, a container, another user's session) is
/// [`Unavailable`](onecred_core::ProviderErrorKind::Unavailable), and what was read before stays in use;
/// an entry that does not exist is [`NotConfigured`](onecred_core::ProviderErrorKind::NotConfigured).
///
/// ```no_run
/// use onecred_core::{Authenticator, Target};
/// use onecred_static::KeyringEntry;
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let target = Target::builder("api").origin("https://api.example.com")?.key_header("x-api-key")?.build()?;
/// let authenticator = Authenticator::new(target, KeyringEntry::api_key("my-program", "work"))?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
#[must_use = "nothing is looked up until a client uses it"]
pub struct KeyringEntry {
    service: String,
    user: String,
    kind: Kind,
    refresh_after: Duration,
}

impl KeyringEntry {
    /// The API key that is stored for this user of this service.
    pub fn api_key(service: impl Into<String>, user: impl Into<String>) -> Self {
        Self::new(Kind::ApiKey, service.into(), user.into())
    }

    /// The access token that is stored for this user of this service.
    pub fn bearer(service: impl Into<String>, user: impl Into<String>) -> Self {
        Self::new(Kind::Bearer, service.into(), user.into())
    }

    fn new(kind: Kind, service: String, user: String) -> Self {
        Self {
            service,
            user,
            kind,
            refresh_after: REFRESH_AFTER,
        }
    }

    /// How long after it was read the entry is read again; 10 minutes.
    pub fn refresh_after(mut self, after: Duration) -> Self {
        self.refresh_after = after;
        self
    }

    fn credential(&self, bytes: &Secret, cx: &ProvideContext) -> Result<Credential, ProviderError> {
        if bytes.expose_str().is_some_and(is_blank) {
            return Err(ProviderError::not_configured("the entry is empty"));
        }
        let secret = HeaderSecret::parse_bytes(bytes.expose(), TextFrom::Provider)?;
        let credential = match self.kind {
            Kind::ApiKey => Credential::api_key(secret),
            Kind::Bearer => match jwt::expiry(secret.expose()) {
                Some(end) if end <= cx.clock().now() => {
                    return Err(ProviderError::unavailable("the stored token has expired"));
                }
                Some(end) => Credential::bearer(secret).expires_at(end),
                None => Credential::bearer(secret),
            },
        };
        Ok(credential.refresh_after(self.refresh_after))
    }
}

fn read(service: &str, user: &str) -> Result<Secret, Error> {
    let bytes = Entry::new(service, user)?.get_secret()?;
    Ok(Secret::new(bytes))
}

/// The errors of the keyring may carry what was read, so none of them becomes a source.
fn failed(error: &Error) -> ProviderError {
    match error {
        Error::NoEntry => ProviderError::not_configured("the keyring has no such entry"),
        Error::NoStorageAccess(_) => {
            ProviderError::unavailable("the keyring is locked, or belongs to another session")
        }
        Error::NoDefaultStore | Error::PlatformFailure(_) => ProviderError::unavailable(
            "there is no keyring to be had here; a server or container usually has none",
        ),
        Error::Ambiguous(_) => {
            ProviderError::misconfigured("the keyring has several entries of this name")
        }
        Error::Invalid(..) | Error::TooLong(..) => {
            ProviderError::misconfigured("the keyring takes no such service or user name")
        }
        _ => ProviderError::unavailable("the keyring could not be read"),
    }
}

#[async_trait::async_trait]
impl CredentialProvider for KeyringEntry {
    async fn provide(&self, cx: &ProvideContext) -> Result<Credential, ProviderError> {
        let (service, user) = (self.service.clone(), self.user.clone());
        let bytes = off_thread::run(move || read(&service, &user)).await?;
        self.credential(&bytes.map_err(|error| failed(&error))?, cx)
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Owned(format!("keyring:{}/{}", self.service, self.user))
    }
}

impl fmt::Debug for KeyringEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyringEntry")
            .field("service", &self.service)
            .field("user", &self.user)
            .field("kind", &self.kind)
            .field("refresh_after", &self.refresh_after)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use onecred_core::{ProviderErrorKind, Reason};
    use onecred_testkit::LeakScan;

    use super::*;

    const KEY: &str = "test-only-key-00000000000000000000000000wxyz";

    #[test]
    fn what_went_wrong_has_a_kind_and_shows_nothing() {
        use ProviderErrorKind::{Misconfigured, NotConfigured, Unavailable};
        for (error, kind) in [
            (Error::NoEntry, NotConfigured),
            (Error::NoStorageAccess(KEY.into()), Unavailable),
            (Error::PlatformFailure(KEY.into()), Unavailable),
            (Error::NoDefaultStore, Unavailable),
            (Error::BadEncoding(KEY.into()), Unavailable),
            (Error::TooLong("user".into(), 3), Misconfigured),
            (Error::Invalid("user".into(), KEY.into()), Misconfigured),
        ] {
            let failed = failed(&error);
            assert_eq!(failed.kind(), kind, "{failed}");
            LeakScan::new([KEY])
                .error("the error", &failed)
                .assert_clean();
        }
    }

    #[test]
    fn what_is_stored_is_cleaned_or_refused() {
        let cx = ProvideContext::standalone(Reason::FirstUse);
        let entry = KeyringEntry::api_key("service", "user").refresh_after(REFRESH_AFTER / 2);
        let read = |text: &str| entry.credential(&Secret::new(text), &cx);
        let credential = read(&format!("{KEY}\n")).unwrap();
        assert_eq!(credential.secret().unwrap().expose(), KEY);
        assert_eq!(credential.refresh_hint(), Some(Duration::from_secs(300)));
        let kind = |text: &str| read(text).unwrap_err().kind();
        assert_eq!(kind(" "), ProviderErrorKind::NotConfigured);
        assert_eq!(kind("two words"), ProviderErrorKind::Misconfigured);
        assert_eq!(entry.name(), "keyring:service/user");
    }
}
