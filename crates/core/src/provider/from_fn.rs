use std::borrow::Cow;
use std::fmt;
use std::future::Future;

use super::{CredentialProvider, ProvideContext, ProviderError};
use crate::credential::Credential;

/// A provider made of a function; see [`provider_fn`].
pub struct FnProvider<F> {
    name: Cow<'static, str>,
    function: F,
}

/// Makes a provider of an async function.
///
/// ```
/// use onecred_core::{Credential, HeaderSecret, TextFrom, provider_fn};
/// let provider = provider_fn("vault", |_cx| async {
///     Ok(Credential::bearer(HeaderSecret::parse("t0ken", TextFrom::Provider)?))
/// });
/// ```
pub fn provider_fn<F, Fut>(name: impl Into<Cow<'static, str>>, function: F) -> FnProvider<F>
where
    F: Fn(ProvideContext) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Credential, ProviderError>> + Send + 'static,
{
    FnProvider {
        name: name.into(),
        function,
    }
}

#[async_trait::async_trait]
impl<F, Fut> CredentialProvider for FnProvider<F>
where
    F: Fn(ProvideContext) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Credential, ProviderError>> + Send + 'static,
{
    async fn provide(&self, cx: &ProvideContext) -> Result<Credential, ProviderError> {
        (self.function)(cx.clone()).await
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }
}

impl<F> fmt::Debug for FnProvider<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FnProvider").field(&self.name).finish()
    }
}
