//! What the server answers.

use std::fmt;
use std::time::Duration;

use http::StatusCode;

use super::request::RecordedRequest;

/// One scripted answer.
///
/// It is written as given, so a test can send what an HTTP library would refuse. `content-length` is added unless a
/// `content-length` or `transfer-encoding` header was given, and `connection: close` where it is due.
#[derive(Clone)]
#[must_use = "a reply does nothing until the responder returns it"]
pub struct Reply {
    pub(super) action: Action,
    status: u16,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
    pub(super) delay: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    Answer,
    CheckCredentials,
    DropConnection,
}

impl Reply {
    /// `200` without a body.
    pub fn ok() -> Self {
        Self::status(200)
    }

    /// That status without a body.
    pub fn status(status: u16) -> Self {
        Self {
            action: Action::Answer,
            status,
            headers: Vec::new(),
            body: Vec::new(),
            delay: Duration::ZERO,
        }
    }

    /// A redirect to that location.
    pub fn redirect(status: u16, location: impl AsRef<[u8]>) -> Self {
        Self::status(status).header("location", location)
    }

    /// `401` with a challenge.
    pub fn unauthorized() -> Self {
        Self::status(401)
            .header("www-authenticate", "Bearer realm=\"wire\"")
            .json(r#"{"error":"unauthorized"}"#)
    }

    /// What a server without a script does: `200` if exactly one credential arrived, else `401` that names what did.
    ///
    /// Headers and delay set on it are kept; the status and the body are decided by the server.
    pub fn check_credentials() -> Self {
        Self {
            action: Action::CheckCredentials,
            ..Self::ok()
        }
    }

    /// Closes the connection without an answer.
    pub fn drop_connection() -> Self {
        Self {
            action: Action::DropConnection,
            ..Self::ok()
        }
    }

    /// Adds a header line; one of the same name stays.
    pub fn header(mut self, name: impl Into<String>, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.into(), value.as_ref().to_vec()));
        self
    }

    /// Sets the body.
    pub fn body(mut self, body: impl AsRef<[u8]>) -> Self {
        self.body = body.as_ref().to_vec();
        self
    }

    /// Sets the body and says that it is JSON.
    pub fn json(self, json: impl AsRef<[u8]>) -> Self {
        self.header("content-type", "application/json").body(json)
    }

    /// Waits that long before answering. For benchmarks; a test should wait for an event instead.
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// The answer itself, once the credentials of the request have been looked at if that was asked.
    pub(super) fn decided(mut self, request: &RecordedRequest) -> Self {
        if self.action != Action::CheckCredentials {
            return self;
        }
        self.action = Action::Answer;
        // Names need no escaping: headers are tokens, and the parameters come from a fixed list.
        let names: Vec<String> = request
            .credentials()
            .iter()
            .map(|found| format!("\"{found}\""))
            .collect();
        match names.as_slice() {
            [one] => self.json(format!(r#"{{"ok":true,"credential":{one}}}"#)),
            _ => {
                self.status = 401;
                self.header("www-authenticate", "Bearer realm=\"wire\"")
                    .json(format!(
                        r#"{{"error":"expected exactly one credential","found":[{}]}}"#,
                        names.join(",")
                    ))
            }
        }
    }

    pub(super) fn wants_close(&self) -> bool {
        let is_close = |value: &[u8]| value.trim_ascii().eq_ignore_ascii_case(b"close");
        self.headers
            .iter()
            .any(|(name, value)| name.eq_ignore_ascii_case("connection") && is_close(value))
    }

    /// The answer as bytes, for one write.
    pub(super) fn to_bytes(&self, is_head: bool, connection: Option<&str>) -> Vec<u8> {
        let reason = StatusCode::from_u16(self.status)
            .ok()
            .and_then(|status| status.canonical_reason());
        let mut bytes = format!(
            "HTTP/1.1 {} {}\r\n",
            self.status,
            reason.unwrap_or_default()
        )
        .into_bytes();
        for (name, value) in &self.headers {
            push_line(&mut bytes, name, value);
        }
        let has = |wanted: &str| {
            self.headers
                .iter()
                .any(|(name, _)| name.eq_ignore_ascii_case(wanted))
        };
        if let Some(connection) = connection.filter(|_| !has("connection")) {
            push_line(&mut bytes, "connection", connection.as_bytes());
        }
        let is_bodiless = matches!(self.status, 100..=199 | 204 | 304);
        if !is_bodiless && !has("content-length") && !has("transfer-encoding") {
            push_line(
                &mut bytes,
                "content-length",
                self.body.len().to_string().as_bytes(),
            );
        }
        bytes.extend_from_slice(b"\r\n");
        if !is_bodiless && !is_head {
            bytes.extend_from_slice(&self.body);
        }
        bytes
    }
}

fn push_line(bytes: &mut Vec<u8>, name: &str, value: &[u8]) {
    bytes.extend_from_slice(name.as_bytes());
    bytes.extend_from_slice(b": ");
    bytes.extend_from_slice(value);
    bytes.extend_from_slice(b"\r\n");
}

/// Names and lengths only: a fake token endpoint answers with tokens.
impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<_> = self
            .headers
            .iter()
            .map(|(name, value)| (name, value.len()))
            .collect();
        f.debug_struct("Reply")
            .field("action", &self.action)
            .field("status", &self.status)
            .field("header_lens", &headers)
            .field("body_len", &self.body.len())
            .field("delay", &self.delay)
            .finish()
    }
}
