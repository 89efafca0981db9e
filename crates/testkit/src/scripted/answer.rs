//! What one call is answered with.

use std::time::{Duration, SystemTime};

use onecred_core::{
    Companion, Credential, HeaderSecret, ProvideContext, ProviderError, ProviderErrorKind, Subject,
    TextFrom,
};

/// What one call of a [`ScriptedProvider`](crate::ScriptedProvider) is answered with.
#[derive(Debug, Clone)]
#[must_use]
pub struct Answer {
    what: What,
    gated: bool,
    expiry: Expiry,
    refresh_after: Option<Duration>,
    retry_after: Option<Duration>,
    companions: Vec<Companion>,
    subject: Option<Subject>,
}

#[derive(Debug, Clone)]
enum What {
    ApiKey,
    Bearer,
    /// The secret of the call before.
    Same,
    Credential(Credential),
    Error(ProviderErrorKind),
    Failure(ProviderError),
    Panic,
}

#[derive(Debug, Clone, Copy)]
enum Expiry {
    Never,
    In(Duration),
    Ago(Duration),
    At(SystemTime),
}

/// The secrets that an answer may use.
pub(super) struct Minting {
    pub(super) fresh: String,
    pub(super) last: Option<Minted>,
}

/// A secret that was given.
#[derive(Clone)]
pub(super) struct Minted {
    secret: String,
    is_api_key: bool,
}

impl Answer {
    fn of(what: What) -> Self {
        Self {
            what,
            gated: false,
            expiry: Expiry::Never,
            refresh_after: None,
            retry_after: None,
            companions: Vec::new(),
            subject: None,
        }
    }

    /// Another bearer token.
    pub fn bearer() -> Self {
        Self::of(What::Bearer)
    }

    /// Another API key.
    pub fn api_key() -> Self {
        Self::of(What::ApiKey)
    }

    /// The same secret as the last one that was given, in the same form; a fresh bearer if there was none.
    pub fn same() -> Self {
        Self::of(What::Same)
    }

    /// A bearer token that expired this long ago.
    pub fn arrived_expired(ago: Duration) -> Self {
        Self {
            expiry: Expiry::Ago(ago),
            ..Self::bearer()
        }
    }

    /// This credential, as it is: signers, and secrets of the test's own.
    pub fn credential(credential: Credential) -> Self {
        Self::of(What::Credential(credential))
    }

    /// An error of this kind.
    pub fn error(kind: ProviderErrorKind) -> Self {
        Self::of(What::Error(kind))
    }

    /// This error.
    pub fn failure(error: ProviderError) -> Self {
        Self::of(What::Failure(error))
    }

    /// Nothing, until the provider's gate lets it through; then another bearer token.
    pub fn hang() -> Self {
        Self::bearer().gated()
    }

    /// The provider panics.
    pub fn panic() -> Self {
        Self::of(What::Panic)
    }

    /// The same, held back until the [`gate`](crate::ScriptedProvider::gate) lets it through.
    pub fn gated(mut self) -> Self {
        self.gated = true;
        self
    }

    /// The credential expires this long after it is given, by the clock of the call.
    pub fn expires_in(mut self, life: Duration) -> Self {
        self.expiry = Expiry::In(life);
        self
    }

    /// The credential expires at this time.
    pub fn expires_at(mut self, at: SystemTime) -> Self {
        self.expiry = Expiry::At(at);
        self
    }

    /// The source is to be looked at again this long after.
    pub fn refresh_after(mut self, after: Duration) -> Self {
        self.refresh_after = Some(after);
        self
    }

    /// The issuer asks for this much patience. Only errors carry it.
    pub fn retry_after(mut self, after: Duration) -> Self {
        self.retry_after = Some(after);
        self
    }

    /// A header that travels with the credential.
    pub fn companion(mut self, companion: Companion) -> Self {
        self.companions.push(companion);
        self
    }

    /// Whose credential it is.
    pub fn subject(mut self, subject: impl Into<Subject>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    pub(super) fn is_gated(&self) -> bool {
        self.gated
    }

    /// The answer, and the secret that it used.
    #[expect(clippy::panic, reason = "a scripted panic is what was asked for")]
    pub(super) fn give(
        self,
        cx: &ProvideContext,
        minting: Minting,
    ) -> (Option<Minted>, Result<Credential, ProviderError>) {
        let fresh = |is_api_key| Minted {
            secret: minting.fresh.clone(),
            is_api_key,
        };
        let minted = match &self.what {
            What::Error(kind) => {
                let error = ProviderError::new(*kind, "a scripted failure");
                return (None, Err(self.with_retry_after(error)));
            }
            What::Failure(error) => return (None, Err(self.with_retry_after(error.clone()))),
            What::Credential(credential) => {
                return (None, Ok(self.dress(credential.clone(), cx)));
            }
            What::Panic => panic!("a scripted panic"),
            What::Same => minting.last.clone().unwrap_or_else(|| fresh(false)),
            What::ApiKey => fresh(true),
            What::Bearer => fresh(false),
        };
        let credential = match HeaderSecret::parse(&minted.secret, TextFrom::Provider) {
            Ok(secret) if minted.is_api_key => Credential::api_key(secret),
            Ok(secret) => Credential::bearer(secret),
            Err(error) => return (None, Err(error.into())),
        };
        (Some(minted), Ok(self.dress(credential, cx)))
    }

    fn with_retry_after(&self, error: ProviderError) -> ProviderError {
        match self.retry_after {
            Some(after) => error.retry_after(after),
            None => error,
        }
    }

    fn dress(&self, mut credential: Credential, cx: &ProvideContext) -> Credential {
        let now = cx.clock().now();
        credential = match self.expiry {
            Expiry::Never => credential,
            Expiry::In(life) => credential.expires_at(now + life),
            Expiry::Ago(ago) => credential.expires_at(now - ago),
            Expiry::At(at) => credential.expires_at(at),
        };
        if let Some(after) = self.refresh_after {
            credential = credential.refresh_after(after);
        }
        if let Some(subject) = &self.subject {
            credential = credential.subject(subject.clone());
        }
        for companion in &self.companions {
            credential = credential.companion(companion.clone());
        }
        credential
    }
}
