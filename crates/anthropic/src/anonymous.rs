//! The choice of having no credential.

use onecred_core::{Auth, CredentialKind, Env, Lookup, Source, SourceName};

/// As a source, so that it takes part in the resolver's rules: it is explicit, so nothing ambient is
/// read, and next to another explicit choice it is a conflict.
#[derive(Debug)]
pub(crate) struct ChosenAnonymous;

pub(crate) const NAME: &str = "anonymous";

#[async_trait::async_trait]
impl Source for ChosenAnonymous {
    fn name(&self) -> SourceName {
        SourceName::from(NAME)
    }

    fn kind(&self) -> Option<CredentialKind> {
        None
    }

    fn is_explicit(&self) -> bool {
        true
    }

    async fn look(&self, _env: &Env) -> Lookup {
        Lookup::Found {
            auth: Auth::Anonymous,
            detail: "no credential is sent, by choice".to_owned(),
        }
    }
}
