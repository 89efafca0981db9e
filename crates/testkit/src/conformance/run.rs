//! The order of the trials, and what of them still makes sense when one has failed.

use onecred_core::Reason;

use super::Conformance;
use super::broken::Broken;
use super::checks::{
    cancellation, errors, expiry, forced, name, no_panic, no_runtime, redaction, runtime_lost,
    single_flight, usable, yields,
};
use super::contexts::context;
use super::lab::Lab;
use super::promise::Promise;

pub(super) fn run(conformance: &Conformance<'_>) -> Vec<Broken> {
    let lab = Lab::new(conformance);
    let mut found: Vec<Broken> = Vec::new();
    found.extend(name::check(&lab));
    let failures = errors::provoke(&lab);
    found.extend(errors::check(&failures));
    found.extend(yields::check(&lab));
    match usable::check(&lab) {
        Ok(sample) => {
            found.extend(redaction::check(&lab, &failures, &sample));
            found.extend(working(&lab, &sample));
        }
        // Whatever else is tried would fail for the same reason.
        Err(broken) => {
            found.push(broken);
            found.extend(redaction::check_without_credential(&lab, &failures));
        }
    }
    found.sort_by_key(|broken| Promise::ALL.iter().position(|one| *one == broken.promise));
    found
}

/// The trials of a provider that gives a credential.
fn working(lab: &Lab<'_>, sample: &usable::Sample) -> Vec<Broken> {
    let mut found = no_panic::check(lab, sample);
    let by_clock = expiry::check_clock(lab, sample);
    // With the wrong clock nothing can be said about the time after the expiry.
    if by_clock.is_none() {
        found.extend(expiry::check_renewal(lab));
    }
    found.extend(by_clock);
    found.extend(forced::check(lab));
    found.extend(single_flight::check(lab));
    let cancelled = cancellation::check(lab);
    found.extend(runtime_lost::check(lab, cancelled.is_none()));
    found.extend(cancelled);
    if lab.conformance.needs_no_runtime {
        found.extend(no_runtime::check(lab));
    }
    found
}

/// The context of a first call.
pub(super) fn first(clock: &crate::ManualClock) -> onecred_core::ProvideContext {
    context(Reason::FirstUse, clock)
}
