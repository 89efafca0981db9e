use super::*;
use crate::wiped::probe;

const KEY: &str = "test-only-0123456789-0123456789-wxyz";

fn secret(text: &str) -> HeaderSecret {
    HeaderSecret::parse(text, TextFrom::Argument).unwrap()
}

#[test]
fn keeps_what_hygiene_kept() {
    let secret = HeaderSecret::parse("'test-only'\n", TextFrom::Environment).unwrap();
    assert_eq!(secret.expose(), "test-only");
    assert_eq!((secret.len(), secret.is_empty()), (9, false));
    assert_eq!(
        secret.notes(),
        [Note::TrimmedTrailingNewline, Note::RemovedQuotes]
    );
    assert_eq!(*secret.fingerprint(), Fingerprint::of(b"test-only"));
    assert_eq!(secret.shape(), None);
}

#[test]
fn a_shape_and_its_length_are_noted() {
    let cut = secret("sk-ant-api03-test-only");
    assert_eq!(cut.shape(), Some(Shape::AnthropicApiKey));
    assert!(matches!(
        cut.notes(),
        [Note::UnusualLength {
            length: 22,
            usual: 108,
            ..
        }]
    ));
    assert!(cut.notes().iter().all(Note::is_warning));
    let whole = secret(&format!("sk-ant-api03-{}", "x".repeat(95)));
    assert_eq!(whole.notes(), []);
}

#[test]
fn refuses_with_rule_and_position() {
    let error = HeaderSecret::parse(" a b", TextFrom::File).unwrap_err();
    assert_eq!(
        (error.rule(), error.position()),
        (Rule::InteriorWhitespace, Some(2))
    );
    let error = HeaderSecret::parse_bytes(b"ab\xff", TextFrom::File).unwrap_err();
    assert_eq!((error.rule(), error.position()), (Rule::NotUtf8, Some(2)));
    assert_eq!(
        HeaderSecret::parse_bytes(b"ab\n", TextFrom::File)
            .unwrap()
            .expose(),
        "ab"
    );
}

#[test]
fn header_values_are_sensitive_and_say_the_same() {
    let secret = secret(KEY);
    assert_eq!(secret.header_value().as_bytes(), KEY.as_bytes());
    assert!(secret.header_value().is_sensitive());
    let bearer = secret.prefixed("Bearer ").unwrap();
    assert_eq!(bearer.as_bytes(), format!("Bearer {KEY}").as_bytes());
    assert!(bearer.is_sensitive());
    assert_eq!(
        secret.prefixed("").unwrap().as_bytes().as_ptr(),
        secret.header_value().as_bytes().as_ptr()
    );
    assert!(secret.prefixed("").unwrap().is_sensitive());
}

#[test]
fn a_prefix_that_no_header_can_carry_is_an_error() {
    for prefix in ["Bearer\n", "\0", "Bearér ", "\t", "\u{7f}"] {
        let error = secret(KEY).prefixed(prefix).unwrap_err();
        assert_eq!(error.rule(), Rule::InvalidPrefix, "{prefix:?}");
    }
}

#[test]
fn all_share_one_buffer() {
    let secret = secret(KEY);
    let at = secret.expose().as_ptr();
    assert_eq!(secret.header_value().as_bytes().as_ptr(), at);
    assert_eq!(secret.clone().header_value().as_bytes().as_ptr(), at);
}

#[test]
fn wiped_when_the_last_holder_goes() {
    probe::take();
    let secret = secret(KEY);
    let value = secret.header_value();
    let bearer = secret.prefixed("Bearer ").unwrap();
    drop(secret);
    assert!(probe::take().is_empty(), "a header value still holds it");
    drop(value);
    assert_eq!(probe::take(), [vec![0; KEY.len()]]);
    drop(bearer);
    assert_eq!(probe::take(), [vec![0; KEY.len() + 7]]);
}

#[test]
fn debug_shows_the_fingerprint_only() {
    let secret = secret(KEY);
    let shown = format!("{secret:?}");
    assert_eq!(shown, format!("HeaderSecret({})", secret.fingerprint()));
    assert!(
        shown.starts_with("HeaderSecret(…wxyz#") && !shown.contains("test-only"),
        "{shown}"
    );
    assert!(!format!("{:?}", secret.header_value()).contains("wxyz"));
    assert_eq!(
        format!("{:?}", super::tests::secret("hunter2")),
        "HeaderSecret(…(short))"
    );
}

#[test]
fn equal_when_the_cleaned_secret_is() {
    assert_eq!(secret("abc"), secret(" abc\n"));
    assert_ne!(secret("abc"), secret("abd"));
}
