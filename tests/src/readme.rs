//! Compiles the example of the repository's README.

#[doc = include_str!("../../README.md")]
#[derive(Debug)]
pub struct Readme;
