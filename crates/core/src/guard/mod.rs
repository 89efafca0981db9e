//! Finds credentials on a request that are not ours: header names here, query parameters in `query`.

pub(crate) mod query;

use std::fmt;

use http::{HeaderMap, HeaderName, Uri, header};

use crate::error::{AuthError, Conflict, ForeignName};
use crate::request::AuthRequest;

/// Headers that carry credentials at the APIs of this field, whatever the target.
pub(crate) const KNOWN: [&str; 6] = [
    "authorization",
    "x-api-key",
    "api-key",
    "x-goog-api-key",
    "x-amz-security-token",
    "dpop",
];

/// Headers that frame the message or name the host: no credential may be placed there.
const FRAMING: [HeaderName; 8] = [
    header::HOST,
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::TRANSFER_ENCODING,
    header::CONNECTION,
    header::TE,
    header::TRAILER,
    header::UPGRADE,
];

pub(crate) fn is_known_credential(name: &HeaderName) -> bool {
    KNOWN.contains(&name.as_str())
}

pub(crate) fn frames_the_message(name: &HeaderName) -> bool {
    FRAMING.contains(name)
}

/// What to do with a credential that the caller, a default header or a library put on a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ForeignPolicy {
    /// The request is refused, and the error names the header. The default.
    #[default]
    Reject,
    /// It is removed, ours is sent.
    Strip,
    /// Exactly one foreign credential does the work: ours is not added, the origin is still checked.
    /// Two of them are a conflict; none means that ours is sent.
    Defer,
}

/// The names of credential headers, arranged so that one pass over a request's header names dismisses
/// nearly all of them by length and first letter.
#[derive(Clone)]
pub(crate) struct CredentialNames {
    names: Vec<HeaderName>,
    /// Of these, the ones that declared gateways own: never left to a caller.
    reserved: Vec<HeaderName>,
    lengths: u64,
    initials: u64,
}

/// What a pass over the request found.
pub(crate) enum Found {
    Nothing,
    Header(HeaderName),
    Query(&'static str),
}

impl CredentialNames {
    pub(crate) fn new(extra: impl IntoIterator<Item = HeaderName>) -> Self {
        let mut all = Self {
            names: Vec::new(),
            reserved: Vec::new(),
            lengths: 0,
            initials: 0,
        };
        for name in KNOWN {
            all.add(HeaderName::from_static(name));
        }
        for name in extra {
            all.add(name);
        }
        all
    }

    pub(crate) fn reserve(mut self, names: impl IntoIterator<Item = HeaderName>) -> Self {
        for name in names {
            self.add(name.clone());
            self.reserved.push(name);
        }
        self
    }

    fn add(&mut self, name: HeaderName) {
        if self.names.contains(&name) {
            return;
        }
        self.lengths |= length_bit(name.as_str());
        self.initials |= initial_bit(name.as_str());
        self.names.push(name);
    }

    /// These names and some more; `None` where nothing is new.
    pub(crate) fn and(&self, more: &[HeaderName]) -> Option<Self> {
        if more.iter().all(|name| self.names.contains(name)) {
            return None;
        }
        let mut all = self.clone();
        for name in more {
            all.add(name.clone());
        }
        Some(all)
    }

    #[inline]
    pub(crate) fn contains(&self, name: &HeaderName) -> bool {
        let text = name.as_str();
        self.lengths & length_bit(text) != 0
            && self.initials & initial_bit(text) != 0
            && self.names.iter().any(|ours| ours.as_str() == text)
    }

    /// The first foreign credential, headers before the query.
    #[inline]
    pub(crate) fn find(&self, headers: &HeaderMap, uri: &Uri) -> Found {
        for name in headers.keys() {
            if self.contains(name) {
                return Found::Header(name.clone());
            }
        }
        match uri.query().and_then(query::find) {
            Some(parameter) => Found::Query(parameter),
            None => Found::Nothing,
        }
    }

    /// Removes every credential, any case, any count, header or query.
    pub(crate) fn strip(&self, headers: &mut HeaderMap, uri: &mut Uri) -> Result<(), AuthError> {
        for name in &self.names {
            headers.remove(name);
        }
        if uri.query().and_then(query::find).is_some() {
            *uri = query::without_credentials(uri).ok_or_else(|| {
                AuthError::ForeignCredential(ForeignName::query(
                    "in a query that cannot be rebuilt",
                ))
            })?;
        }
        Ok(())
    }

    fn all_foreign(&self, headers: &HeaderMap, uri: &Uri) -> Vec<ForeignName> {
        let mut found = Vec::new();
        for name in headers.keys().filter(|name| self.contains(name)) {
            for _ in headers.get_all(name) {
                found.push(ForeignName::header(name.clone()));
            }
        }
        if let Some(query) = uri.query() {
            found.extend(query::find_all(query).map(ForeignName::query));
        }
        found
    }
}

impl fmt::Debug for CredentialNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.names).finish()
    }
}

fn length_bit(name: &str) -> u64 {
    1 << name.len().min(63)
}

fn initial_bit(name: &str) -> u64 {
    name.as_bytes().first().map_or(0, |byte| 1 << (byte & 63))
}

/// What is to be done with a request after the policy was applied.
pub(crate) enum Decision {
    /// Place ours.
    Ours,
    /// Place ours; foreign credentials were removed. Should placing fail, the request becomes what it
    /// was.
    Stripped(Box<(HeaderMap, Uri)>),
    /// The foreign credential does the work.
    Foreign,
}

/// Applies the policy.
#[inline]
pub(crate) fn apply(
    policy: ForeignPolicy,
    names: &CredentialNames,
    request: &mut AuthRequest<'_>,
) -> Result<Decision, AuthError> {
    match names.find(request.headers, request.uri) {
        Found::Nothing => Ok(Decision::Ours),
        found => refuse_or_remove(policy, names, request, found),
    }
}

#[cold]
fn refuse_or_remove(
    policy: ForeignPolicy,
    names: &CredentialNames,
    request: &mut AuthRequest<'_>,
    found: Found,
) -> Result<Decision, AuthError> {
    match policy {
        ForeignPolicy::Reject => Err(AuthError::ForeignCredential(match found {
            Found::Header(name) => ForeignName::header(name),
            Found::Query(parameter) => ForeignName::query(parameter),
            Found::Nothing => return Ok(Decision::Ours),
        })),
        ForeignPolicy::Strip => {
            let before = Box::new((request.headers.clone(), request.uri.clone()));
            match names.strip(request.headers, request.uri) {
                Ok(()) => Ok(Decision::Stripped(before)),
                Err(error) => {
                    (*request.headers, *request.uri) = *before;
                    Err(error)
                }
            }
        }
        ForeignPolicy::Defer => {
            let mut all = names.all_foreign(request.headers, request.uri);
            match all.as_slice() {
                [first, second, ..] => {
                    return Err(AuthError::Conflict(Conflict::on_request(first, second)));
                }
                [only] if only.as_header().is_none_or(|n| !names.reserved.contains(n)) => {
                    return Ok(Decision::Foreign);
                }
                _ => {}
            }
            match all.pop() {
                Some(reserved) => Err(AuthError::ForeignCredential(reserved)),
                None => Ok(Decision::Ours),
            }
        }
    }
}

#[cfg(test)]
mod tests;
