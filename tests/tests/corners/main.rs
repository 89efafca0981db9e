//! Corners where two credentials could meet, an answer find the wrong one, or a caller wait for nothing.

#![allow(clippy::unwrap_used, reason = "a failure is the test's")]

mod cache;
mod gateways;
mod names;
mod replace;
mod signers;
