//! What a failing helper said, fit for an error.

use onecred_core::{Secret, Shape, Untrusted};

const SHORT: usize = 16;
const LONG: usize = 32;
const HIDDEN: &str = "[hidden]";

/// The first line that is not blank, without words that are in the output or look like a secret.
pub(super) fn first_line(stderr: &Secret, stdout: &Secret) -> Option<String> {
    let text = String::from_utf8_lossy(stderr.expose());
    let line = text.lines().find(|line| !line.trim().is_empty())?;
    let printed = String::from_utf8_lossy(stdout.expose());
    let line = Untrusted::sanitize(&hide(line, &printed));
    Some(line.trim().to_owned()).filter(|line| !line.is_empty())
}

pub(super) fn wants_a_terminal(line: &str) -> bool {
    let line = line.to_ascii_lowercase();
    [
        "tty",
        "terminal",
        "stdin",
        "standard input",
        "interactive",
        "prompt",
        "ioctl",
    ]
    .iter()
    .any(|word| line.contains(word))
}

fn hide(line: &str, printed: &str) -> String {
    let mut shown = String::with_capacity(line.len());
    let mut rest = line;
    while !rest.is_empty() {
        let word = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(word);
        shown.push_str(if is_secret(piece, printed) {
            HIDDEN
        } else {
            piece
        });
        let between = after.find(is_part).unwrap_or(after.len());
        let (other, next) = after.split_at(between);
        shown.push_str(other);
        rest = next;
    }
    shown
}

/// What keys and tokens are made of.
fn is_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '~' | '+' | '/')
}

fn is_secret(piece: &str, printed: &str) -> bool {
    let has = |f: fn(&u8) -> bool| piece.as_bytes().iter().any(f);
    let is_mixed = has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
    let is_path = piece.starts_with('/') && piece.split('/').skip(2).count() > 0;
    let short_parts = piece.split('/').all(|part| part.len() < SHORT + 8);
    Shape::of(piece).is_some()
        || (piece.len() >= 8 && printed.contains(piece))
        || (!(is_path && short_parts)
            && (piece.len() >= LONG || (piece.len() >= SHORT && is_mixed)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(stderr: &str, stdout: &str) -> Option<String> {
        first_line(&Secret::new(stderr), &Secret::new(stdout))
    }

    #[test]
    fn says_what_happened_and_hides_what_looks_like_a_secret() {
        for (stderr, expected) in [
            ("", None),
            ("\n  \n", None),
            (
                "\u{1b}[31mlogin expired\u{1b}[0m\nmore\n",
                Some("login expired"),
            ),
            ("no such profile: work", Some("no such profile: work")),
            ("bad token=sk-ant-api03-abc", Some("bad token=[hidden]")),
            (
                "token 'test-only-0123456789abcdef'",
                Some("token '[hidden]'"),
            ),
            ("hunter2hunter2 refused", Some("[hidden] refused")),
            (
                "/usr/lib/python3/token.py: oops",
                Some("/usr/lib/python3/token.py: oops"),
            ),
        ] {
            assert_eq!(
                shown(stderr, "hunter2hunter2\n").as_deref(),
                expected,
                "{stderr}"
            );
        }
    }
}
