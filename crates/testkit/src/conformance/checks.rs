//! One file for each promise, or for a few that are tried together.

pub(super) mod cancellation;
pub(super) mod errors;
pub(super) mod expiry;
pub(super) mod forced;
pub(super) mod name;
pub(super) mod no_panic;
pub(super) mod no_runtime;
pub(super) mod redaction;
pub(super) mod runtime_lost;
pub(super) mod single_flight;
pub(super) mod usable;
pub(super) mod yields;
