//! An HTTP client in memory, for providers that talk to token endpoints.

mod reply;
mod sent;

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Request, Response};
use onecred_core::{HttpSend, MAX_RESPONSE_BYTES, Route, SendError, SendErrorKind};

pub use reply::HttpReply;
pub use sent::SentRequest;

use crate::sync::lock;

type Handler = dyn Fn(&SentRequest) -> HttpReply + Send + Sync;

/// An [`HttpSend`] in memory: answers what the test says and records what was sent. Clones are the same
/// double. Like every real one it asks [`Route::check`] first and refuses responses of more than
/// [`MAX_RESPONSE_BYTES`].
///
/// ```
/// use onecred_core::{HttpSend, Route};
/// use onecred_testkit::{HttpDouble, HttpReply, ManualClock, ManualRuntime};
///
/// let http = HttpDouble::new().then(HttpReply::json(r#"{"access_token": "t0ken", "expires_in": 3600}"#));
/// let request = http::Request::post("https://login.example.com/token").body("grant_type=x".into()).unwrap();
///
/// let runtime = ManualRuntime::new(&ManualClock::new());
/// let answer = runtime.complete(http.send(Route::Issuer, request)).expect("answers at once");
/// assert!(answer.unwrap().status().is_success());
/// assert_eq!(http.requests()[0].body_text(), "grant_type=x");
/// ```
#[derive(Clone)]
pub struct HttpDouble {
    shared: Arc<Shared>,
}

struct Shared {
    handler: Option<Box<Handler>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    queue: VecDeque<HttpReply>,
    requests: Vec<SentRequest>,
    refused: Vec<SentRequest>,
}

impl Default for HttpDouble {
    fn default() -> Self {
        Self::new()
    }
}

impl HttpDouble {
    /// Without an answer: every request fails to connect, until [`then`](Self::then) adds one.
    pub fn new() -> Self {
        Self::of(None)
    }

    /// Answers with what the function makes of the request.
    pub fn from_fn(handler: impl Fn(&SentRequest) -> HttpReply + Send + Sync + 'static) -> Self {
        Self::of(Some(Box::new(handler)))
    }

    fn of(handler: Option<Box<Handler>>) -> Self {
        Self {
            shared: Arc::new(Shared {
                handler,
                state: Mutex::default(),
            }),
        }
    }

    /// Adds an answer; each is given once, except for the last, which is repeated. Without effect on a
    /// double [`from_fn`](Self::from_fn).
    #[must_use]
    pub fn then(self, reply: HttpReply) -> Self {
        self.push(reply);
        self
    }

    /// The same for a double that is in use already.
    pub fn push(&self, reply: HttpReply) {
        lock(&self.shared.state).queue.push_back(reply);
    }

    /// What was sent, in order.
    pub fn requests(&self) -> Vec<SentRequest> {
        lock(&self.shared.state).requests.clone()
    }

    /// What was not sent because the route forbids it.
    pub fn refused(&self) -> Vec<SentRequest> {
        lock(&self.shared.state).refused.clone()
    }

    fn reply_to(&self, sent: SentRequest) -> HttpReply {
        let queued = {
            let mut state = lock(&self.shared.state);
            state.requests.push(sent.clone());
            match state.queue.len() {
                0 | 1 => state.queue.front().cloned(),
                _ => state.queue.pop_front(),
            }
        };
        match &self.shared.handler {
            Some(handler) => handler(&sent),
            None => queued.unwrap_or_else(|| HttpReply::error(SendErrorKind::Connection)),
        }
    }
}

#[async_trait::async_trait]
impl HttpSend for HttpDouble {
    async fn send(
        &self,
        route: Route,
        request: Request<Bytes>,
    ) -> Result<Response<Bytes>, SendError> {
        let sent = SentRequest::new(route, request);
        if let Err(error) = route.check(&sent.uri) {
            lock(&self.shared.state).refused.push(sent);
            return Err(error);
        }
        let reply = self.reply_to(sent);
        if let Some(gate) = reply.gate() {
            gate.pass().await;
        }
        let response = reply.into_response()?;
        if response.body().len() > MAX_RESPONSE_BYTES {
            return Err(SendError::new(
                SendErrorKind::TooLarge,
                "the response is too large",
            ));
        }
        Ok(response)
    }
}

impl fmt::Debug for HttpDouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = lock(&self.shared.state);
        f.debug_struct("HttpDouble")
            .field("requests", &state.requests)
            .field("refused", &state.refused)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
