//! The file as a source of a resolver: it is read once, to say what is there, and again by the provider.

use onecred_core::{
    Auth, CredentialKind, CredentialProvider, Env, HeaderSecret, InvalidSource, Lookup, SecretKind,
    Source, SourceName, TextFrom, is_blank,
};

use super::KeyFile;
use super::look::{self, Looked, Trouble};
use crate::builder::Kind;
use crate::off_thread;

#[async_trait::async_trait]
impl Source for KeyFile {
    fn name(&self) -> SourceName {
        SourceName::new(CredentialProvider::name(self).into_owned())
    }

    fn kind(&self) -> Option<CredentialKind> {
        Some(match self.kind {
            Kind::ApiKey => CredentialKind::ApiKey,
            Kind::Bearer => CredentialKind::Bearer,
        })
    }

    fn is_explicit(&self) -> bool {
        self.explicit
    }

    async fn look(&self, _env: &Env) -> Lookup {
        let path = self.path.clone();
        let looked = off_thread::run(move || look::look(&path, None)).await;
        let bytes = match looked {
            Ok(Ok(Looked::Read(bytes, _))) => bytes,
            Ok(Err(Trouble::Missing)) => return Lookup::Absent("no such file".to_owned()),
            Ok(Err(Trouble::Unreadable(error))) => {
                let invalid = InvalidSource::new("the file cannot be read");
                return Lookup::Invalid(invalid.with_source(error));
            }
            Ok(Err(trouble)) => {
                return Lookup::Invalid(InvalidSource::new(self.failed(trouble).to_string()));
            }
            Ok(Ok(Looked::Unchanged)) | Err(_) => {
                return Lookup::Invalid(InvalidSource::new("the file was not read"));
            }
        };
        if bytes.expose_str().is_some_and(is_blank) {
            return Lookup::Absent("the file is empty".to_owned());
        }
        match HeaderSecret::parse_bytes(bytes.expose(), TextFrom::File) {
            Err(error) => Lookup::Invalid(error.into()),
            Ok(secret) => Lookup::Found {
                auth: Auth::provider(self.clone()),
                detail: self.remarks(&secret),
            },
        }
    }
}

impl KeyFile {
    /// What was cleaned, or looks odd.
    fn remarks(&self, secret: &HeaderSecret) -> String {
        let slot = match self.kind {
            Kind::ApiKey => SecretKind::ApiKey,
            Kind::Bearer => SecretKind::Bearer,
        };
        let odd = secret.shape().and_then(|shape| shape.mismatch(slot, None));
        let notes = secret.notes().iter().map(ToString::to_string);
        let remarks: Vec<String> = notes.chain(odd.map(str::to_owned)).collect();
        remarks.join("; ")
    }
}
