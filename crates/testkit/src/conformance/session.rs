//! Several calls on one runtime.

use std::sync::{Arc, mpsc};
use std::time::Duration;

use onecred_core::{Credential, CredentialProvider, ProvideContext};

use super::cached::CountingRuntime;
use super::calls::failed;
use super::lab::{self, Lab};
use crate::manual_clock::ManualClock;

/// A runtime that stays between calls. It ends when this is dropped.
pub(super) struct Session {
    runtime: CountingRuntime,
    clock: ManualClock,
    patience: Duration,
}

impl Session {
    /// `None`: the system gives no thread.
    pub(super) fn start(lab: &Lab<'_>, clock: &ManualClock) -> Option<Self> {
        Some(Self {
            runtime: CountingRuntime::start(clock)?,
            clock: clock.clone(),
            patience: lab.patience(),
        })
    }

    /// One call by somebody who needs the credential: else what was seen.
    pub(super) fn obtain(
        &self,
        provider: &Arc<dyn CredentialProvider>,
        cx: ProvideContext,
    ) -> Result<Credential, String> {
        let provider = Arc::clone(provider);
        let (tell, told) = mpsc::channel();
        self.runtime.run(Box::pin(async move {
            let provided = provider.provide(&cx).await;
            // The trial may be over.
            let _ = tell.send(provided);
        }));
        let provided = lab::wait(&told, &self.clock, self.patience).done()?;
        provided.map_err(|error| failed(&error))
    }
}
