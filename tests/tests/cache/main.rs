//! The cache, on the manual clock: nothing here sleeps, and nothing depends on how fast the machine is.

mod blocking;
mod expiry;
mod failure;
mod many_callers;
mod rejection;
mod runtimes;
mod sharing;
mod soft_refresh;
