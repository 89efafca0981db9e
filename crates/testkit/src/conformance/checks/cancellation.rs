use crate::conformance::broken::Broken;
use crate::conformance::calls::{cut_after, failed};
use crate::conformance::lab::Lab;
use crate::conformance::promise::Promise;
use crate::conformance::run::first;

/// A provider that waits more often than this has been tried enough.
const MOST_WAITS: usize = 32;

/// Drops a call at its first wait, its second, and so on; each time the next call must succeed.
pub(in crate::conformance) fn check(lab: &Lab<'_>) -> Option<Broken> {
    for waits in 0..=MOST_WAITS {
        let (provider, clock) = (lab.make(), lab.clock());
        let (cx, next) = (first(&clock), first(&clock));
        let ran = lab.run(&clock, move || async move {
            if cut_after(provider.provide(&cx), waits).await.is_some() {
                return None;
            }
            Some(provider.provide(&next).await)
        });
        let seen = match ran.done() {
            // It ended before it was cut: every place has been tried.
            Ok(None) => return None,
            Ok(Some(Ok(_))) => continue,
            Ok(Some(Err(error))) => failed(&error),
            Err(seen) => seen,
        };
        let place = match waits {
            0 => "before its first poll".to_owned(),
            waits => format!("at wait {waits}"),
        };
        let seen = format!("after a call was dropped {place}, the next was made and {seen}");
        return Some(Broken::new(Promise::Cancellation, seen));
    }
    None
}
