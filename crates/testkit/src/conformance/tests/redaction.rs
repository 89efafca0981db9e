use onecred_core::ProviderErrorKind;

use super::*;
use crate::leak_scan::scan_for_secrets;

const SECRET: &str = "planted-client-secret-0123456789-xyzw";

#[derive(Debug)]
struct Derived {
    #[expect(dead_code, reason = "Debug shows it")]
    client_secret: String,
}

#[async_trait::async_trait]
impl CredentialProvider for Derived {
    async fn provide(&self, cx: &ProvideContext) -> Provided {
        Ok(hourly(cx))
    }
}

fn derived() -> Derived {
    Derived {
        client_secret: SECRET.to_owned(),
    }
}

#[test]
fn redaction_of_the_provider() {
    let conformance = Conformance::new(derived).secret(SECRET);
    let report = breaks_only(&conformance, Promise::Redaction);
    assert!(
        report.contains("Debug of the provider as it is"),
        "{report}"
    );
    assert!(scan_for_secrets(&report, &[SECRET]).is_empty(), "{report}");
    // A secret that nobody named cannot be found.
    Conformance::new(derived).check();
}

#[test]
fn redaction_of_a_provider_that_gives_nothing() {
    let fails = || provider_fn(SECRET, |_| async { Err(ProviderError::denied("no")) });
    let found = Conformance::new(fails).secret(SECRET).run();
    let promises: Vec<Promise> = found.iter().map(|broken| broken.promise).collect();
    assert_eq!(promises, [Promise::Usable, Promise::Redaction]);
}

/// Keeps what it fetched, and shows it.
#[derive(Debug, Default)]
struct Keeps(std::sync::Mutex<String>);

#[async_trait::async_trait]
impl CredentialProvider for Keeps {
    async fn provide(&self, cx: &ProvideContext) -> Provided {
        let given = hourly(cx);
        let text = given.secret().map(HeaderSecret::expose).unwrap_or_default();
        *crate::sync::lock(&self.0) = text.to_owned();
        Ok(given)
    }
}

#[test]
fn redaction_of_the_credential_that_was_given() {
    let report = breaks_only(&Conformance::new(Keeps::default), Promise::Redaction);
    assert!(report.contains("after a call"), "{report}");
}

#[test]
fn redaction_of_the_subject() {
    let provider = || {
        provider_fn("subject", |_| async {
            let given = token();
            let text = given.secret().map(|secret| secret.expose().to_owned());
            Ok(given.subject(text.unwrap_or_default()))
        })
    };
    let report = breaks_only(&Conformance::new(provider), Promise::Redaction);
    assert!(report.contains("the credential's subject"), "{report}");
}

#[test]
fn redaction_of_the_whole_error_chain() {
    let refused = || {
        provider_fn("refused", |_| async {
            let body = format!(r#"{{"error":"invalid_client","sent":"{SECRET}"}}"#);
            let cause = std::io::Error::other(body);
            Err(ProviderError::denied("the issuer refuses").with_source(cause))
        })
    };
    let conformance = Conformance::new(good).secret(SECRET).fails(
        "a wrong secret",
        ProviderErrorKind::Denied,
        refused,
    );
    let report = breaks_only(&conformance, Promise::Redaction);
    assert!(
        report.contains("the error of `a wrong secret` (source 1)"),
        "{report}"
    );
}

#[test]
fn a_public_prefix_is_no_leak() {
    let provider = || {
        provider_fn("key of the form sk-public-", |_| async {
            let key = HeaderSecret::parse(
                "sk-public-0123456789abcdefghijklmnopqrs",
                TextFrom::Provider,
            )?;
            Ok(Credential::api_key(key))
        })
    };
    breaks_only(&Conformance::new(provider), Promise::Redaction);
    Conformance::new(provider)
        .public_prefix("sk-public-")
        .check();
}
