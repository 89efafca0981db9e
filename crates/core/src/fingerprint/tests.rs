use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use super::*;

const LONG: &str = "test-only-abcdefghijklmnopqrstwxyz";

#[test]
fn shows_the_end_and_eight_digits_of_a_separated_digest() {
    // printf 'onecred.fingerprint.v1\0test-only-abcdefghijklmnopqrstwxyz' | sha256sum
    let print = Fingerprint::of(LONG.as_bytes());
    assert_eq!(print.to_string(), "…wxyz#ba26d41e");
    assert_eq!(format!("{print:?}"), "Fingerprint(…wxyz#ba26d41e)");
    assert!(!print.is_short());
}

#[test]
fn the_border_is_at_32_characters() {
    let at = "x".repeat(32);
    let below = "x".repeat(31);
    assert!(!Fingerprint::of(at.as_bytes()).is_short());
    assert!(Fingerprint::of(below.as_bytes()).is_short());
    // 31 characters in 62 bytes.
    assert!(Fingerprint::of("é".repeat(31).as_bytes()).is_short());
}

#[test]
fn nothing_of_a_short_secret_is_shown() {
    for short in ["", "a", "hunter2", "0123456789012345678901234567890"] {
        let print = Fingerprint::of(short.as_bytes());
        assert_eq!(print.to_string(), "…(short)");
        assert_eq!(format!("{print:?}"), "Fingerprint(…(short))");
    }
}

#[test]
fn equality_and_hash_are_those_of_the_whole_secret() {
    let one = Fingerprint::of(b"short-1");
    let two = Fingerprint::of(b"short-2");
    assert_eq!(one.to_string(), two.to_string());
    assert_ne!(one, two);
    assert_eq!(one, Fingerprint::of(b"short-1"));
    assert_eq!(one, one.clone());
    let set = HashSet::from([one.clone(), two, one]);
    assert_eq!(set.len(), 2);
    let hash = |secret: &[u8]| {
        BuildHasherDefault::<DefaultHasher>::default().hash_one(Fingerprint::of(secret))
    };
    assert_ne!(hash(b"short-1"), hash(b"short-2"));
}

#[test]
fn digests_that_differ_in_one_bit_are_different() {
    let one = Fingerprint::of(LONG.as_bytes());
    for bit in 0..256 {
        let mut other = one.clone();
        other.digest[bit / 8] ^= 1 << (bit % 8);
        assert_ne!(one, other, "bit {bit}");
    }
}

#[test]
fn the_end_is_visible_ascii_whatever_the_secret_is() {
    let stem = "x".repeat(40);
    for (end, shown) in [
        ("aé\u{1b}z", "…a??z#"),
        ("ab\r\n", "…ab??#"),
        ("\u{202e}abc", "…?abc#"),
        ("a b\u{7f}", "…a?b?#"),
        ("日本語字", "…????#"),
    ] {
        let print = Fingerprint::of(format!("{stem}{end}").as_bytes());
        assert!(print.to_string().starts_with(shown), "{print} for {end:?}");
    }
}

#[test]
fn bytes_that_are_not_text_have_one_too() {
    let mut key = vec![0xff; 40];
    key.extend(b"ab\xfe\x00");
    let print = Fingerprint::of(&key);
    assert!(print.to_string().starts_with("…ab??#"), "{print}");
    assert!(Fingerprint::of(&[0xff; 31]).is_short());
}
