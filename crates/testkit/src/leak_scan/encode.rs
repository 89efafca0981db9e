//! The encodings in which a secret may hide. Small on purpose: a test kit adds no dependencies to those
//! who use it.

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Standard Base64 without padding.
fn base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let at = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let word = (at(0) << 16) | (at(1) << 8) | at(2);
        for digit in 0..=chunk.len() {
            let index = (word >> (18 - 6 * digit)) & 63;
            let symbol = usize::try_from(index).ok().and_then(|i| STANDARD.get(i));
            text.extend(symbol.map(|&byte| char::from(byte)));
        }
    }
    text
}

/// What every Base64 text that contains `bytes` contains, for each of the three ways in which they can lie
/// in it.
pub(super) fn base64_inside(bytes: &[u8]) -> impl Iterator<Item = String> + '_ {
    (0..3_usize).map(move |before| {
        let mut padded = vec![0; before];
        padded.extend_from_slice(bytes);
        let text = base64(&padded);
        // Digits that hold bits of a neighbour as well are cut off.
        let first = (before * 8).div_ceil(6);
        let last = padded.len() * 8 / 6;
        text.get(first..last).unwrap_or_default().to_owned()
    })
}

/// To the URL-safe alphabet.
pub(super) fn url_safe(base64: &str) -> String {
    base64.replace('+', "-").replace('/', "_")
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `112,108,97,…`, as the `Debug` of a byte vector shows it once the blanks are gone.
pub(super) fn decimal_list(bytes: &[u8]) -> String {
    let numbers: Vec<String> = bytes.iter().map(u8::to_string).collect();
    numbers.join(",")
}

/// Undoes percent encoding; what is not of that form stays.
pub(super) fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let coded = (byte == b'%')
            .then(|| bytes.get(at + 1..at + 3))
            .flatten()
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match coded {
            Some(coded) => {
                out.push(coded);
                at += 3;
            }
            None => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_as_in_rfc_4648() {
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg"),
            ("fo", "Zm8"),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg"),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
        assert_eq!(url_safe(&base64(&[0xfb, 0xff])), "-_8");
    }

    #[test]
    fn found_wherever_it_lies() {
        let secret = b"correct-horse-battery";
        for before in 0..7 {
            for after in 0..4 {
                let whole = [&vec![b'u'; before][..], secret, &vec![b'z'; after][..]].concat();
                let text = base64(&whole);
                assert!(
                    base64_inside(secret).any(|inside| text.contains(&inside)),
                    "{before} {after}"
                );
            }
        }
    }

    #[test]
    fn percent_is_undone() {
        assert_eq!(percent_decoded("a%2Fb%2fc%zz%4"), "a/b/c%zz%4");
        assert_eq!(hex(b"\x00az"), "00617a");
        assert_eq!(decimal_list(b"ab"), "97,98");
    }
}
