use onecred_core::{Clock, Credential, CredentialProvider};
use std::sync::Arc;

use crate::conformance::broken::Broken;
use crate::conformance::calls::failed;
use crate::conformance::lab::{Lab, Ran};
use crate::conformance::promise::Promise;
use crate::conformance::run::first;
use crate::manual_clock::ManualClock;

/// A credential of the provider, and who gave it when.
pub(in crate::conformance) struct Sample {
    pub(in crate::conformance) provider: Arc<dyn CredentialProvider>,
    pub(in crate::conformance) clock: ManualClock,
    pub(in crate::conformance) credential: Credential,
    /// What is secret about it.
    pub(in crate::conformance) secrets: Vec<String>,
}

pub(in crate::conformance) fn check(lab: &Lab<'_>) -> Result<Sample, Broken> {
    let (provider, clock) = (lab.make(), lab.clock());
    let provided = match lab.call(&provider, first(&clock), &clock) {
        Ran::Done(provided) => provided,
        Ran::Panicked => return Err(Broken::new(Promise::NoPanic, "the first call panicked")),
        Ran::Hung => {
            let seen = format!("the first call did not end within {:?}", lab.patience());
            return Err(Broken::new(Promise::Answers, seen));
        }
    };
    let credential = provided.map_err(|error| Broken::new(Promise::Usable, failed(&error)))?;
    if let Some(expiry) = credential.expiry()
        && let Ok(since) = clock.now().duration_since(expiry)
    {
        // One that ignores the clock given would be found out there, too; say the more helpful of the two.
        let seen = format!("the credential expired {} s before", since.as_secs());
        return Err(Broken::new(Promise::NotExpired, seen));
    }
    match lab.place(&credential, &clock) {
        Ok(secrets) => Ok(Sample {
            provider,
            clock,
            credential,
            secrets,
        }),
        Err(error) => {
            let seen = format!("it cannot be placed; {}", failed(&error));
            Err(Broken::new(Promise::Usable, seen))
        }
    }
}
