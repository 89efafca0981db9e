//! The connections that are open now, so that they can be shut down from outside.

use std::collections::BTreeMap;
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use super::lock;

#[derive(Debug, Default)]
pub(super) struct OpenConnections {
    streams: Mutex<BTreeMap<u64, Arc<TcpStream>>>,
    one_closed: Condvar,
}

impl OpenConnections {
    /// Registers a connection until the guard is dropped, also by a thread that panics.
    pub(super) fn register(self: &Arc<Self>, number: u64, stream: TcpStream) -> OpenConnection {
        let stream = Arc::new(stream);
        lock(&self.streams).insert(number, Arc::clone(&stream));
        OpenConnection {
            all: Arc::clone(self),
            number,
            stream,
        }
    }

    /// Ends every blocked read and write. Each thread then closes its own connection.
    pub(super) fn shut_down(&self) {
        for stream in lock(&self.streams).values() {
            // Already closed by the peer is what we want.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Waits until none is open; false if some still are after that time.
    pub(super) fn wait_until_none(&self, for_at_most: Duration) -> bool {
        self.one_closed
            .wait_timeout_while(lock(&self.streams), for_at_most, |streams| {
                !streams.is_empty()
            })
            .unwrap_or_else(PoisonError::into_inner)
            .0
            .is_empty()
    }
}

/// One open connection. Dropping it closes it: nobody else holds the stream for longer than a call.
#[derive(Debug)]
pub(super) struct OpenConnection {
    all: Arc<OpenConnections>,
    number: u64,
    stream: Arc<TcpStream>,
}

impl OpenConnection {
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    pub(super) fn stream(&self) -> &TcpStream {
        &self.stream
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        lock(&self.all.streams).remove(&self.number);
        self.all.one_closed.notify_all();
    }
}
