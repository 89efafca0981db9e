#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod builder;
mod command;
#[cfg(feature = "config")]
#[cfg_attr(docsrs, doc(cfg(feature = "config")))]
pub mod config;
mod error;
mod jwt;
mod key_file;
#[cfg(feature = "keyring")]
mod keyring;
mod off_thread;
mod resolve;
mod resolved;

#[cfg(test)]
mod scratch;
#[cfg(test)]
mod tests;

pub use builder::Custom;
pub use command::HelperCommand;
pub use error::Error;
pub use key_file::KeyFile;
#[cfg(feature = "keyring")]
#[cfg_attr(docsrs, doc(cfg(feature = "keyring")))]
pub use keyring::KeyringEntry;
pub use resolved::Resolved;
