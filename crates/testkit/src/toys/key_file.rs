//! A key file that somebody else rewrites.

use std::borrow::Cow;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use onecred_core::{
    Credential, CredentialProvider, HeaderSecret, ProvideContext, ProviderError, Secret, TextFrom,
    is_blank,
};

const LOOK_AGAIN: Duration = Duration::from_secs(60);
/// A key file is small; whatever is larger is not one.
const MOST_BYTES: u64 = 64 * 1024;

/// An API key in a file that is rewritten while it is in use, such as a mounted Kubernetes secret.
///
/// It is read anew on every call, and the cache is asked to look again after a minute. A file that is
/// missing, empty or broken is an error, so that the cache keeps the key it has and shows the error in its
/// status.
#[derive(Debug)]
pub struct KeyFile {
    path: PathBuf,
    look_again: Duration,
}

impl KeyFile {
    /// The key in this file.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            look_again: LOOK_AGAIN,
        }
    }

    /// How long a key stays in use until the file is read again; a minute.
    #[must_use]
    pub fn look_again_after(mut self, after: Duration) -> Self {
        self.look_again = after;
        self
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn read(&self) -> Result<Secret, ProviderError> {
        let mut bytes = Vec::new();
        let read = std::fs::File::open(&self.path)
            .and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes));
        // From here on the buffer is wiped when it is dropped.
        let bytes = Secret::new(bytes);
        match read {
            Ok(length) if length as u64 > MOST_BYTES => {
                Err(ProviderError::misconfigured("the key file is too large"))
            }
            Ok(_) => Ok(bytes),
            Err(error) => {
                Err(ProviderError::misconfigured("the key file cannot be read").with_source(error))
            }
        }
    }
}

#[async_trait::async_trait]
impl CredentialProvider for KeyFile {
    async fn provide(&self, _cx: &ProvideContext) -> Result<Credential, ProviderError> {
        // So small a read does not block anybody worth mentioning; a network file system would.
        let bytes = self.read()?;
        if bytes.expose_str().is_some_and(is_blank) {
            // Somebody is writing it just now.
            return Err(ProviderError::unavailable("the key file is empty"));
        }
        let key = HeaderSecret::parse_bytes(bytes.expose(), TextFrom::File)?;
        Ok(Credential::api_key(key).refresh_after(self.look_again))
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed("key file")
    }
}
