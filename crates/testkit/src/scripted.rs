//! A provider whose answers a test writes down.

mod answer;

use std::borrow::Cow;
use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use onecred_core::{Credential, CredentialProvider, ProvideContext, ProviderError, Reason};

pub use answer::Answer;

use crate::gate::Gate;
use crate::sync::lock;
use answer::{Minted, Minting};

/// Every secret that a [`ScriptedProvider`] mints begins with this, so that a search of any output for it
/// finds a leak.
pub const MARK: &str = "planted-";

type Script = dyn Fn(usize, &ProvideContext) -> Answer + Send + Sync;

/// A provider whose answers a test writes down. Clones are the same provider, so that the test keeps one
/// while the cache owns another.
///
/// ```
/// use std::time::Duration;
/// use onecred_core::ProviderErrorKind;
/// use onecred_testkit::{Answer, ScriptedProvider};
///
/// // First a token for an hour, then a failure, then the next token and so on.
/// let provider = ScriptedProvider::new()
///     .then(Answer::bearer().expires_in(Duration::from_secs(3600)))
///     .then(Answer::error(ProviderErrorKind::Unavailable).retry_after(Duration::from_secs(7)))
///     .then(Answer::bearer());
/// assert_eq!(provider.calls(), 0);
/// ```
///
/// Each call mints a secret of its own: see [`secret`](Self::secret) and [`MARK`].
#[derive(Clone)]
pub struct ScriptedProvider {
    shared: Arc<Shared>,
}

struct Shared {
    /// Keeps the secrets of two providers of one process apart.
    id: usize,
    name: String,
    script: Option<Box<Script>>,
    gate: Gate,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Answer>,
    reasons: Vec<Reason>,
    last: Option<Minted>,
    running: usize,
    most_running: usize,
}

impl Default for ScriptedProvider {
    fn default() -> Self {
        Self::new()
    }
}

impl ScriptedProvider {
    /// Without a script: every call brings another bearer without expiry.
    pub fn new() -> Self {
        Self::of(None)
    }

    /// Answers with what the function says for the call of this number (the first is 1).
    pub fn from_fn(
        script: impl Fn(usize, &ProvideContext) -> Answer + Send + Sync + 'static,
    ) -> Self {
        Self::of(Some(Box::new(script)))
    }

    fn of(script: Option<Box<Script>>) -> Self {
        static IDS: AtomicUsize = AtomicUsize::new(1);
        Self {
            shared: Arc::new(Shared {
                id: IDS.fetch_add(1, Ordering::Relaxed),
                name: "scripted".to_owned(),
                script,
                gate: Gate::new(),
                state: Mutex::default(),
            }),
        }
    }

    /// Adds an answer; each is given once, except for the last, which is repeated. Without effect on a
    /// provider [`from_fn`](Self::from_fn).
    #[must_use]
    pub fn then(self, answer: Answer) -> Self {
        self.push(answer);
        self
    }

    /// The same for a provider that is in use already.
    pub fn push(&self, answer: Answer) {
        lock(&self.shared.state).queue.push_back(answer);
    }

    /// How often it was asked.
    pub fn calls(&self) -> usize {
        lock(&self.shared.state).reasons.len()
    }

    /// Why it was asked, call by call.
    pub fn reasons(&self) -> Vec<Reason> {
        lock(&self.shared.state).reasons.clone()
    }

    /// How many calls were under way at once, at most. More than one is a broken cache.
    pub fn most_at_once(&self) -> usize {
        lock(&self.shared.state).most_running
    }

    /// Holds back the calls whose answer is [`gated`](Answer::gated) or [`hang`](Answer::hang).
    pub fn gate(&self) -> Gate {
        self.shared.gate.clone()
    }

    /// The secret that the call of this number minted or would mint (the first is 1).
    pub fn secret(&self, call: usize) -> String {
        self.shared.secret(call)
    }

    fn next_answer(&self, cx: &ProvideContext) -> (usize, Answer) {
        let (call, queued) = {
            let mut state = lock(&self.shared.state);
            state.reasons.push(cx.reason());
            let queued = match state.queue.len() {
                0 | 1 => state.queue.front().cloned(),
                _ => state.queue.pop_front(),
            };
            (state.reasons.len(), queued)
        };
        let answer = match &self.shared.script {
            Some(script) => script(call, cx),
            None => queued.unwrap_or_else(Answer::bearer),
        };
        (call, answer)
    }
}

impl Shared {
    fn secret(&self, call: usize) -> String {
        format!("{MARK}secret-not-to-be-printed-p{:04}-c{call:05}", self.id)
    }
}

#[async_trait::async_trait]
impl CredentialProvider for ScriptedProvider {
    async fn provide(&self, cx: &ProvideContext) -> Result<Credential, ProviderError> {
        let _running = Running::enter(&self.shared);
        let (call, answer) = self.next_answer(cx);
        if answer.is_gated() {
            self.shared.gate.pass().await;
        }
        let minting = Minting {
            fresh: self.shared.secret(call),
            last: lock(&self.shared.state).last.clone(),
        };
        let (used, result) = answer.give(cx, minting);
        if let Some(used) = used {
            lock(&self.shared.state).last = Some(used);
        }
        result
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.shared.name)
    }
}

impl fmt::Debug for ScriptedProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScriptedProvider")
            .field("calls", &self.calls())
            .finish_non_exhaustive()
    }
}

/// Counts a call as under way, also when it is dropped half-way or panics.
struct Running(Arc<Shared>);

impl Running {
    fn enter(shared: &Arc<Shared>) -> Self {
        let mut state = lock(&shared.state);
        state.running += 1;
        state.most_running = state.most_running.max(state.running);
        drop(state);
        Self(Arc::clone(shared))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        lock(&self.0.state).running -= 1;
    }
}

#[cfg(test)]
mod tests;
