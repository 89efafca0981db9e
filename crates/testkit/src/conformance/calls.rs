//! Single calls of a provider.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use onecred_core::{Credential, CredentialProvider, ProvideContext, ProviderError};

use super::lab::{Lab, Ran};
use crate::manual_clock::ManualClock;

pub(super) type Provided = Result<Credential, ProviderError>;

impl Lab<'_> {
    /// One call, on a runtime of its own.
    pub(super) fn call(
        &self,
        provider: &Arc<dyn CredentialProvider>,
        cx: ProvideContext,
        clock: &ManualClock,
    ) -> Ran<Provided> {
        let provider = Arc::clone(provider);
        self.run(clock, move || async move { provider.provide(&cx).await })
    }

    /// The same for callers who need the credential: else what was seen.
    pub(super) fn obtain(
        &self,
        provider: &Arc<dyn CredentialProvider>,
        cx: ProvideContext,
        clock: &ManualClock,
    ) -> Result<Credential, String> {
        let provided = self.call(provider, cx, clock).done()?;
        provided.map_err(|error| failed(&error))
    }
}

/// "it failed: …", with the error's whole chain.
pub(super) fn failed(error: &(dyn std::error::Error + 'static)) -> String {
    let chain = std::iter::successors(Some(error), |error| (**error).source());
    let texts: Vec<String> = chain.take(8).map(ToString::to_string).collect();
    format!("it failed: {}", texts.join(": "))
}

/// Polls `future` until it has waited `waits` times, then drops it. `Some`: it ended before.
pub(super) async fn cut_after<F: Future>(future: F, waits: usize) -> Option<F::Output> {
    if waits == 0 {
        drop(future);
        return None;
    }
    let mut future = pin!(future);
    let mut left = waits;
    std::future::poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => {
            left = left.saturating_sub(1);
            if left == 0 {
                Poll::Ready(None)
            } else {
                Poll::Pending
            }
        }
    })
    .await
}

/// Both at once, on one task.
pub(super) async fn both<A: Future, B: Future>(a: A, b: B) -> (A::Output, B::Output) {
    let (mut a, mut b) = (pin!(a), pin!(b));
    let (mut from_a, mut from_b) = (None, None);
    std::future::poll_fn(move |cx| {
        if from_a.is_none()
            && let Poll::Ready(output) = a.as_mut().poll(cx)
        {
            from_a = Some(output);
        }
        if from_b.is_none()
            && let Poll::Ready(output) = b.as_mut().poll(cx)
        {
            from_b = Some(output);
        }
        match (from_a.take(), from_b.take()) {
            (Some(a), Some(b)) => Poll::Ready((a, b)),
            (a, b) => {
                (from_a, from_b) = (a, b);
                Poll::Pending
            }
        }
    })
    .await
}
