//! What the cross-crate tests share: requests, targets, and a client on a manual clock.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests: what is not as expected is a failed test"
)]

mod head;
mod readme;
mod rig;
mod signers;

pub use head::{API, Head, client, key, secret, target, token};
pub use readme::Readme;
pub use rig::{HOUR, Rig, secs};
pub use signers::{HeaderSigner, QuerySigner};
