#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod builder;
mod error;
mod resolve;
mod resolved;

#[cfg(test)]
mod tests;

pub use builder::Custom;
pub use error::Error;
pub use resolved::Resolved;
