use super::errors::Provoked;
use super::usable::Sample;
use crate::conformance::broken::Broken;
use crate::conformance::lab::Lab;
use crate::conformance::promise::Promise;
use crate::leak_scan::LeakScan;

/// Looks at everything that the provider shows, before and after a call, and at its errors.
pub(in crate::conformance) fn check(
    lab: &Lab<'_>,
    failures: &[Provoked],
    sample: &Sample,
) -> Option<Broken> {
    let mut scan = scan(lab, failures);
    for secret in &sample.secrets {
        scan.secret(secret);
    }
    let Sample {
        provider,
        credential,
        ..
    } = sample;
    scan.debug("Debug of the provider after a call", provider)
        .debug("Debug of the credential", credential)
        .debug("the credential's companions", credential.companions());
    if let Some(subject) = credential.subject_of() {
        scan.text("the credential's subject", subject.as_str());
    }
    scan.display("the provider's name", &provider.name());
    judge(&scan)
}

/// The same for a provider that gives none.
pub(in crate::conformance) fn check_without_credential(
    lab: &Lab<'_>,
    failures: &[Provoked],
) -> Option<Broken> {
    judge(&scan(lab, failures))
}

fn scan(lab: &Lab<'_>, failures: &[Provoked]) -> LeakScan {
    let mut scan = LeakScan::new(&lab.conformance.secrets);
    for text in &lab.conformance.public {
        scan.allow(text);
    }
    scan.debug("Debug of the provider", &lab.make());
    for failure in failures {
        let name = &failure.name;
        scan.debug(
            format!("Debug of the provider after `{name}`"),
            &failure.provider,
        );
        if let Some(error) = failure.error() {
            scan.error(format!("the error of `{name}`"), error);
        }
    }
    scan
}

fn judge(scan: &LeakScan) -> Option<Broken> {
    let leaks: Vec<String> = scan.leaks().iter().map(ToString::to_string).collect();
    let is_clean = leaks.is_empty();
    (!is_clean).then(|| Broken::new(Promise::Redaction, leaks.join("; ")))
}
