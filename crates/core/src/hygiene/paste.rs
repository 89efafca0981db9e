//! Things that are pasted where only the key belongs.

use super::Rule;

/// Header names in front of a key that was copied out of a request.
const HEADERS: [&str; 5] = [
    "authorization",
    "proxy-authorization",
    "x-api-key",
    "api-key",
    "x-goog-api-key",
];

/// The rule against how `text` begins, if it is more than a key.
pub(super) fn refused(text: &str) -> Option<Rule> {
    if is_header_line(text) {
        Some(Rule::HeaderLine)
    } else if is_assignment(text) {
        Some(Rule::Assignment)
    } else if has_scheme(text) {
        Some(Rule::AuthScheme)
    } else {
        None
    }
}

fn is_header_line(text: &str) -> bool {
    text.split_once(':').is_some_and(|(name, _)| {
        let name = name.trim_ascii_end();
        HEADERS
            .iter()
            .any(|header| name.eq_ignore_ascii_case(header))
    })
}

/// `NAME=value`, or with `export` (`set`, `$env:`) in front. Base64 may end in `=`, so a bare `NAME` needs something
/// else behind it; lower case is left alone, since keys such as `id=…` exist.
fn is_assignment(text: &str) -> bool {
    let keyword = ["export", "set"]
        .into_iter()
        .find_map(|word| text.strip_prefix(word)?.strip_prefix([' ', '\t']))
        .or_else(|| text.strip_prefix("$env:"));
    let line = keyword.unwrap_or(text).trim_ascii_start();
    let Some((name, value)) = line.split_once('=') else {
        return false;
    };
    let name = name.trim_ascii_end();
    let is_name = |upper: bool| {
        name.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic())
            && name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric())
            && !(upper && name.contains(|c: char| c.is_ascii_lowercase()))
    };
    match keyword {
        Some(_) => is_name(false),
        None => is_name(true) && value.contains(|c| c != '='),
    }
}

/// `Bearer …` or `Basic …`, and the word alone: what is left of `Bearer $UNSET`.
fn has_scheme(text: &str) -> bool {
    let word = text.split_ascii_whitespace().next().unwrap_or_default();
    ["bearer", "basic"]
        .into_iter()
        .any(|scheme| word.eq_ignore_ascii_case(scheme))
}
