#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub use onecred_core::*;

pub mod guide;
pub mod prelude;

/// The Anthropic API: its target, and the resolver of its environment variables.
#[cfg(feature = "anthropic")]
pub mod anthropic {
    pub use onecred_anthropic::*;
}

/// Static keys and bearer tokens for any origin.
#[cfg(feature = "static")]
pub mod fixed {
    pub use onecred_static::*;
}

/// `onecred.toml`: named clients, each one target and one auth, and the registry that reloads them.
#[cfg(feature = "config")]
pub mod config {
    pub use onecred_config::*;
}

/// Observers for `tracing` and `metrics`.
#[cfg(any(feature = "metrics", feature = "tracing"))]
pub mod observe {
    pub use onecred_observe::*;
}

/// The adapter for reqwest.
#[cfg(feature = "reqwest")]
pub mod reqwest {
    pub use onecred_reqwest::*;
}

/// The adapter for tower services: hyper, tonic, axum clients.
#[cfg(feature = "tower")]
pub mod tower {
    pub use onecred_tower::*;
}
