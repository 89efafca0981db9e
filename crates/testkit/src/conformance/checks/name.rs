use crate::conformance::broken::Broken;
use crate::conformance::lab::Lab;
use crate::conformance::promise::Promise;
use crate::conformance::run::first;

pub(in crate::conformance) fn check(lab: &Lab<'_>) -> Option<Broken> {
    let (provider, clock) = (lab.make(), lab.clock());
    let before = provider.name().into_owned();
    if before.trim().is_empty() {
        return Some(Broken::new(Promise::Name, "the name is blank"));
    }
    let again = provider.name().into_owned();
    // Whether the call succeeds is another promise.
    let _ = lab.call(&provider, first(&clock), &clock);
    let after = provider.name().into_owned();
    [again, after]
        .into_iter()
        .find(|name| *name != before)
        .map(|name| Broken::new(Promise::Name, format!("`{before}` became `{name}`")))
}
