//! What a client put on requests lately, by name and without secrets, so that answers find the signer
//! they are about, and so that it can be taken off again after the credential was refreshed or replaced.

use std::collections::VecDeque;
use std::sync::{Arc, Weak};

use crate::credential::{Companion, Subject, remove_companions};
use crate::error::AuthError;
use crate::guard::CredentialNames;
use crate::receipt::{EpochId, Generation, Receipt};
use crate::request::AuthRequest;
use crate::signer::RequestSigner;
use crate::sync::{Mutex, lock};

/// A request that is answered after more refreshes and replaces than this loses the companions of all
/// of them.
const REMEMBERED: usize = 16;

/// The names that one credential used.
#[derive(Clone)]
pub(super) struct Trace {
    pub(super) epoch: EpochId,
    pub(super) generation: Option<Generation>,
    pub(super) names: Arc<CredentialNames>,
    pub(super) subject: Option<Subject>,
    /// Weak, since it holds the secret.
    pub(super) signer: Option<Weak<dyn RequestSigner>>,
    pub(super) companions: Arc<[Companion]>,
}

/// The traces of one channel, the latest last.
pub(super) struct Traces(Mutex<VecDeque<Trace>>);

impl Traces {
    pub(super) fn new(first: Option<Trace>) -> Self {
        let mut traces = VecDeque::with_capacity(usize::from(first.is_some()));
        traces.extend(first);
        Self(Mutex::new(traces))
    }

    /// Remembers a trace that is about to be used.
    pub(super) fn add(&self, trace: Trace) {
        let mut traces = lock(&self.0);
        let known = |old: &Trace| old.epoch == trace.epoch && old.generation == trace.generation;
        if traces.iter().any(known) {
            return;
        }
        // Most clients have few, and a process may have a million clients: no room ahead of the need.
        traces.reserve_exact(1);
        traces.push_back(trace);
        if traces.len() > REMEMBERED {
            traces.pop_front();
        }
    }

    /// What the receipt's request was authorized with.
    pub(super) fn find(&self, receipt: &Receipt) -> Option<Trace> {
        let (epoch, generation) = (receipt.epoch(), receipt.generation());
        self.all_of(|t| t.epoch == epoch && t.generation == generation)
            .pop()
    }

    /// Takes off `request` what the receipt's credential put there.
    pub(super) fn take_back(
        &self,
        receipt: &Receipt,
        request: &mut AuthRequest<'_>,
    ) -> Result<(), AuthError> {
        match self.find(receipt) {
            Some(trace) => trace.take_back(request),
            None => self.take_back_all(request),
        }
    }

    /// Takes off `request` whatever this channel may have put there.
    pub(super) fn take_back_all(&self, request: &mut AuthRequest<'_>) -> Result<(), AuthError> {
        let traces = self.all_of(|_| true);
        traces.iter().try_for_each(|trace| trace.take_back(request))
    }

    fn all_of(&self, wanted: impl Fn(&&Trace) -> bool) -> Vec<Trace> {
        lock(&self.0).iter().filter(wanted).cloned().collect()
    }
}

impl Trace {
    fn take_back(&self, request: &mut AuthRequest<'_>) -> Result<(), AuthError> {
        self.names.strip(request.headers, request.uri)?;
        remove_companions(&self.companions, request.headers);
        Ok(())
    }
}
