use std::sync::Arc;
use std::time::Duration;

use onecred_core::{Credential, Fingerprint, Reason};

use super::usable::Sample;
use crate::conformance::broken::Broken;
use crate::conformance::calls::both;
use crate::conformance::contexts::context;
use crate::conformance::lab::{Lab, Ran};
use crate::conformance::promise::Promise;
use crate::conformance::run::first;

/// What a call gives is another promise; it gives something.
pub(in crate::conformance) fn check(lab: &Lab<'_>, sample: &Sample) -> Vec<Broken> {
    let mut found = Vec::new();
    let known = sample.credential.fingerprint().clone();
    for (reason, rejected, what) in [
        (Reason::RefreshAhead, None, "asked ahead of the expiry"),
        (Reason::Expired, None, "asked after the expiry"),
        (Reason::Rejected, Some(known), "told of a rejection"),
        (
            Reason::Rejected,
            Some(Fingerprint::of(
                b"a credential that the provider never gave",
            )),
            "told of the rejection of an unknown credential",
        ),
    ] {
        let (provider, clock) = (lab.make(), lab.clock());
        let mut cx = context(reason, &clock);
        if let Some(rejected) = rejected {
            cx = cx.with_rejected(rejected);
        }
        found.extend(judge(lab.call(&provider, cx, &clock), what));
    }
    found.extend(after_the_deadline(lab));
    found.extend(twice_at_once(lab));
    first_of_each(found)
}

fn after_the_deadline(lab: &Lab<'_>) -> Option<Broken> {
    let (provider, clock) = (lab.make(), lab.clock());
    let cx = first(&clock);
    clock.advance(cx.remaining() + Duration::from_secs(1));
    judge(lab.call(&provider, cx, &clock), "called after its deadline")
}

fn twice_at_once(lab: &Lab<'_>) -> Option<Broken> {
    let (provider, clock) = (lab.make(), lab.clock());
    let (cx, other) = (first(&clock), Arc::clone(&provider));
    let ran = lab.run(&clock, move || async move {
        let (one, two) = both(provider.provide(&cx), other.provide(&cx)).await;
        one.and(two)
    });
    judge(ran, "called twice at once")
}

fn judge<E>(ran: Ran<Result<Credential, E>>, what: &str) -> Option<Broken> {
    match ran {
        Ran::Done(_) => None,
        Ran::Panicked => Some(Broken::new(
            Promise::NoPanic,
            format!("it panicked when {what}"),
        )),
        Ran::Hung => Some(Broken::new(
            Promise::Answers,
            format!("it did not end when {what}"),
        )),
    }
}

/// One defect shows in many calls.
fn first_of_each(found: Vec<Broken>) -> Vec<Broken> {
    let mut kept: Vec<Broken> = Vec::new();
    for broken in found {
        if kept.iter().all(|other| other.promise != broken.promise) {
            kept.push(broken);
        }
    }
    kept
}
