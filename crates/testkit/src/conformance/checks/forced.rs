use onecred_core::Reason;

use crate::conformance::broken::Broken;
use crate::conformance::contexts::context;
use crate::conformance::lab::Lab;
use crate::conformance::promise::Promise;
use crate::conformance::run::first;
use crate::conformance::session::Session;

/// After the source changed, a rejection brings what is there now.
pub(in crate::conformance) fn check(lab: &Lab<'_>) -> Option<Broken> {
    let rotate = lab.conformance.rotate.as_ref()?;
    let broken = |seen: String| Some(Broken::new(Promise::ForcedRefresh, seen));
    let (provider, clock) = (lab.make(), lab.clock());
    let session = Session::start(lab, &clock)?;
    let before = match session.obtain(&provider, first(&clock)) {
        Ok(credential) => credential,
        Err(seen) => return broken(seen),
    };
    rotate();
    let cx = context(Reason::Rejected, &clock).with_rejected(before.fingerprint().clone());
    match session.obtain(&provider, cx) {
        Err(seen) => broken(format!("after the rejection {seen}")),
        Ok(after) if after.fingerprint() == before.fingerprint() => broken(
            "it gave the rejected credential again, although the source had another".to_owned(),
        ),
        Ok(_) => None,
    }
}
