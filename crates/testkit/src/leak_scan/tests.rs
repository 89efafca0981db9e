use super::*;

const SECRET: &str = "test-only/Secret+0123456789=wxyz";

fn form(text: &str) -> Option<LeakForm> {
    scan_for_secrets(text, &[SECRET])
        .first()
        .map(|leak| leak.form)
}

#[test]
fn every_form_is_found() {
    let bytes = SECRET.as_bytes();
    let hex: String = bytes.iter().map(|b| format!("{b:02X}")).collect();
    let dashed: Vec<String> = bytes.iter().map(|b| format!("{b:02x}")).collect();
    for (text, expected) in [
        (format!("key={SECRET}&"), LeakForm::Plain),
        (
            "key=test-only%2FSecret%2B0123456789%3dwxyz".to_owned(),
            LeakForm::Percent,
        ),
        (
            "Basic dXNlcjp0ZXN0LW9ubHkvU2VjcmV0KzAxMjM0NTY3ODk9d3h5eg==".to_owned(),
            LeakForm::Base64,
        ),
        (hex, LeakForm::Hex),
        (dashed.join(":"), LeakForm::Hex),
        (format!("{bytes:?}"), LeakForm::Bytes),
        (format!("{:#?}", bytes.to_vec()), LeakForm::Bytes),
        ("test-onl…".to_owned(), LeakForm::Prefix),
        ("…789=wxyz".to_owned(), LeakForm::Suffix),
    ] {
        assert_eq!(form(&text), Some(expected), "{text}");
    }
}

#[test]
fn what_may_be_shown_is_no_leak() {
    let shown = onecred_core::Fingerprint::of(SECRET.as_bytes()).to_string();
    assert!(shown.contains("wxyz"));
    for text in [shown.as_str(), "…wxyz", "test-on", "9=wxyz", ""] {
        assert_eq!(form(text), None, "{text}");
    }
}

#[test]
fn a_secret_that_debug_escapes_is_found() {
    let secret = "quoted\"secret\\with\u{1b}controls";
    let text = format!("{:?}", Some(secret));
    assert!(!text.contains(secret));
    assert_eq!(scan_for_secrets(&text, &[secret])[0].form, LeakForm::Plain);
}

#[test]
fn a_public_prefix_can_be_allowed_and_the_rest_still_counts() {
    let secret = "sk-ant-api03-abcdefghijklmnopqrstuvwxyz";
    let mut scan = LeakScan::new([secret]);
    scan.text("help", "a key looks like sk-ant-api03-…");
    assert_eq!(scan.leaks()[0].form, LeakForm::Prefix);
    scan.allow("sk-ant-api03-");
    assert!(scan.leaks().is_empty());
    scan.text("log", "…stuvwxyz");
    assert_eq!(scan.leaks()[0].form, LeakForm::Suffix);
}

#[derive(Debug)]
struct Outer(Inner);

#[derive(Debug)]
#[expect(dead_code, reason = "Debug shows it")]
struct Inner(&'static str);

impl Display for Outer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("outer")
    }
}

impl Display for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("inner")
    }
}

impl Error for Outer {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

impl Error for Inner {}

#[test]
fn the_whole_chain_of_an_error_is_looked_at() {
    let error = Outer(Inner(SECRET));
    let mut scan = LeakScan::new([SECRET]);
    scan.error("the error", &error);
    let places: Vec<String> = scan.leaks().into_iter().map(|leak| leak.place).collect();
    assert_eq!(places, ["the error", "the error (source 1)"]);
}

#[test]
fn the_report_names_the_secret_without_showing_it() {
    let mut scan = LeakScan::new(["", "another-secret-entirely", SECRET]);
    scan.display("the log", &format!("oops {SECRET}"));
    let panic = std::panic::catch_unwind(|| scan.assert_clean()).unwrap_err();
    let message = panic.downcast_ref::<String>().unwrap();
    assert!(message.contains("secret 2 (…wxyz#"), "{message}");
    assert!(
        message.contains("the log") && message.contains("as it is"),
        "{message}"
    );
    assert!(scan_for_secrets(message, &[SECRET]).is_empty(), "{message}");
    assert!(scan_for_secrets(&format!("{scan:?}"), &[SECRET]).is_empty());
}

#[test]
fn short_secrets_are_looked_for_whole() {
    assert_eq!(
        scan_for_secrets("pin 4711", &["4711"])[0].form,
        LeakForm::Plain
    );
    assert!(scan_for_secrets("NDcxMQ", &["4711"]).is_empty());
}
