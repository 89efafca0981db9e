//! Finds credentials on a request that are not ours: header names here, query parameters in `query`.

pub(crate) mod query;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

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
    /// Query parameters of the client's signers; the well-known ones are in `query`.
    parameters: Vec<Box<str>>,
    lengths: u64,
    initials: u64,
}

/// What a pass over the request found.
pub(crate) enum Found {
    Nothing,
    Header(HeaderName),
    Query(Cow<'static, str>),
}

impl CredentialNames {
    pub(crate) fn new(extra: impl IntoIterator<Item = HeaderName>) -> Self {
        let mut all = Self {
            names: Vec::new(),
            reserved: Vec::new(),
            parameters: Vec::new(),
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
        let (length, initial) = bits(name.as_str());
        self.lengths |= 1 << length;
        self.initials |= 1 << initial;
        self.names.push(name);
    }

    /// These names and some more; itself where nothing is new.
    pub(crate) fn and(self: &Arc<Self>, headers: &[HeaderName], parameters: &[&str]) -> Arc<Self> {
        let has = |parameter: &&str| self.parameters.iter().any(|own| **own == **parameter);
        let nothing_new =
            headers.iter().all(|name| self.names.contains(name)) && parameters.iter().all(has);
        if nothing_new {
            return Arc::clone(self);
        }
        let mut all = Self::clone(self);
        for name in headers {
            all.add(name.clone());
        }
        for parameter in parameters.iter().filter(|parameter| !has(parameter)) {
            all.parameters.push((*parameter).into());
        }
        Arc::new(all)
    }

    /// These names and those of a client before it.
    pub(crate) fn inheriting(self: &Arc<Self>, other: &Self) -> Arc<Self> {
        let parameters: Vec<&str> = other.parameters.iter().map(|own| &**own).collect();
        self.and(&other.names, &parameters)
    }

    #[inline]
    pub(crate) fn contains(&self, name: &HeaderName) -> bool {
        let text = name.as_str();
        self.might_be(text) && self.is_one(text)
    }

    /// Whether length and first letter are those of some credential header. This is all that nearly
    /// every header of nearly every request costs.
    #[inline]
    fn might_be(&self, text: &str) -> bool {
        let (length, initial) = bits(text);
        (self.lengths >> length) & (self.initials >> initial) & 1 != 0
    }

    #[inline(never)]
    fn is_one(&self, text: &str) -> bool {
        self.names.iter().any(|ours| ours.as_str() == text)
    }

    /// Whether a request carries one of them, in the headers or in the query: the one pass that every
    /// request costs.
    #[inline]
    pub(crate) fn is_on(&self, headers: &HeaderMap, uri: &Uri) -> bool {
        headers.keys().any(|name| self.contains(name))
            || uri
                .query()
                .is_some_and(|query| query::has_any(query, &self.parameters))
    }

    /// The first foreign credential, headers before the query.
    fn find(&self, headers: &HeaderMap, uri: &Uri) -> Found {
        for name in headers.keys() {
            if self.contains(name) {
                return Found::Header(name.clone());
            }
        }
        match uri
            .query()
            .and_then(|query| query::find(query, &self.parameters))
        {
            Some(parameter) => Found::Query(parameter),
            None => Found::Nothing,
        }
    }

    /// Removes every credential, any case, any count, header or query.
    pub(crate) fn strip(&self, headers: &mut HeaderMap, uri: &mut Uri) -> Result<(), AuthError> {
        for name in &self.names {
            headers.remove(name);
        }
        let found = uri
            .query()
            .and_then(|query| query::find(query, &self.parameters));
        if let Some(parameter) = found {
            *uri = query::without_credentials(uri, &self.parameters)
                .ok_or_else(|| AuthError::ForeignCredential(ForeignName::query(parameter)))?;
        }
        Ok(())
    }

    /// Every foreign credential. A session token next to a SigV4 signature and a proof next to a bound
    /// token are parts of that one credential.
    fn all_foreign(&self, headers: &HeaderMap, uri: &Uri) -> Vec<ForeignName> {
        let mut found = Vec::new();
        let authorized_as = |scheme: &str| {
            headers.get_all(header::AUTHORIZATION).iter().any(|value| {
                let start = value.as_bytes().get(..scheme.len());
                start.is_some_and(|start| start.eq_ignore_ascii_case(scheme.as_bytes()))
            })
        };
        for name in headers.keys().filter(|name| self.contains(name)) {
            let lines = headers.get_all(name).iter().count();
            let parts = match name.as_str() {
                "x-amz-security-token" => usize::from(authorized_as("AWS4-")),
                "dpop" => usize::from(authorized_as("DPoP ")),
                _ => 0,
            };
            let name = ForeignName::header(name.clone());
            found.extend(std::iter::repeat_n(name, lines.saturating_sub(parts)));
        }
        if let Some(query) = uri.query() {
            let parameters = query::find_all(query, &self.parameters);
            found.extend(parameters.into_iter().map(ForeignName::query));
        }
        found
    }
}

impl fmt::Debug for CredentialNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.names).finish()
    }
}

/// Length and first letter as numbers of bits, wrapped around: which bit it is matters less than that it
/// costs one instruction.
#[inline]
fn bits(name: &str) -> (usize, u8) {
    let initial = name.as_bytes().first().copied().unwrap_or_default();
    (name.len() & 63, initial & 63)
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
