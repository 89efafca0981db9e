use std::sync::Arc;

use onecred_core::{CredentialProvider, ProviderErrorKind, Secret, Target};

use super::*;
use crate::toys::{BodySigner, KeyFile, ProofSigner};
use crate::{Answer, HttpDouble, HttpReply, ScriptedProvider};

#[test]
fn a_good_provider_passes_in_three_lines() {
    Conformance::new(good).check();
}

#[test]
fn it_passes_with_everything_declared() {
    Conformance::new(good)
        .secret("test-only-client-secret")
        .rotate(|| {})
        .fails("no answer", ProviderErrorKind::Unavailable, || {
            provider_fn("good", |_| async {
                let cause = std::io::Error::other("connection refused");
                Err(ProviderError::unavailable("no answer from the issuer").with_source(cause))
            })
        })
        .hangs("a silent issuer", || {
            provider_fn("good", |_| std::future::pending::<Provided>())
        })
        .needs_no_runtime()
        .check();
}

#[test]
fn the_scripted_provider_passes() {
    Conformance::new(|| ScriptedProvider::new().then(Answer::bearer().expires_in(HOUR)))
        .rotate(|| {})
        .needs_no_runtime()
        .check();
}

#[test]
fn the_key_file_passes() {
    let file = crate::toys::tests::TempFile::new("test-only-key-of-the-file-0001\n");
    let missing = file.0.with_extension("missing");
    let empty = crate::toys::tests::TempFile::new(" \n");
    Conformance::new(|| KeyFile::new(&file.0))
        .secret("test-only-key-of-the-file-0001")
        .rotate(|| file.write("test-only-key-of-the-file-0002\n"))
        .fails("no file", ProviderErrorKind::Misconfigured, || {
            KeyFile::new(&missing)
        })
        .fails("an empty file", ProviderErrorKind::Unavailable, || {
            KeyFile::new(&empty.0)
        })
        .needs_no_runtime()
        .check();
}

#[test]
fn providers_of_the_signers_pass() {
    const KEY: &str = "test-only-signing-key-0123456789abcdef";
    Conformance::new(|| {
        provider_fn("body signer", |_| async {
            Ok(Credential::signed(BodySigner::new(Secret::new(KEY))))
        })
    })
    .secret(KEY)
    .needs_no_runtime()
    .check();
    Conformance::new(|| {
        provider_fn("proof signer", |cx: ProvideContext| async move {
            let token = hourly(&cx);
            let secret = token.secret().cloned().unwrap();
            let signer = ProofSigner::new(secret, Secret::new(KEY));
            Ok(Credential::signed(signer).expires_at(cx.clock().now() + HOUR))
        })
    })
    .secret(KEY)
    .rotate(|| {})
    .check();
}

#[test]
fn one_that_retries_with_sleeps_passes_without_sleeping() {
    let patient = |works: bool| {
        provider_fn("patient", move |cx: ProvideContext| async move {
            cx.sleep(Duration::from_secs(5)).await;
            if works {
                return Ok(token());
            }
            cx.sleep(Duration::from_secs(10)).await;
            Err(ProviderError::unavailable("no answer after 3 attempts"))
        })
    };
    Conformance::new(move || patient(true))
        .fails(
            "an issuer that is down",
            ProviderErrorKind::Unavailable,
            move || patient(false),
        )
        .needs_no_runtime()
        .check();
}

#[test]
fn one_that_fetches_over_http_passes() {
    #[derive(Debug)]
    struct Issuer(Arc<HttpDouble>);

    #[async_trait::async_trait]
    impl CredentialProvider for Issuer {
        async fn provide(&self, cx: &ProvideContext) -> Provided {
            use onecred_core::{HttpSend, Route};
            let request = http::Request::post("https://login.example.com/token")
                .body("client_secret=test-only-client-secret".into())
                .map_err(|_| ProviderError::misconfigured("the URL cannot be used"))?;
            let answer = self.0.send(Route::Issuer, request).await;
            let answer = answer.map_err(|error| {
                ProviderError::unavailable("no answer from the issuer").with_source(error)
            })?;
            let token = HeaderSecret::parse_bytes(answer.body(), TextFrom::Provider)?;
            Ok(Credential::bearer(token).expires_at(cx.clock().now() + HOUR))
        }
    }

    let version = Arc::new(AtomicUsize::new(1));
    let issued = Arc::clone(&version);
    let http = Arc::new(HttpDouble::from_fn(move |_| {
        let number = issued.load(Ordering::SeqCst);
        HttpReply::json(format!("test-only-token-from-the-issuer-{number}"))
    }));
    let down = Arc::new(HttpDouble::new());
    Conformance::new(|| Issuer(Arc::clone(&http)))
        .secret("test-only-client-secret")
        .rotate(|| {
            version.fetch_add(1, Ordering::SeqCst);
        })
        .fails("no connection", ProviderErrorKind::Unavailable, || {
            Issuer(Arc::clone(&down))
        })
        .needs_no_runtime()
        .check();
    assert!(http.requests().len() > 10 && http.refused().is_empty());
}

#[test]
fn a_target_can_be_given_for_a_signer_that_wants_one() {
    let region = Target::builder("regional")
        .base_url("https://regional.example/v1")
        .and_then(|target| target.region("eu-north-1").build())
        .unwrap();
    Conformance::new(good).target(region).check();
}

#[test]
fn an_absolute_expiry_can_be_declared() {
    let system = onecred_core::SystemClock::new();
    let end = system.now() + HOUR;
    let fixed = move || provider_fn("fixed", move |_| async move { Ok(token().expires_at(end)) });
    breaks_only(&Conformance::new(fixed), Promise::ExpiryByClock);
    Conformance::new(fixed).absolute_expiry().check();
}
