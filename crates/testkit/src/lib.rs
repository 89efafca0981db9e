//! Test kit of onecred.
pub mod wire;
