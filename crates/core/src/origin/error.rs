//! Why a text is no origin.

use std::error::Error;
use std::fmt;

use crate::hygiene::Shape;
use crate::untrusted::Untrusted;

/// The rule that a text broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OriginRule {
    /// No `scheme://` in front.
    NotAbsolute,
    /// A scheme other than `https` and `http`.
    Scheme,
    /// `http` to another machine, where a credential could be read on the way.
    PlainHttp,
    /// A user or password before the host.
    UserInfo,
    /// No host.
    EmptyHost,
    /// A dot at the end of the host: another name to TLS and to the check of a target.
    TrailingDot,
    /// Characters or labels that no host has.
    Host,
    /// A percent sign in the host (an escape, or an IPv6 zone).
    PercentSign,
    /// A number for a host that is not a canonical IPv4 address, such as `127.1`.
    Ipv4,
    /// A broken IPv6 address, or an IPv4 address written as one.
    Ipv6,
    /// A port that is empty, 0, above 65535 or written unusually.
    Port,
    /// A path where only an origin belongs.
    Path,
    /// A query where only an origin belongs.
    Query,
    /// A fragment, which is never sent.
    Fragment,
    /// White space, which some parsers drop.
    Whitespace,
    /// A control character.
    ControlCharacter,
    /// A backslash, which some parsers read as a slash.
    Backslash,
    /// A character outside ASCII: in a host perhaps a lookalike.
    NonAscii,
    /// Not a URL for another reason.
    Malformed,
}

impl OriginRule {
    /// A stable name for machines, such as `trailing-dot`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotAbsolute => "not-absolute",
            Self::Scheme => "scheme",
            Self::PlainHttp => "plain-http",
            Self::UserInfo => "user-info",
            Self::EmptyHost => "empty-host",
            Self::TrailingDot => "trailing-dot",
            Self::Host => "host",
            Self::PercentSign => "percent-sign",
            Self::Ipv4 => "ipv4",
            Self::Ipv6 => "ipv6",
            Self::Port => "port",
            Self::Path => "path",
            Self::Query => "query",
            Self::Fragment => "fragment",
            Self::Whitespace => "whitespace",
            Self::ControlCharacter => "control-character",
            Self::Backslash => "backslash",
            Self::NonAscii => "non-ascii",
            Self::Malformed => "malformed",
        }
    }

    const fn says(self) -> &'static str {
        match self {
            Self::NotAbsolute => "is not an absolute URL; write https://host",
            Self::Scheme => "has a scheme other than https; credentials go to https only",
            Self::PlainHttp => {
                "is plain http; credentials go to https, or to http on localhost, 127.0.0.0/8 or [::1]"
            }
            Self::UserInfo => {
                "has a user or password before the host; remove everything up to the @"
            }
            Self::EmptyHost => "has no host; write https://host",
            Self::TrailingDot => "has a host with a trailing dot; remove the dot",
            Self::Host => "has a host that is not a valid name; correct it",
            Self::PercentSign => {
                "has a percent sign in its host; write the host without escapes or zone"
            }
            Self::Ipv4 => "has a number for a host; write an IPv4 address as four decimal numbers",
            Self::Ipv6 => {
                "has an invalid IPv6 host; write [address], and an IPv4 address without brackets"
            }
            Self::Port => {
                "has an invalid port; write a number from 1 to 65535 or leave the colon out"
            }
            Self::Path => "has a path; an origin is scheme, host and port only",
            Self::Query => "has a query; an origin is scheme, host and port only",
            Self::Fragment => "has a fragment; remove everything from the #",
            Self::Whitespace => "contains white space; remove it",
            Self::ControlCharacter => "contains a control character; remove it",
            Self::Backslash => "contains a backslash; write URLs with /",
            Self::NonAscii => {
                "contains a non-ASCII character; write international hosts as xn--, paths with escapes"
            }
            Self::Malformed => "is not a valid URL; correct it",
        }
    }
}

/// A text that is no origin to which a credential may go. The configuration (or the request) has to be corrected.
///
/// Displayed as one sentence without a subject, to stand behind the name of the setting. Of the text only scheme and
/// host are shown, and nothing unless it begins like a URL: a password, a path or a pasted key never appears.
#[derive(Clone, PartialEq, Eq)]
pub struct InvalidOrigin {
    rule: OriginRule,
    /// Free of secrets, but still text from outside.
    shown: Option<Box<str>>,
}

impl InvalidOrigin {
    pub(super) fn new(rule: OriginRule, text: &str) -> Self {
        Self {
            rule,
            shown: shown(text).map(String::into_boxed_str),
        }
    }

    /// The broken rule.
    #[must_use]
    pub const fn rule(&self) -> OriginRule {
        self.rule
    }
}

/// What may be shown of `text`: its scheme and authority without the user, if it has them.
fn shown(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://")?;
    if !["https", "http"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known))
    {
        return None;
    }
    // The last `@` of all, whatever stands before it: an unescaped password may contain `/`, `?` and `#`.
    let (user, rest) = match rest.rsplit_once('@') {
        Some((_, rest)) => ("…@", rest),
        None => ("", rest),
    };
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let tail = if authority.len() < rest.len() {
        "…"
    } else {
        ""
    };
    if Shape::of(authority).is_some() {
        return None;
    }
    // `user:password` whose `@` got lost reads as a host and a port.
    let place = match authority.split_once(':') {
        Some((host, port))
            if !host.starts_with('[') && port.contains(|c: char| !c.is_ascii_digit()) =>
        {
            format!("{host}:…")
        }
        _ => authority.to_owned(),
    };
    Some(format!("{scheme}://{user}{place}{tail}"))
}

impl fmt::Display for InvalidOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.rule.says())?;
        match &self.shown {
            Some(shown) => write!(f, " (in {:?})", Untrusted::new(shown)),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for InvalidOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InvalidOrigin")
            .field("rule", &self.rule)
            .field("shown", &self.shown.as_deref().map(Untrusted::new))
            .finish()
    }
}

impl Error for InvalidOrigin {}
