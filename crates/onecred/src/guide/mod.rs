//! The guide, in the order in which a newcomer needs it.
//!
//! 1. [Quick start](quick_start): a key, a target, a request.
//! 2. [Writing a provider](writing_a_provider): the one trait, and the suite that checks yours.
//! 3. [Accepting credentials in your own library](accepting_credentials).
//! 4. [Deriving clients](deriving_clients): clone, derive, and what each one shares.
//! 5. [Hot reconfiguration](hot_reconfiguration): replace a credential under load.
//! 6. [Coming from an `Option<String>` key](from_an_option_key).

#[doc = include_str!("quick_start.md")]
pub mod quick_start {}

#[doc = include_str!("writing_a_provider.md")]
pub mod writing_a_provider {}

#[doc = include_str!("accepting_credentials.md")]
pub mod accepting_credentials {}

#[doc = include_str!("deriving_clients.md")]
pub mod deriving_clients {}

#[doc = include_str!("hot_reconfiguration.md")]
pub mod hot_reconfiguration {}

#[doc = include_str!("from_an_option_key.md")]
pub mod from_an_option_key {}
