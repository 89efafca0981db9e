use std::fmt;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use onecred_core::{SendError, SendErrorKind};

use crate::gate::Gate;

/// What an [`HttpDouble`](crate::HttpDouble) answers.
#[derive(Clone)]
#[must_use]
pub struct HttpReply {
    outcome: Result<Response<Bytes>, SendErrorKind>,
    gate: Option<Gate>,
}

impl HttpReply {
    /// 200 with this JSON text.
    pub fn json(text: impl Into<String>) -> Self {
        Self::text(StatusCode::OK, text).header(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        )
    }

    /// This status without a body.
    pub fn status(status: StatusCode) -> Self {
        Self::text(status, "")
    }

    /// This status and body.
    pub fn text(status: StatusCode, body: impl Into<String>) -> Self {
        let mut response = Response::new(Bytes::from(body.into()));
        *response.status_mut() = status;
        Self::response(response)
    }

    /// This response.
    pub fn response(response: Response<Bytes>) -> Self {
        Self {
            outcome: Ok(response),
            gate: None,
        }
    }

    /// No response: an error of this kind.
    pub fn error(kind: SendErrorKind) -> Self {
        Self {
            outcome: Err(kind),
            gate: None,
        }
    }

    /// The same with another status, for error documents: `HttpReply::json(…).with_status(…)`.
    pub fn with_status(mut self, status: StatusCode) -> Self {
        if let Ok(response) = &mut self.outcome {
            *response.status_mut() = status;
        }
        self
    }

    /// The same with this header, in place of one of that name. Errors have none.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        if let Ok(response) = &mut self.outcome {
            response.headers_mut().insert(name, value);
        }
        self
    }

    /// Held back until `gate` lets it through.
    pub fn after(mut self, gate: &Gate) -> Self {
        self.gate = Some(gate.clone());
        self
    }

    pub(super) fn gate(&self) -> Option<&Gate> {
        self.gate.as_ref()
    }

    pub(super) fn into_response(self) -> Result<Response<Bytes>, SendError> {
        self.outcome.map_err(|kind| {
            let reason = match kind {
                SendErrorKind::Connection => "no connection",
                SendErrorKind::Timeout => "no answer in time",
                SendErrorKind::TooLarge => "the response is too large",
                _ => "the request was refused",
            };
            SendError::new(kind, reason)
        })
    }
}

impl fmt::Debug for HttpReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The body is a token, as often as not.
        let status = self.outcome.as_ref().map(Response::status);
        f.debug_struct("HttpReply")
            .field("outcome", &status)
            .field("gated", &self.gate.is_some())
            .finish_non_exhaustive()
    }
}
