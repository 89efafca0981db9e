use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{CredentialProvider, ProvideContext, ProviderError, ProviderErrorKind};
use crate::credential::Credential;

/// Asks several providers in order and stays with the first that has something.
///
/// "Not configured" is the only answer that lets it go on: a provider that is configured and fails
/// stops the chain, because the next one would be another identity. The winner is asked again at every
/// refresh; only if it says that it is no longer configured are the others asked again.
///
/// ```
/// use onecred_core::{Credential, HeaderSecret, ProviderChain, ProviderError, TextFrom, provider_fn};
/// let chain = ProviderChain::new("login")
///     .then(provider_fn("workload", |_cx| async { Err(ProviderError::not_configured("no token file")) }))
///     .then(provider_fn("laptop", |_cx| async {
///         Ok(Credential::bearer(HeaderSecret::parse("t0ken", TextFrom::Provider)?))
///     }));
/// ```
#[must_use = "a chain does nothing until a client uses it"]
pub struct ProviderChain {
    name: Cow<'static, str>,
    links: Vec<Arc<dyn CredentialProvider>>,
    /// The index of the winner, or `NONE`.
    winner: AtomicUsize,
}

const NONE: usize = usize::MAX;

impl ProviderChain {
    /// A chain without links, which reports itself under this name.
    pub fn new(name: impl Into<Cow<'static, str>>) -> Self {
        Self {
            name: name.into(),
            links: Vec::new(),
            winner: AtomicUsize::new(NONE),
        }
    }

    /// Adds a provider, to be asked after those before it.
    pub fn then(mut self, provider: impl CredentialProvider) -> Self {
        self.links.push(Arc::new(provider));
        self
    }

    /// The name of the provider that won, once one has.
    pub fn winner(&self) -> Option<Cow<'_, str>> {
        let winner = self.links.get(self.winner.load(Ordering::Relaxed))?;
        Some(winner.name())
    }

    fn names(&self) -> String {
        let names: Vec<_> = self.links.iter().map(|link| link.name()).collect();
        names.join(", ")
    }
}

#[async_trait::async_trait]
impl CredentialProvider for ProviderChain {
    async fn provide(&self, cx: &ProvideContext) -> Result<Credential, ProviderError> {
        let before = self.winner.load(Ordering::Relaxed);
        if let Some(winner) = self.links.get(before) {
            match winner.provide(cx).await {
                Err(error) if error.kind() == ProviderErrorKind::NotConfigured => {}
                settled => return settled.map_err(|error| error.named(&winner.name())),
            }
        }
        for (index, link) in self.links.iter().enumerate() {
            if index == before {
                continue;
            }
            match link.provide(cx).await {
                Err(error) if error.kind() == ProviderErrorKind::NotConfigured => {}
                Ok(credential) => {
                    self.winner.store(index, Ordering::Relaxed);
                    return Ok(credential);
                }
                Err(error) => return Err(error.named(&link.name())),
            }
        }
        self.winner.store(NONE, Ordering::Relaxed);
        Err(ProviderError::not_configured(format!(
            "none of these is configured: {}",
            self.names()
        )))
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }
}

impl fmt::Debug for ProviderChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderChain")
            .field("name", &self.name)
            .field("links", &self.links)
            .field("winner", &self.winner())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::block_on;
    use crate::header_secret::HeaderSecret;
    use crate::hygiene::TextFrom;
    use crate::provider::{Reason, provider_fn};
    use std::sync::Mutex;

    type Script = Arc<Mutex<Result<&'static str, ProviderErrorKind>>>;

    fn link(
        name: &'static str,
        script: &Script,
        asked: &Arc<AtomicUsize>,
    ) -> impl CredentialProvider {
        let (script, asked) = (Arc::clone(script), Arc::clone(asked));
        provider_fn(name, move |_cx| {
            asked.fetch_add(1, Ordering::Relaxed);
            let answer = *script.lock().unwrap();
            async move {
                match answer {
                    Ok(text) => Ok(Credential::bearer(HeaderSecret::parse(
                        text,
                        TextFrom::Provider,
                    )?)),
                    Err(kind) => Err(ProviderError::new(kind, "scripted")),
                }
            }
        })
    }

    fn ask(chain: &ProviderChain) -> Result<String, ProviderError> {
        let cx = ProvideContext::standalone(Reason::FirstUse);
        let credential = block_on(chain.provide(&cx))?;
        Ok(credential.secret().unwrap().expose().to_owned())
    }

    #[test]
    fn only_not_configured_lets_it_go_on_and_the_winner_stays() {
        let first: Script = Arc::new(Mutex::new(Err(ProviderErrorKind::NotConfigured)));
        let second: Script = Arc::new(Mutex::new(Ok("from-second")));
        let asked = Arc::new(AtomicUsize::new(0));
        let other = Arc::new(AtomicUsize::new(0));
        let chain = ProviderChain::new("chain")
            .then(link("first", &first, &asked))
            .then(link("second", &second, &other));
        assert_eq!(ask(&chain).unwrap(), "from-second");
        assert_eq!(chain.winner().as_deref(), Some("second"));

        // The first one is configured now, but the identity must not flip.
        *first.lock().unwrap() = Ok("from-first");
        assert_eq!(ask(&chain).unwrap(), "from-second");
        assert_eq!(asked.load(Ordering::Relaxed), 1);

        // A failure of the winner is the chain's.
        *second.lock().unwrap() = Err(ProviderErrorKind::Denied);
        let error = ask(&chain).unwrap_err();
        assert_eq!(error.kind(), ProviderErrorKind::Denied);
        assert_eq!(error.to_string(), "second: scripted");

        // A winner that is gone gives way, and is not asked twice in one call.
        *second.lock().unwrap() = Err(ProviderErrorKind::NotConfigured);
        let before = other.load(Ordering::Relaxed);
        assert_eq!(ask(&chain).unwrap(), "from-first");
        assert_eq!(other.load(Ordering::Relaxed), before + 1);
    }

    #[test]
    fn a_broken_first_link_stops_it_and_an_empty_chain_names_what_it_asked() {
        let broken: Script = Arc::new(Mutex::new(Err(ProviderErrorKind::Misconfigured)));
        let good: Script = Arc::new(Mutex::new(Ok("t0ken")));
        let asked = Arc::new(AtomicUsize::new(0));
        let chain = ProviderChain::new("chain")
            .then(link("broken", &broken, &asked))
            .then(link("good", &good, &Arc::new(AtomicUsize::new(0))));
        assert_eq!(
            ask(&chain).unwrap_err().kind(),
            ProviderErrorKind::Misconfigured
        );
        *broken.lock().unwrap() = Err(ProviderErrorKind::NotConfigured);
        *good.lock().unwrap() = Err(ProviderErrorKind::NotConfigured);
        let error = ask(&chain).unwrap_err();
        assert_eq!(error.kind(), ProviderErrorKind::NotConfigured);
        assert!(error.to_string().contains("broken, good"), "{error}");
    }
}
