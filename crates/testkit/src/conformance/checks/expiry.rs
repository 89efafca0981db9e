use std::time::Duration;

use onecred_core::{Clock, Reason};

use super::usable::Sample;
use crate::conformance::broken::Broken;
use crate::conformance::contexts::context;
use crate::conformance::lab::Lab;
use crate::conformance::promise::Promise;
use crate::conformance::run::first;
use crate::conformance::session::Session;

const TEN_YEARS: Duration = Duration::from_secs(10 * 365 * 86_400);
/// Issuers round, and two tokens are not equally long-lived to the second.
const TOLERANCE: Duration = Duration::from_secs(600);

/// On a clock that is ten years ahead, a credential ends ten years later.
pub(in crate::conformance) fn check_clock(lab: &Lab<'_>, sample: &Sample) -> Option<Broken> {
    let expiry = sample.credential.expiry()?;
    if lab.conformance.absolute_expiry {
        return None;
    }
    let life = expiry
        .duration_since(sample.clock.now())
        .unwrap_or_default();
    let (provider, clock) = (lab.make(), lab.clock());
    clock.advance(TEN_YEARS);
    let broken = |seen: String| Some(Broken::new(Promise::ExpiryByClock, seen));
    let later = match lab.obtain(&provider, first(&clock), &clock) {
        Ok(credential) => credential.expiry(),
        Err(seen) => return broken(format!("with a clock ten years ahead {seen}")),
    };
    let Some(later) = later else {
        return broken("with a clock ten years ahead there is no expiry".to_owned());
    };
    let shifted = later.duration_since(clock.now()).unwrap_or_default();
    if !shifted.is_zero() && shifted.abs_diff(life) <= TOLERANCE.min(life / 2) {
        return None;
    }
    let (life, shifted) = (life.as_secs(), shifted.as_secs());
    broken(format!(
        "the credential lives {life} s, and {shifted} s by a clock that is ten years ahead"
    ))
}

/// After the expiry the same provider gives a usable one.
pub(in crate::conformance) fn check_renewal(lab: &Lab<'_>) -> Option<Broken> {
    if lab.conformance.absolute_expiry {
        return None;
    }
    let (provider, clock) = (lab.make(), lab.clock());
    let broken = |seen: String| Some(Broken::new(Promise::Renews, seen));
    // Both calls on one runtime: that it survives its runtime is another promise.
    let session = Session::start(lab, &clock)?;
    let before = match session.obtain(&provider, first(&clock)) {
        Ok(credential) => credential,
        Err(seen) => return broken(seen),
    };
    let life = before
        .expiry()?
        .duration_since(clock.now())
        .unwrap_or_default();
    clock.advance(life + Duration::from_secs(1));
    let after = match session.obtain(&provider, context(Reason::Expired, &clock)) {
        Ok(credential) => credential,
        Err(seen) => return broken(format!("after the expiry {seen}")),
    };
    let is_expired = after.expiry().is_some_and(|expiry| expiry <= clock.now());
    match (is_expired, after.expiry() == before.expiry()) {
        (false, _) => None,
        (true, true) => broken("it gave the expired credential again".to_owned()),
        (true, false) => broken("it gave another one that has expired, too".to_owned()),
    }
}
