//! The helper as a source of a resolver: a resolver never runs it, it only sees whether it could.

use onecred_core::{
    Auth, CredentialKind, CredentialProvider, Env, InvalidSource, Lookup, Source, SourceName,
};

use super::{HelperCommand, Output, program};
use crate::builder::Kind;

#[async_trait::async_trait]
impl Source for HelperCommand {
    fn name(&self) -> SourceName {
        SourceName::new(CredentialProvider::name(self).into_owned())
    }

    fn kind(&self) -> Option<CredentialKind> {
        match self.output {
            Output::Token(Kind::ApiKey) => Some(CredentialKind::ApiKey),
            Output::Token(Kind::Bearer) => Some(CredentialKind::Bearer),
            Output::Bazel { .. } => None,
        }
    }

    /// Naming a command is a choice.
    fn is_explicit(&self) -> bool {
        true
    }

    async fn look(&self, _env: &Env) -> Lookup {
        match program::find(
            &self.program,
            self.path.as_deref(),
            self.base_dir.as_deref(),
        ) {
            Ok(_) => Lookup::Found {
                auth: Auth::provider(self.clone()),
                detail: "not run yet".to_owned(),
            },
            Err(error) => Lookup::Invalid(InvalidSource::new(error.to_string())),
        }
    }
}
