//! The cache, on the manual clock: nothing here sleeps, and nothing depends on how fast the machine is.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests, and their helpers"
)]

mod blocking;
mod expiry;
mod failure;
mod many_callers;
mod rejection;
mod runtimes;
mod sharing;
mod soft_refresh;
