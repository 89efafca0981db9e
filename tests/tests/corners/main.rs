//! Corners where two credentials could meet, an answer find the wrong one, or a caller wait for nothing.

mod cache;
mod gateways;
mod names;
mod replace;
mod signers;
