//! The one trait that a user implements.

mod chain;
mod context;
mod error;
mod from_fn;

use std::borrow::Cow;
use std::fmt::Debug;
use std::sync::Arc;

pub use chain::ProviderChain;
pub use context::{ProvideContext, Reason};
pub use error::{ProviderError, ProviderErrorKind};
pub use from_fn::{FnProvider, provider_fn};

use crate::credential::Credential;

/// Obtains credentials.
///
/// This is the cold path: it is called on first use, ahead of expiry and after a rejection, never per
/// request, and never twice at once. Caching, refresh ahead of time, back-off, time-outs and
/// cancellation are the cache's business; a provider fetches and returns.
///
/// What a provider promises (checked by `onecred_testkit::Conformance`):
/// - the credential is usable when it is returned, and its expiry is computed from `cx.clock()`;
/// - asked for [`Reason::Rejected`], it goes to its source and not to a cache of its own;
/// - it works on whatever runtime polls it, and again after a call was dropped half-way;
/// - its errors have the kind that [`ProviderErrorKind`] describes, and contain no secret.
///
/// ```
/// use onecred_core::{Credential, CredentialProvider, HeaderSecret, ProvideContext, ProviderError, TextFrom};
///
/// #[derive(Debug)]
/// struct Vault;
///
/// #[async_trait::async_trait]
/// impl CredentialProvider for Vault {
///     async fn provide(&self, _cx: &ProvideContext) -> Result<Credential, ProviderError> {
///         let text = "the text that the vault returned";
/// #       let text = "s3cr3t-from-the-vault";
///         Ok(Credential::api_key(HeaderSecret::parse(text, TextFrom::Provider)?))
///     }
/// }
/// ```
#[async_trait::async_trait]
pub trait CredentialProvider: Debug + Send + Sync + 'static {
    /// Obtains one credential.
    ///
    /// # Errors
    /// [`ProviderError`], whose kind decides what happens next.
    async fn provide(&self, cx: &ProvideContext) -> Result<Credential, ProviderError>;

    /// The name for reports and errors; the type's name unless overridden.
    fn name(&self) -> Cow<'_, str> {
        let full = std::any::type_name::<Self>();
        let without_generics = full.split('<').next().unwrap_or(full);
        Cow::Borrowed(
            without_generics
                .rsplit("::")
                .next()
                .unwrap_or(without_generics),
        )
    }
}

#[async_trait::async_trait]
impl<P: CredentialProvider + ?Sized> CredentialProvider for Arc<P> {
    async fn provide(&self, cx: &ProvideContext) -> Result<Credential, ProviderError> {
        (**self).provide(cx).await
    }

    fn name(&self) -> Cow<'_, str> {
        (**self).name()
    }
}

#[async_trait::async_trait]
impl<P: CredentialProvider + ?Sized> CredentialProvider for Box<P> {
    async fn provide(&self, cx: &ProvideContext) -> Result<Credential, ProviderError> {
        (**self).provide(cx).await
    }

    fn name(&self) -> Cow<'_, str> {
        (**self).name()
    }
}
