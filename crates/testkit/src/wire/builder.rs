//! How a server is set up.

use std::{fmt, io};

use super::log::Recording;
use super::reply::Reply;
use super::request::RecordedRequest;
use super::server::WireServer;

pub(super) type Respond = Box<dyn Fn(&RecordedRequest) -> Reply + Send + Sync>;
pub(super) type Classify = Box<dyn Fn(&RecordedRequest) -> String + Send + Sync>;

/// Sets up a [`WireServer`].
#[must_use = "no server runs until `start` is called"]
pub struct WireServerBuilder {
    pub(super) respond: Respond,
    pub(super) classify: Option<Classify>,
    pub(super) recording: Recording,
    /// In lower case.
    pub(super) credential_headers: Vec<String>,
}

impl WireServerBuilder {
    pub(super) fn new() -> Self {
        Self {
            respond: Box::new(|_| Reply::check_credentials()),
            classify: None,
            recording: Recording::default(),
            credential_headers: Vec::new(),
        }
    }

    /// Answers with what this returns instead of checking credentials.
    ///
    /// It runs on the thread of the connection, for several connections at once. If it panics the connection is closed
    /// without an answer, so assertions belong in the test.
    pub fn respond(
        mut self,
        respond: impl Fn(&RecordedRequest) -> Reply + Send + Sync + 'static,
    ) -> Self {
        self.respond = Box::new(respond);
        self
    }

    /// Counts requests by the label this returns, see [`WireServer::counts`]. A label is printed, so it must not be a
    /// secret.
    pub fn classify(
        mut self,
        classify: impl Fn(&RecordedRequest) -> String + Send + Sync + 'static,
    ) -> Self {
        self.classify = Some(Box::new(classify));
        self
    }

    /// Says how much to remember. The default is everything.
    pub fn record(mut self, recording: Recording) -> Self {
        self.recording = recording;
        self
    }

    /// Counts one more header as a credential, for targets with a header of their own.
    pub fn credential_header(mut self, name: impl AsRef<str>) -> Self {
        self.credential_headers
            .push(name.as_ref().to_ascii_lowercase());
        self
    }

    /// Starts the server on a free port of 127.0.0.1.
    ///
    /// # Errors
    ///
    /// If no port can be bound or no thread started.
    pub fn start(self) -> io::Result<WireServer> {
        WireServer::launch(self)
    }
}

impl fmt::Debug for WireServerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WireServerBuilder")
            .field("recording", &self.recording)
            .field("credential_headers", &self.credential_headers)
            .finish_non_exhaustive()
    }
}
