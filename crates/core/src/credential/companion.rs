use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::guard;

/// A header that is not secret and travels with one credential: `anthropic-beta`,
/// `anthropic-workspace-id`, `x-goog-user-project`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Companion {
    name: HeaderName,
    value: HeaderValue,
    how: How,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    Set,
    Merge,
}

/// A companion whose header name carries credentials, which no companion may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidCompanion(HeaderName);

impl fmt::Display for InvalidCompanion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` cannot be a companion: it carries credentials or frames the request",
            self.0
        )
    }
}

impl std::error::Error for InvalidCompanion {}

impl Companion {
    /// The header is set to `value`; a value that the caller put there gives way.
    ///
    /// # Errors
    /// When `name` is a credential header or one that frames the message.
    pub fn set(name: HeaderName, value: HeaderValue) -> Result<Self, InvalidCompanion> {
        Self::new(name, value, How::Set)
    }

    /// `value` is one member of a comma-separated list (RFC 9110 section 5.6.1): it is added to what
    /// the caller has there, once.
    ///
    /// # Errors
    /// When `name` is a credential header or one that frames the message.
    pub fn merge(name: HeaderName, value: HeaderValue) -> Result<Self, InvalidCompanion> {
        Self::new(name, value, How::Merge)
    }

    fn new(name: HeaderName, value: HeaderValue, how: How) -> Result<Self, InvalidCompanion> {
        if guard::is_known_credential(&name) || guard::frames_the_message(&name) {
            return Err(InvalidCompanion(name));
        }
        Ok(Self { name, value, how })
    }

    /// The header's name.
    pub fn name(&self) -> &HeaderName {
        &self.name
    }

    /// The header's value, or the list's member.
    pub fn value(&self) -> &HeaderValue {
        &self.value
    }
}

/// Puts `companions` on a request. The map has room for one more header each.
pub(crate) fn place(companions: &[Companion], headers: &mut HeaderMap) {
    for companion in companions {
        let value = match companion.how {
            How::Set => companion.value.clone(),
            How::Merge => match merged(companion, headers) {
                Some(value) => value,
                None => continue,
            },
        };
        headers.insert(&companion.name, value);
    }
}

/// Takes back what `place` added, as far as it can be told from the caller's own values.
pub(crate) fn remove(companions: &[Companion], headers: &mut HeaderMap) {
    for companion in companions {
        match companion.how {
            How::Set => {
                if headers.get(&companion.name) == Some(&companion.value) {
                    headers.remove(&companion.name);
                }
            }
            How::Merge => without(companion, headers),
        }
    }
}

fn members(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value
        .split(|byte| *byte == b',')
        .map(<[u8]>::trim_ascii)
        .filter(|member| !member.is_empty())
}

fn merged(companion: &Companion, headers: &HeaderMap) -> Option<HeaderValue> {
    let mut list: Vec<u8> = Vec::new();
    let mut sensitive = companion.value.is_sensitive();
    for value in headers.get_all(&companion.name) {
        sensitive |= value.is_sensitive();
        for member in members(value.as_bytes()) {
            if member == companion.value.as_bytes() {
                return None;
            }
            append(&mut list, member);
        }
    }
    append(&mut list, companion.value.as_bytes());
    // Parts of valid values joined by a comma are valid; should that fail, ours alone is right.
    let mut value = HeaderValue::from_bytes(&list).unwrap_or_else(|_| companion.value.clone());
    value.set_sensitive(sensitive);
    Some(value)
}

fn without(companion: &Companion, headers: &mut HeaderMap) {
    let mut list: Vec<u8> = Vec::new();
    for value in headers.get_all(&companion.name) {
        for member in members(value.as_bytes()) {
            if member != companion.value.as_bytes() {
                append(&mut list, member);
            }
        }
    }
    match HeaderValue::from_bytes(&list) {
        Ok(value) if !list.is_empty() => {
            headers.insert(&companion.name, value);
        }
        _ => {
            headers.remove(&companion.name);
        }
    }
}

fn append(list: &mut Vec<u8>, member: &[u8]) {
    if !list.is_empty() {
        list.extend_from_slice(b", ");
    }
    list.extend_from_slice(member);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beta(value: &'static str) -> Companion {
        Companion::merge(
            HeaderName::from_static("anthropic-beta"),
            HeaderValue::from_static(value),
        )
        .unwrap()
    }

    #[test]
    fn merges_into_the_callers_list_once() {
        let mut headers = HeaderMap::new();
        headers.append("anthropic-beta", HeaderValue::from_static("a,b"));
        headers.append("anthropic-beta", HeaderValue::from_static("c"));
        let ours = [beta("oauth-2025-04-20")];
        place(&ours, &mut headers);
        place(&ours, &mut headers);
        let all: Vec<_> = headers.get_all("anthropic-beta").iter().collect();
        assert_eq!(all, ["a, b, c, oauth-2025-04-20"]);
        remove(&ours, &mut headers);
        assert_eq!(headers["anthropic-beta"], "a, b, c");
    }

    #[test]
    fn a_longer_member_is_another_member() {
        let mut headers = HeaderMap::new();
        headers.insert(
            "anthropic-beta",
            HeaderValue::from_static("oauth-2025-04-20b"),
        );
        place(&[beta("oauth-2025-04-20")], &mut headers);
        assert_eq!(
            headers["anthropic-beta"],
            "oauth-2025-04-20b, oauth-2025-04-20"
        );
    }

    #[test]
    fn refuses_credential_headers() {
        let refused = Companion::set(http::header::AUTHORIZATION, HeaderValue::from_static("x"));
        assert!(refused.is_err());
        let refused = Companion::set(http::header::HOST, HeaderValue::from_static("x"));
        assert!(refused.is_err());
    }
}
