//! The layer over real sockets: what is on the wire is read from the raw header lines.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::future_not_send,
    reason = "helpers of tests fail the test, and run on its thread"
)]

mod bodies;
mod common;
mod contract;
mod credentials;
mod load;
mod redirects;
mod rejections;
mod retries;
