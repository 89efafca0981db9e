//! The server: one thread that accepts, one for each connection.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;
use std::{fmt, io};

use super::builder::{Classify, Respond, WireServerBuilder};
use super::connection;
use super::log::{Log, Tally};
use super::malformed::Malformed;
use super::open::OpenConnections;
use super::request::RecordedRequest;
use super::stop::Stop;

/// How long a responder that still runs may hold up the end of the server; its thread is left behind after that.
const LAST_ANSWER: Duration = Duration::from_secs(2);
const WAKE_TIMEOUT: Duration = Duration::from_secs(1);
const WAKE_ATTEMPTS: usize = 3;
const ACCEPT_PAUSE: Duration = Duration::from_millis(5);

/// A loopback HTTP/1.1 server that records what arrives. Dropping it closes its port and every connection.
pub struct WireServer {
    addr: SocketAddr,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

/// What the threads of a server share.
pub(super) struct Shared {
    pub(super) log: Log,
    pub(super) stop: Stop,
    pub(super) respond: Respond,
    pub(super) classify: Option<Classify>,
    pub(super) credential_headers: Vec<String>,
    open: Arc<OpenConnections>,
}

impl WireServer {
    /// Starts a server that checks credentials and records everything.
    ///
    /// # Errors
    ///
    /// If no port can be bound or no thread started.
    pub fn start() -> io::Result<Self> {
        Self::builder().start()
    }

    /// Sets up another server.
    pub fn builder() -> WireServerBuilder {
        WireServerBuilder::new()
    }

    pub(super) fn launch(builder: WireServerBuilder) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let addr = listener.local_addr()?;
        let shared = Arc::new(Shared {
            log: Log::new(builder.recording),
            stop: Stop::default(),
            respond: builder.respond,
            classify: builder.classify,
            credential_headers: builder.credential_headers,
            open: Arc::default(),
        });
        let for_thread = Arc::clone(&shared);
        let accepting = thread::Builder::new()
            .name("wire-accept".to_owned())
            .spawn(move || accept(listener, &for_thread))?;
        Ok(Self {
            addr,
            shared,
            accepting: Some(accepting),
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// The URL of that path on this server.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        let slash = if path.starts_with('/') { "" } else { "/" };
        format!("{}{slash}{path}", self.origin())
    }

    /// The requests that were recorded and not taken, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.shared.log.requests()
    }

    /// Takes the recorded requests away. The counts stay.
    #[must_use = "the requests are gone afterwards"]
    pub fn take(&self) -> Vec<RecordedRequest> {
        self.shared.log.take()
    }

    /// How many requests arrived since the start, recorded or not. Malformed ones are not in it.
    #[must_use]
    pub fn count(&self) -> usize {
        self.tally().total
    }

    /// How many requests arrived since the start, by the number of credentials on them.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.shared.log.tally()
    }

    /// How many requests arrived since the start, by the label of [`WireServerBuilder::classify`].
    #[must_use]
    pub fn counts(&self) -> BTreeMap<String, usize> {
        self.shared.log.counts()
    }

    /// How often something arrived that was not a whole request.
    #[must_use]
    pub fn malformed_count(&self) -> usize {
        self.malformed().len()
    }

    /// What was wrong with each of those, oldest first.
    #[must_use]
    pub fn malformed(&self) -> Vec<Malformed> {
        self.shared.log.malformed()
    }
}

impl fmt::Debug for WireServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WireServer")
            .field("addr", &self.addr)
            .field("log", &self.shared.log)
            .finish_non_exhaustive()
    }
}

impl Drop for WireServer {
    fn drop(&mut self) {
        self.shared.stop.ask();
        // First, since it also frees the descriptors that waking up may need.
        self.shared.open.shut_down();
        // A blocked accept ends with a connection only. A full backlog refuses ours, but then accept is not blocked.
        let wake = || TcpStream::connect_timeout(&self.addr, WAKE_TIMEOUT).is_ok();
        let is_done = || self.accepting.as_ref().is_none_or(JoinHandle::is_finished);
        let awake = (0..WAKE_ATTEMPTS).any(|_| wake() || is_done());
        if let Some(accepting) = self.accepting.take().filter(|_| awake) {
            let _ = accepting.join();
        }
    }
}

/// Accepts until asked to stop, then ends what it started. It alone registers connections, so none is missed.
fn accept(listener: TcpListener, shared: &Arc<Shared>) {
    let mut threads: Vec<JoinHandle<()>> = Vec::new();
    let mut number = 0;
    loop {
        let accepted = listener.accept();
        if shared.stop.is_asked() {
            break;
        }
        threads.retain(|thread| !thread.is_finished());
        match accepted {
            Ok((stream, _)) => {
                threads.extend(open(shared, number, stream));
                number += 1;
            }
            // Out of descriptors, or the peer was gone already: neither is a reason to end.
            Err(_) => {
                let _ = shared.stop.sleep(ACCEPT_PAUSE);
            }
        }
    }
    drop(listener);
    shared.open.shut_down();
    let all_closed = shared.open.wait_until_none(LAST_ANSWER);
    for thread in threads {
        if all_closed || thread.is_finished() {
            // A panic of a responder was printed by its thread.
            let _ = thread.join();
        }
    }
}

/// Starts the thread of a connection. Without a thread the connection is closed at once.
fn open(shared: &Arc<Shared>, number: u64, stream: TcpStream) -> Option<JoinHandle<()>> {
    stream.set_nodelay(true).ok()?;
    let shared = Arc::clone(shared);
    let connection = shared.open.register(number, stream);
    thread::Builder::new()
        .name(format!("wire-{number}"))
        .spawn(move || connection::serve(&shared, &connection))
        .ok()
}
