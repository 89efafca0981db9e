//! The buffer under every header value that carries a secret.

use bytes::Bytes;
use http::HeaderValue;
use http::header::InvalidHeaderValue;
use zeroize::Zeroize;

/// Bytes on the heap that are overwritten with zeros when they are dropped.
///
/// A boxed slice and not a `Vec`: it is allocated once, in its final size, before the first secret byte is
/// written, so no reallocation can leave a copy behind.
pub(crate) struct Wiped(Box<[u8]>);

impl Wiped {
    /// Copies `parts`, one after the other, into a new buffer.
    pub(crate) fn concat(parts: &[&[u8]]) -> Self {
        let len = parts.iter().map(|part| part.len()).sum();
        let mut buffer = vec![0; len].into_boxed_slice();
        let bytes = parts.iter().copied().flatten();
        for (slot, byte) in buffer.iter_mut().zip(bytes) {
            *slot = *byte;
        }
        Self(buffer)
    }

    /// Makes this buffer a header value, marked sensitive. Nothing is copied: all clones of the value share the
    /// buffer, and the last one to go wipes it.
    pub(crate) fn into_header_value(self) -> Result<HeaderValue, InvalidHeaderValue> {
        let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(self))?;
        value.set_sensitive(true);
        Ok(value)
    }
}

impl AsRef<[u8]> for Wiped {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Wiped {
    fn drop(&mut self) {
        self.0.zeroize();
        #[cfg(test)]
        probe::record(&self.0);
    }
}

/// What dropped buffers looked like at their very end, for tests: reading freed memory would need `unsafe`.
#[cfg(test)]
pub(crate) mod probe {
    use std::cell::RefCell;

    thread_local! {
        static DROPPED: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
    }

    pub(super) fn record(bytes: &[u8]) {
        // Not there any more when the thread itself is ending.
        let _ = DROPPED.try_with(|dropped| dropped.borrow_mut().push(bytes.to_vec()));
    }

    /// The buffers that this thread dropped since the last call.
    pub(crate) fn take() -> Vec<Vec<u8>> {
        DROPPED.with(|dropped| dropped.take())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_follow_each_other() {
        let wiped = Wiped::concat(&[b"Bearer ", b"", b"abc"]);
        assert_eq!(wiped.as_ref(), b"Bearer abc");
    }

    #[test]
    fn is_all_zeros_when_it_is_freed() {
        probe::take();
        drop(Wiped::concat(&[b"test-only-secret"]));
        assert_eq!(probe::take(), [vec![0; 16]]);
    }

    #[test]
    fn the_last_header_value_wipes_and_no_earlier_one() {
        probe::take();
        let value = Wiped::concat(&[b"test-only"]).into_header_value().unwrap();
        let clone = value.clone();
        assert!(value.is_sensitive() && clone.is_sensitive());
        drop(value);
        assert_eq!(probe::take(), Vec::<Vec<u8>>::new(), "still shared");
        assert_eq!(clone.as_bytes(), b"test-only");
        drop(clone);
        assert_eq!(probe::take(), [vec![0; 9]]);
    }

    #[test]
    fn a_refused_buffer_is_wiped_too() {
        probe::take();
        assert!(Wiped::concat(&[b"a\nb"]).into_header_value().is_err());
        assert_eq!(probe::take(), [vec![0; 3]]);
    }
}
