//! What a provider promises, tried.

mod broken;
mod cached;
mod calls;
mod checks;
mod contexts;
mod lab;
mod promise;
mod run;
mod session;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use onecred_core::{CredentialProvider, ProviderErrorKind, Target};

pub use broken::Broken;
pub use promise::Promise;

/// How long a call may take before it counts as hung.
const PATIENCE: Duration = Duration::from_secs(5);

/// Tries whether a provider keeps its promises to the cache; three lines of test for anyone's provider.
///
/// ```
/// # use onecred_core::*;
/// # #[derive(Debug)] struct Vault;
/// # #[async_trait::async_trait]
/// # impl CredentialProvider for Vault {
/// #     async fn provide(&self, _cx: &ProvideContext) -> Result<Credential, ProviderError> {
/// #         Ok(Credential::bearer(HeaderSecret::parse("test-only-token-of-the-vault", TextFrom::Provider)?))
/// #     }
/// # }
/// use onecred_testkit::Conformance;
///
/// // #[test]
/// fn vault_keeps_its_promises() {
///     Conformance::new(|| Vault).check();
/// }
/// # vault_keeps_its_promises();
/// ```
///
/// The function makes a provider whose source works; it is called once for each thing that is tried. The
/// more the suite is told, the more it tries: [`secret`](Self::secret), [`rotate`](Self::rotate),
/// [`fails`](Self::fails), [`hangs`](Self::hangs), [`needs_no_runtime`](Self::needs_no_runtime).
/// [`Promise`] lists everything. Providers are polled on tokio runtimes of the suite's own; time is a
/// [`ManualClock`](crate::ManualClock) that begins at the system's time, and a sleep of the provider
/// ([`ProvideContext::sleep`](onecred_core::ProvideContext::sleep)) is cut short. Everything is bounded: a
/// provider that hangs breaks a promise and not the test run.
#[must_use = "nothing is tried until `check` or `run`"]
pub struct Conformance<'a> {
    make: Make<'a>,
    secrets: Vec<String>,
    public: Vec<String>,
    rotate: Option<Box<dyn Fn() + 'a>>,
    failures: Vec<Failure<'a>>,
    hangs: Vec<(String, Make<'a>)>,
    target: Option<Target>,
    needs_no_runtime: bool,
    absolute_expiry: bool,
    patience: Duration,
}

type Make<'a> = Box<dyn Fn() -> Arc<dyn CredentialProvider> + 'a>;

/// A state in which the provider is to fail.
struct Failure<'a> {
    name: String,
    kind: ProviderErrorKind,
    make: Make<'a>,
}

impl<'a> Conformance<'a> {
    /// The provider that this function makes, with a source that works.
    pub fn new<P: CredentialProvider>(make: impl Fn() -> P + 'a) -> Self {
        Self {
            make: boxed(make),
            secrets: Vec::new(),
            public: Vec::new(),
            rotate: None,
            failures: Vec::new(),
            hangs: Vec::new(),
            target: None,
            needs_no_runtime: false,
            absolute_expiry: false,
            patience: PATIENCE,
        }
    }

    /// A secret that the provider was given (a client secret, a refresh token, a password in a response of
    /// the fake issuer), which must appear nowhere. The credential's own is looked for in any case.
    pub fn secret(mut self, secret: impl Into<String>) -> Self {
        self.secrets.push(secret.into());
        self
    }

    /// A text that is no secret although a secret begins with it, such as `sk-ant-api03-`.
    pub fn public_prefix(mut self, text: impl Into<String>) -> Self {
        self.public.push(text.into());
        self
    }

    /// Makes the source of all providers change, so that a forced refresh must bring another credential.
    /// Without it [`Promise::ForcedRefresh`] is not tried.
    pub fn rotate(mut self, rotate: impl Fn() + 'a) -> Self {
        self.rotate = Some(Box::new(rotate));
        self
    }

    /// In the state in which this function makes it, the provider fails with an error of this kind. The
    /// name is for the message.
    pub fn fails<P: CredentialProvider>(
        mut self,
        name: impl Into<String>,
        kind: ProviderErrorKind,
        make: impl Fn() -> P + 'a,
    ) -> Self {
        self.failures.push(Failure {
            name: name.into(),
            kind,
            make: boxed(make),
        });
        self
    }

    /// In the state in which this function makes it, the provider's source never answers. The name is for
    /// the message. Without it [`Promise::Yields`] is not tried.
    pub fn hangs<P: CredentialProvider>(
        mut self,
        name: impl Into<String>,
        make: impl Fn() -> P + 'a,
    ) -> Self {
        self.hangs.push((name.into(), boxed(make)));
        self
    }

    /// Where the credential is placed for the trial; a target with an `x-api-key` header otherwise. For
    /// signers that want a region or a service, and credentials that want another placement.
    pub fn target(mut self, target: Target) -> Self {
        self.target = Some(target);
        self
    }

    /// The provider claims to work on any executor, also without tokio; try it.
    pub fn needs_no_runtime(mut self) -> Self {
        self.needs_no_runtime = true;
        self
    }

    /// The source states when a credential ends, not how long it lives (the `exp` of a token file), so
    /// that a shifted clock proves nothing: [`Promise::ExpiryByClock`] and [`Promise::Renews`] are not tried.
    pub fn absolute_expiry(mut self) -> Self {
        self.absolute_expiry = true;
        self
    }

    /// How long a call may take before it counts as hung; 5 seconds of real time.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Tries everything and returns the promises that were broken.
    #[must_use]
    pub fn run(&self) -> Vec<Broken> {
        run::run(self)
    }

    /// Tries everything.
    ///
    /// # Panics
    /// When a promise is broken. The message says which, what was promised, what was seen, and how to mend
    /// it.
    #[expect(clippy::panic, reason = "an assertion")]
    #[track_caller]
    pub fn check(&self) {
        let broken = self.run();
        if !broken.is_empty() {
            let list: Vec<String> = broken
                .iter()
                .map(|broken| format!("\n\n{broken}"))
                .collect();
            let (count, list) = (broken.len(), list.concat());
            panic!("the provider breaks {count} of its promises:{list}\n");
        }
    }
}

fn boxed<'a, P: CredentialProvider>(make: impl Fn() -> P + 'a) -> Make<'a> {
    Box::new(move || Arc::new(make()))
}

impl fmt::Debug for Conformance<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let failures: Vec<_> = self.failures.iter().map(|failure| &failure.name).collect();
        f.debug_struct("Conformance")
            .field("secrets", &self.secrets.len())
            .field("failures", &failures)
            .field("needs_no_runtime", &self.needs_no_runtime)
            .field("patience", &self.patience)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
