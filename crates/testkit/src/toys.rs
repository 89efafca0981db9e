//! Three small credentials that stress the core, and show how one is written.
//!
//! | toy | shows |
//! |---|---|
//! | [`BodySigner`] | a signer that must see the body, and learns the server's clock from a 401 |
//! | [`ProofSigner`] | a proof per request, with a nonce that the server hands out (the shape of DPoP, RFC 9449) |
//! | [`KeyFile`] | a file that somebody else rewrites while it is in use |
//!
//! They are for tests: the signatures are made of plain SHA-256 and protect nothing.

mod body_signer;
mod key_file;
mod proof_signer;

use sha2::{Digest, Sha256};

pub use body_signer::BodySigner;
pub use key_file::KeyFile;
pub use proof_signer::ProofSigner;

/// SHA-256 over length-prefixed parts, so that no two lists of parts look alike, in hexadecimal.
fn digest(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    let digest = hash.finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whole seconds since the epoch; 0 before it.
fn seconds(at: std::time::SystemTime) -> i64 {
    at.duration_since(std::time::SystemTime::UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_secs()).ok())
        .unwrap_or(0)
}

#[cfg(test)]
pub(crate) mod tests;
