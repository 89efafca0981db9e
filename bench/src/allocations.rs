//! Allocations per call, counted by a program beside this one whose allocator counts.

use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

use crate::candidate::Failure;

/// Calls of the shorter of the two loops that are compared.
pub const CALLS: u64 = 1024;
/// The program that counts.
const COUNTER: &str = "onecred-bench-allocations";

/// What one call of a candidate allocates.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Allocations {
    /// The candidate.
    pub name: String,
    /// Allocations; a reallocation counts as one.
    pub count: f64,
    /// Bytes asked for.
    pub bytes: f64,
}

/// Runs the counting program that lies beside this one. Nothing when it was not built (`cargo run` builds one program).
pub fn from_sibling() -> Result<Vec<Allocations>, Failure> {
    let name = format!("{COUNTER}{}", std::env::consts::EXE_SUFFIX);
    let path = std::env::current_exe()?.with_file_name(name);
    if !path.exists() {
        return Ok(Vec::new());
    }
    let output = Command::new(path)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!("{COUNTER}: {}", output.status).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}
