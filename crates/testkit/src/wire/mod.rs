//! What really went over the wire: a loopback HTTP/1.1 server that keeps every byte of every header line.
//!
//! HTTP libraries normalise: they lower-case names, merge lines, drop duplicates. A test that wants to prove "one client,
//! one credential" must look below that, so this server reads the socket itself and shares no code with the library under
//! test. By default it answers `200` if exactly one credential arrived and `401` otherwise.
//!
//! ```
//! # use std::io::{Read, Write};
//! use onecred_testkit::wire::{Reply, WireServer};
//!
//! # fn main() -> std::io::Result<()> {
//! let server = WireServer::builder()
//!     .respond(|request| match request.target() {
//!         "/moved" => Reply::redirect(302, "/here"),
//!         _ => Reply::check_credentials(),
//!     })
//!     .start()?;
//!
//! let mut socket = std::net::TcpStream::connect(server.addr())?;
//! socket.write_all(b"GET /v1 HTTP/1.1\r\nX-Api-KEY: test-only\r\nConnection: close\r\n\r\n")?;
//! let mut answer = String::new();
//! socket.read_to_string(&mut answer)?;
//!
//! assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"));
//! assert_eq!(server.requests()[0].headers()[0].name(), "X-Api-KEY");
//! # Ok(())
//! # }
//! ```

mod body;
mod builder;
mod connection;
mod credentials;
mod head;
mod log;
mod malformed;
mod open;
mod reply;
mod request;
mod server;
mod stop;

#[cfg(test)]
mod tests;

pub use builder::WireServerBuilder;
pub use credentials::{CredentialPlace, FoundCredential};
pub use log::{Recording, Tally};
pub use malformed::Malformed;
pub use reply::Reply;
pub use request::{RawHeader, RecordedRequest};
pub use server::WireServer;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks, also after a panic elsewhere: no user code runs under these locks, so what they guard is always whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
