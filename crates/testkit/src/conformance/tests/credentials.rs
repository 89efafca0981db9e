use super::*;

#[test]
fn usable_is_one_that_is_given_and_can_be_placed() {
    let fails = || {
        provider_fn("fails", |_| async {
            Err(ProviderError::denied("log in again"))
        })
    };
    let report = breaks_only(&Conformance::new(fails), Promise::Usable);
    assert!(report.contains("it failed: log in again"), "{report}");
    let unplaceable = || {
        provider_fn("unplaceable", |_| async {
            let secret = HeaderSecret::parse("test-only-secret", TextFrom::Provider)?;
            Ok(Credential::header(http::header::CONTENT_LENGTH, secret))
        })
    };
    let report = breaks_only(&Conformance::new(unplaceable), Promise::Usable);
    assert!(report.contains("content-length"), "{report}");
}

#[test]
fn not_expired_on_arrival() {
    let late = || {
        provider_fn("late", |cx: ProvideContext| async move {
            Ok(token().expires_at(cx.clock().now() - Duration::from_secs(7)))
        })
    };
    let report = breaks_only(&Conformance::new(late), Promise::NotExpired);
    assert!(report.contains("expired 7 s before"), "{report}");
}
