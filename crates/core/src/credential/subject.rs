use std::fmt;
use std::sync::Arc;

use crate::untrusted::Untrusted;

/// Whose credential it is: an account, a service account, a role. Compared as text; shown only
/// through [`Untrusted`], since it often comes from a server.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Subject(Arc<str>);

impl Subject {
    /// A subject of this name.
    pub fn new(name: impl AsRef<str>) -> Self {
        Self(Arc::from(name.as_ref()))
    }

    /// The name, raw. Never print it; print the subject.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Subject {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

impl From<String> for Subject {
    fn from(name: String) -> Self {
        Self::new(name)
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Untrusted::new(&self.0), f)
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Subject({self})")
    }
}
