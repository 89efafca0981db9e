#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod anonymous;
mod base_url;
mod builder;
mod custom_headers;
mod error;
mod resolve;
mod resolved;
mod target;

#[cfg(test)]
mod tests;

pub use base_url::{BaseUrlSource, InvalidBaseUrl};
pub use builder::Anthropic;
pub use error::Error;
pub use resolved::{Notice, Resolved};
pub use target::{Dialect, target, target_at};

/// The base URL of the first-party API, used where nothing names another.
pub const DEFAULT_BASE_URL: &str = "https://api.anthropic.com";

/// The variable that holds an API key.
pub const API_KEY: &str = "ANTHROPIC_API_KEY";
/// The variable that holds an access token.
pub const AUTH_TOKEN: &str = "ANTHROPIC_AUTH_TOKEN";
/// The variable that holds another base URL.
pub const BASE_URL: &str = "ANTHROPIC_BASE_URL";
/// The variable that holds further header lines, `Name: value`. Never sent by this crate; a credential
/// in it is refused.
pub const CUSTOM_HEADERS: &str = "ANTHROPIC_CUSTOM_HEADERS";

/// Every variable that this crate reads: what a launcher of other programs removes from their
/// environment when it hands them a credential of its own.
#[must_use]
pub const fn known_variables() -> &'static [&'static str] {
    &[API_KEY, AUTH_TOKEN, BASE_URL, CUSTOM_HEADERS]
}
