//! What may be shown of a secret.

use std::fmt;
use std::hash::{Hash, Hasher};

use sha2::{Digest, Sha256};

/// Keeps our digests apart from those of other programs: a leaked fingerprint matches no precomputed table.
const DOMAIN: &[u8] = b"onecred.fingerprint.v1\0";

/// Below this many characters neither the end nor the digest is shown: the hash of a short secret is an oracle.
const SHORT: usize = 32;

const TAIL: usize = 4;

/// What may be shown of a secret, and what two secrets are compared by.
///
/// Shown (`Display`, and the same inside `Debug`) as `…wxyz#1a2b3c4d`: the last 4 characters and the first 8 hex
/// digits of a domain-separated SHA-256. Of a secret with fewer than 32 characters nothing is shown: `…(short)`.
/// Characters of the end that are not visible ASCII appear as `?`.
///
/// Equality and hashing use the full digest, for short secrets too. A clone copies 37 bytes.
#[derive(Clone)]
pub struct Fingerprint {
    digest: [u8; 32],
    /// `None` for a short secret.
    tail: Option<[u8; TAIL]>,
}

impl Fingerprint {
    /// The fingerprint of `secret`. Characters are counted if the bytes are UTF-8, else the bytes are.
    #[must_use]
    pub fn of(secret: &[u8]) -> Self {
        let mut hash = Sha256::new();
        hash.update(DOMAIN);
        hash.update(secret);
        Self {
            digest: hash.finalize().into(),
            tail: match std::str::from_utf8(secret) {
                Ok(text) => tail(text.chars()),
                Err(_) => tail(secret.iter().map(|&byte| char::from(byte))),
            },
        }
    }

    /// Whether the secret has fewer than 32 characters, so that nothing of it is shown.
    #[must_use]
    pub fn is_short(&self) -> bool {
        self.tail.is_none()
    }

    /// Compares without an early exit.
    fn same_digest(&self, other: &Self) -> bool {
        let pairs = self.digest.iter().zip(&other.digest);
        pairs.fold(0, |different, (a, b)| different | (a ^ b)) == 0
    }
}

/// The last characters as visible ASCII, or `None` if there are too few to show any.
fn tail(chars: impl DoubleEndedIterator<Item = char> + Clone) -> Option<[u8; TAIL]> {
    if chars.clone().count() < SHORT {
        return None;
    }
    let mut tail = [b'?'; TAIL];
    for (slot, c) in tail.iter_mut().rev().zip(chars.rev()) {
        if c.is_ascii_graphic() {
            *slot = u8::try_from(c).unwrap_or(b'?');
        }
    }
    Some(tail)
}

impl PartialEq for Fingerprint {
    fn eq(&self, other: &Self) -> bool {
        self.same_digest(other)
    }
}

impl Eq for Fingerprint {}

impl Hash for Fingerprint {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.digest.hash(state);
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")?;
        let Some(tail) = self.tail else {
            return f.write_str("(short)");
        };
        for byte in tail {
            write!(f, "{}", char::from(byte))?;
        }
        f.write_str("#")?;
        for byte in self.digest.iter().take(4) {
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

#[cfg(test)]
mod tests;
