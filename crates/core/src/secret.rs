//! Secret bytes that never go into a header as they are.

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::fingerprint::Fingerprint;

/// Secret bytes: a private key, a client secret, a refresh token.
///
/// Cheap to clone; clones share one buffer, and the last one to be dropped overwrites it with zeros. There is no
/// `Display`, no `Serialize` and no `Deref`: the only ways in are [`expose`](Self::expose) and
/// [`expose_str`](Self::expose_str), which are easy to search for. What goes into a header is a
/// [`HeaderSecret`](crate::header_secret::HeaderSecret) instead.
///
/// Equality compares SHA-256 digests without an early exit, so its time says nothing about where two secrets
/// differ.
#[derive(Clone)]
pub struct Secret(Arc<Zeroizing<Vec<u8>>>);

impl Secret {
    /// Takes over `bytes`.
    ///
    /// A `Vec<u8>` or a `String` is moved in and wiped in the end, spare capacity included. From a borrowed value
    /// (`&str`, `&[u8]`) a copy is made, and the original stays for the caller to wipe; so do the buffers that a
    /// growing `Vec` or `String` left behind before it came here.
    #[must_use]
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(Arc::new(Zeroizing::new(bytes.into())))
    }

    /// The secret itself. Do not log it, format it or keep a copy.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The secret as text, or `None` if it is not UTF-8. Do not log it, format it or keep a copy.
    #[must_use]
    pub fn expose_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }

    /// The length in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no bytes at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What may be shown of it. Computed at each call (one SHA-256).
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret([redacted])")
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.fingerprint() == other.fingerprint()
    }
}

impl Eq for Secret {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing_in_any_form() {
        let secret = Secret::new("test-only-secret-test-only-secret-1");
        assert_eq!(format!("{secret:?}"), "Secret([redacted])");
        assert_eq!(format!("{secret:#?}"), "Secret([redacted])");
        assert_eq!(format!("{:?}", Some(secret)), "Some(Secret([redacted]))");
    }

    #[test]
    fn takes_the_buffer_and_shares_it() {
        let buffer = b"test-only".to_vec();
        let at = buffer.as_ptr();
        let secret = Secret::new(buffer);
        assert_eq!(secret.expose().as_ptr(), at);
        assert_eq!(secret.clone().expose().as_ptr(), at);
    }

    #[test]
    fn text_only_if_it_is_text() {
        let text = Secret::new("clé");
        assert_eq!((text.expose_str(), text.len()), (Some("clé"), 4));
        let bytes = Secret::new([0xff, 0x00]);
        assert_eq!((bytes.expose_str(), bytes.expose()), (None, &[0xff, 0][..]));
        assert!(Secret::new("").is_empty() && !bytes.is_empty());
    }

    #[test]
    fn equal_when_the_bytes_are() {
        assert_eq!(Secret::new("abc"), Secret::new(b"abc".to_vec()));
        assert_ne!(Secret::new("abc"), Secret::new("abd"));
        assert_ne!(Secret::new("abc"), Secret::new("abc\0"));
        assert_eq!(Secret::new("abc").fingerprint(), Fingerprint::of(b"abc"));
    }

    #[test]
    fn the_buffer_is_of_the_type_that_wipes() {
        // Zeroizing wipes in its own Drop: that the field has this type is the whole guarantee.
        let Secret(shared) = Secret::new("abc");
        let _: Arc<Zeroizing<Vec<u8>>> = shared;
    }
}
