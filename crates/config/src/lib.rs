#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod auth;
mod context;
mod dependencies;
mod document;
mod error;
mod factory;
mod file;
mod paths;
mod registry;
#[cfg(feature = "schema")]
mod schema;
mod secret;
mod section;
mod target;
mod trust;

pub use context::BuildContext;
pub use error::{ConfigError, ConfigErrorKind};
pub use factory::{AuthFactory, Built, FnTarget, SecretForm, TargetFactory, target_fn};
pub use paths::default_path;
pub use registry::{Consent, Registry, RegistryBuilder, Reloaded, Watch};
#[cfg(feature = "schema")]
pub use schema::schema;
pub use secret::{SecretRef, SecretSource};
pub use section::Section;
pub use trust::{TrustCandidate, TrustError, TrustStore, Trusted};

/// A configuration file has at most this many bytes.
pub const MAX_FILE_BYTES: usize = 1 << 20;
