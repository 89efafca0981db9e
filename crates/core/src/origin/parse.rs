//! Reading origins, strictly.
//!
//! Our own reading and that of `http::Uri` must agree on where a URL leads: what only one of them takes is refused.

use std::net::{Ipv4Addr, Ipv6Addr};

use http::Uri;
use http::uri::Scheme;

use super::{Origin, OriginRule};

/// What may stand behind the authority.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Tail {
    SlashOnly,
    PathAndQuery,
}

pub(super) fn url(text: &str, allowed: Tail) -> Result<Origin, OriginRule> {
    characters(text)?;
    let (before, rest) = text.split_once("://").ok_or(OriginRule::NotAbsolute)?;
    let scheme = scheme(before)?;
    let (authority, tail) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let origin = origin(scheme, authority)?;

    if tail.contains('#') {
        return Err(OriginRule::Fragment);
    }
    if allowed == Tail::SlashOnly {
        let path = tail.split('?').next().unwrap_or_default();
        if !matches!(path, "" | "/") {
            return Err(OriginRule::Path);
        }
        if tail.contains('?') {
            return Err(OriginRule::Query);
        }
    }
    match text.parse::<Uri>() {
        Ok(uri) if origin.matches(&uri) => Ok(origin),
        _ => Err(OriginRule::Malformed),
    }
}

/// Characters that no URL may contain, but which other parsers drop, turn into `/` or map to ASCII.
fn characters(text: &str) -> Result<(), OriginRule> {
    for c in text.chars() {
        match c {
            '\\' => return Err(OriginRule::Backslash),
            c if !c.is_ascii() => return Err(OriginRule::NonAscii),
            c if c.is_ascii_whitespace() => return Err(OriginRule::Whitespace),
            c if c.is_ascii_control() => return Err(OriginRule::ControlCharacter),
            _ => {}
        }
    }
    Ok(())
}

pub(super) fn scheme(text: &str) -> Result<Scheme, OriginRule> {
    [Scheme::HTTPS, Scheme::HTTP]
        .into_iter()
        .find(|scheme| text.eq_ignore_ascii_case(scheme.as_str()))
        .ok_or(OriginRule::Scheme)
}

pub(super) fn origin(scheme: Scheme, authority: &str) -> Result<Origin, OriginRule> {
    let (host, port) = host_and_port(authority)?;
    let host = canonical_host(host)?;
    if scheme == Scheme::HTTP && !is_loopback(&host) {
        return Err(OriginRule::PlainHttp);
    }
    let port = port.unwrap_or(super::default_port(&scheme));
    Ok(Origin::new(scheme, host, port))
}

/// Splits an authority. An IPv6 host keeps its brackets.
pub(super) fn host_and_port(authority: &str) -> Result<(&str, Option<u16>), OriginRule> {
    if authority.contains('@') {
        return Err(OriginRule::UserInfo);
    }
    let host_len = if authority.starts_with('[') {
        authority.find(']').ok_or(OriginRule::Ipv6)? + 1
    } else {
        authority.find(':').unwrap_or(authority.len())
    };
    match authority.split_at(host_len) {
        (host, "") => Ok((host, None)),
        (host, port) => match port.strip_prefix(':') {
            Some(digits) => Ok((host, Some(self::port(digits)?))),
            None => Err(OriginRule::Ipv6),
        },
    }
}

fn port(digits: &str) -> Result<u16, OriginRule> {
    // `parse` alone would take "+443" and "0443".
    if !digits.starts_with(|c| matches!(c, '1'..='9')) {
        return Err(OriginRule::Port);
    }
    digits.parse().map_err(|_| OriginRule::Port)
}

fn canonical_host(host: &str) -> Result<Box<str>, OriginRule> {
    if host.contains('%') {
        return Err(OriginRule::PercentSign);
    }
    if let Some(address) = ipv6(host) {
        let address = address?;
        // Another spelling of an IPv4 address.
        if address.to_ipv4_mapped().is_some() {
            return Err(OriginRule::Ipv6);
        }
        return Ok(format!("[{address}]").into_boxed_str());
    }
    if host.is_empty() {
        return Err(OriginRule::EmptyHost);
    }
    if host.ends_with('.') {
        return Err(OriginRule::TrailingDot);
    }
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    if host.len() > 253 || !host.split('.').all(is_label) {
        return Err(OriginRule::Host);
    }
    if ends_in_number(host) && host.parse::<Ipv4Addr>().is_err() {
        return Err(OriginRule::Ipv4);
    }
    Ok(host.to_ascii_lowercase().into_boxed_str())
}

/// Whether browsers and libc would read `host` as an IPv4 address in one of its old spellings (`127.1`,
/// `0x7f.0.0.1`, `2130706433`).
fn ends_in_number(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default();
    let is_hex = last
        .strip_prefix('0')
        .and_then(|rest| rest.strip_prefix(['x', 'X']))
        .is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
    is_hex || last.bytes().all(|b| b.is_ascii_digit())
}

/// The address in brackets, or `None` for a host without.
fn ipv6(host: &str) -> Option<Result<Ipv6Addr, OriginRule>> {
    let inner = host.strip_prefix('[')?;
    let address = inner
        .strip_suffix(']')
        .and_then(|address| address.parse().ok());
    Some(address.ok_or(OriginRule::Ipv6))
}

pub(super) fn is_loopback(host: &str) -> bool {
    match ipv6(host) {
        Some(address) => address.is_ok_and(|address| address == Ipv6Addr::LOCALHOST),
        None => {
            host.eq_ignore_ascii_case("localhost")
                || host
                    .parse()
                    .is_ok_and(|address: Ipv4Addr| address.is_loopback())
        }
    }
}

/// Whether `host`, in any spelling, is the canonical one.
pub(super) fn same_host(host: &str, canonical: &str) -> bool {
    if host.eq_ignore_ascii_case(canonical) {
        return true;
    }
    match (ipv6(host), ipv6(canonical)) {
        (Some(Ok(host)), Some(Ok(canonical))) => host == canonical,
        _ => false,
    }
}
