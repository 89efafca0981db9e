use std::error::Error;
use std::sync::Arc;

use onecred_core::{CredentialProvider, ProviderError, ProviderErrorKind};

use crate::conformance::broken::Broken;
use crate::conformance::calls::Provided;
use crate::conformance::lab::{Lab, Ran};
use crate::conformance::promise::Promise;
use crate::conformance::run::first;

/// Shorter texts are in others by chance.
const SHORT: usize = 6;

/// A failure that was asked for.
pub(in crate::conformance) struct Provoked {
    pub(in crate::conformance) name: String,
    pub(in crate::conformance) provider: Arc<dyn CredentialProvider>,
    expected: ProviderErrorKind,
    ran: Ran<Provided>,
}

impl Provoked {
    pub(in crate::conformance) fn error(&self) -> Option<&ProviderError> {
        match &self.ran {
            Ran::Done(Err(error)) => Some(error),
            _ => None,
        }
    }
}

/// Brings the provider into each of the states in which it is to fail.
pub(in crate::conformance) fn provoke(lab: &Lab<'_>) -> Vec<Provoked> {
    let failures = lab.conformance.failures.iter();
    failures
        .map(|failure| {
            let (provider, clock) = ((failure.make)(), lab.clock());
            Provoked {
                ran: lab.call(&provider, first(&clock), &clock),
                name: failure.name.clone(),
                provider,
                expected: failure.kind,
            }
        })
        .collect()
}

pub(in crate::conformance) fn check(failures: &[Provoked]) -> Vec<Broken> {
    let kinds = failures.iter().filter_map(check_kind);
    let facts = failures.iter().filter_map(check_fact);
    kinds.chain(facts).collect()
}

fn check_kind(failure: &Provoked) -> Option<Broken> {
    let Provoked { name, expected, .. } = failure;
    let (promise, seen) = match &failure.ran {
        Ran::Done(Err(error)) if error.kind() == *expected => return None,
        Ran::Done(Err(error)) => {
            let kind = error.kind();
            let seen = format!("`{name}` gives {kind:?} where {expected:?} was declared");
            (Promise::ErrorKinds, seen)
        }
        Ran::Done(Ok(_)) => {
            let seen = format!("`{name}` gives a credential where {expected:?} was declared");
            (Promise::ErrorKinds, seen)
        }
        Ran::Panicked => (Promise::NoPanic, format!("it panicked in `{name}`")),
        Ran::Hung => (Promise::Answers, format!("it did not end in `{name}`")),
    };
    Some(Broken::new(promise, seen))
}

fn check_fact(failure: &Provoked) -> Option<Broken> {
    let mut error: &(dyn Error + 'static) = failure.error()?;
    while let Some(source) = error.source() {
        let (outer, inner) = (error.to_string(), source.to_string());
        if inner.trim().len() >= SHORT && outer.contains(inner.trim()) {
            let name = &failure.name;
            let seen = format!("the error of `{name}` contains the text of its source");
            return Some(Broken::new(Promise::OneFact, seen));
        }
        error = source;
    }
    None
}
