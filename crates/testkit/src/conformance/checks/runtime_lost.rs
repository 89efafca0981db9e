use std::sync::Arc;

use onecred_core::Reason;

use crate::conformance::broken::Broken;
use crate::conformance::calls::cut_after;
use crate::conformance::contexts::context;
use crate::conformance::lab::Lab;
use crate::conformance::promise::Promise;
use crate::conformance::run::first;

/// Every call has a runtime of its own that is gone after it; the second call must do without the first.
///
/// A provider that does not survive a dropped call (`cancellable` is false) is not blamed twice.
pub(in crate::conformance) fn check(lab: &Lab<'_>, cancellable: bool) -> Option<Broken> {
    after_a_whole_call(lab).or_else(|| cancellable.then(|| after_half_a_call(lab)).flatten())
}

fn after_a_whole_call(lab: &Lab<'_>) -> Option<Broken> {
    let (provider, clock) = (lab.make(), lab.clock());
    let before = lab.obtain(&provider, first(&clock), &clock).ok()?;
    // A rejection, so that the second call goes to the source.
    let cx = context(Reason::Rejected, &clock).with_rejected(before.fingerprint().clone());
    let seen = lab.obtain(&provider, cx, &clock).err()?;
    let seen = format!("called again after the runtime of the first call was dropped, {seen}");
    Some(Broken::new(Promise::RuntimeLost, seen))
}

fn after_half_a_call(lab: &Lab<'_>) -> Option<Broken> {
    let (provider, clock) = (lab.make(), lab.clock());
    let (cx, of_first) = (first(&clock), Arc::clone(&provider));
    let cut = lab.run(&clock, move || async move {
        cut_after(of_first.provide(&cx), 1).await.is_none()
    });
    if !cut.done().ok()? {
        return None;
    }
    let seen = lab.obtain(&provider, first(&clock), &clock).err()?;
    let seen = format!("after a call was dropped together with its runtime, {seen}");
    Some(Broken::new(Promise::RuntimeLost, seen))
}
