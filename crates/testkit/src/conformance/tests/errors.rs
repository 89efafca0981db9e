use onecred_core::ProviderErrorKind;

use super::*;

fn denied() -> impl CredentialProvider {
    provider_fn("denied", |_| async {
        Err(ProviderError::denied("log in again"))
    })
}

#[test]
fn error_kinds_are_those_declared() {
    let wrong = Conformance::new(good).fails("no network", ProviderErrorKind::Unavailable, denied);
    let report = breaks_only(&wrong, Promise::ErrorKinds);
    assert!(
        report.contains("`no network` gives Denied where Unavailable was declared"),
        "{report}"
    );
    let gives = Conformance::new(good).fails("no network", ProviderErrorKind::Unavailable, good);
    breaks_only(&gives, Promise::ErrorKinds);
}

#[test]
fn a_failing_state_that_panics_or_hangs_is_said_so() {
    let panics = || provider_fn("panics", |_| async { panic!("on purpose") });
    let conformance = Conformance::new(good).fails("broken", ProviderErrorKind::Denied, panics);
    breaks_only(&conformance, Promise::NoPanic);
    let hangs = || provider_fn("hangs", |_| std::future::pending::<Provided>());
    let conformance = Conformance::new(good).patience(SHORT).fails(
        "silent",
        ProviderErrorKind::Unavailable,
        hangs,
    );
    breaks_only(&conformance, Promise::Answers);
}

#[test]
fn one_fact_without_the_text_of_the_source() {
    let doubled = || {
        provider_fn("doubled", |_| async {
            let cause = std::io::Error::other("connection refused");
            let message = format!("no answer: {cause}");
            Err(ProviderError::unavailable(message).with_source(cause))
        })
    };
    let conformance =
        Conformance::new(good).fails("no network", ProviderErrorKind::Unavailable, doubled);
    let report = breaks_only(&conformance, Promise::OneFact);
    assert!(report.contains("`no network`"), "{report}");
}
