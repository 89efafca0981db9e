//! Which names from a file may be shown, and which known name was probably meant.

use onecred_core::Shape;

/// A name as messages show it, or `instead` where it could be a pasted secret.
pub(crate) fn shown(name: &str, instead: &str) -> String {
    let name = name.trim_matches(['"', '\'']);
    if is_plain_name(name) && name.len() <= 40 && !is_dense(name) {
        format!("`{name}`")
    } else {
        instead.to_owned()
    }
}

/// Letters, digits, `_`, `-` and `.`, at most 64, and nothing that looks like a key.
pub(crate) fn is_plain_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    !name.is_empty()
        && name.len() <= 64
        && name.bytes().all(allowed)
        && !super::literal::is_secret_like(name)
}

/// A name that a shell accepts for a variable.
pub(crate) fn is_variable_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    !name.is_empty()
        && name.len() <= 255
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.bytes().all(allowed)
        && Shape::of(name).is_none()
}

/// People's names for things have few digits, and do not change case in the middle of a word again and
/// again; generated ones do.
fn is_dense(name: &str) -> bool {
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    let flips = name
        .as_bytes()
        .windows(2)
        .filter(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase())
        .count();
    digits > 8 || flips > 4 || (name.len() > 16 && digits + flips > 5)
}

/// The known name that was probably meant.
pub(crate) fn suggestion<'a>(
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    if name.len() > 40 {
        return None;
    }
    let lower = name.to_ascii_lowercase().replace('-', "_");
    known
        .into_iter()
        .map(|known| (strsim::damerau_levenshtein(&lower, known), known))
        .filter(|(distance, known)| *distance <= 1 + known.len() / 4)
        .min()
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_and_what_may_be_a_secret_is_not() {
        for name in [
            "claude",
            "team-2024-prod",
            "GATEWAY_KEY",
            "autth",
            "keyHeader",
        ] {
            assert_eq!(shown(name, "a key"), format!("`{name}`"));
        }
        let secrets = [
            "sk-ant-api03-aaaaaaaaaaaaaaaaaaaaaaaa",
            "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
            "AKIAIOSFODNN7EXAMPLE",
            "3f786850e387550fdab836ed7e6dc881",
            "with space",
            "\u{1b}[31m",
            "",
        ];
        for secret in secrets {
            assert_eq!(shown(secret, "a key"), "a key", "{secret:?}");
        }
    }

    #[test]
    fn near_names_are_suggested_and_far_ones_are_not() {
        let known = ["auth", "target", "key_header", "key_bearer"];
        for (typed, meant) in [
            ("autth", Some("auth")),
            ("Auth", Some("auth")),
            ("tagret", Some("target")),
            ("key-header", Some("key_header")),
            ("zebra", None),
            ("x", None),
        ] {
            assert_eq!(suggestion(typed, known), meant, "{typed}");
        }
    }
}
