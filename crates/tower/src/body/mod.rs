//! What the layer can see of a request's body, and how it gets a second one for a replay.

mod known;
mod modes;

use bytes::Bytes;
use onecred_core::Body;

pub use modes::{AnyBodies, DefaultBodies, HttpBodies, Streaming};

/// Looks at request bodies of type `B`, for signers and for replays. Implement it for a body type of
/// yours and give it to [`AuthLayer::with_body`](crate::AuthLayer::with_body).
///
/// ```
/// use onecred_tower::{BodyView, InspectBody};
///
/// #[derive(Clone)]
/// struct Json(String);
///
/// #[derive(Debug, Clone, Copy)]
/// struct JsonBodies;
///
/// impl InspectBody<Json> for JsonBodies {
///     fn view<'a>(&self, body: &'a Json) -> BodyView<'a> {
///         BodyView::slice(body.0.as_bytes())
///     }
///     fn replay(&self, body: &Json) -> Option<Json> {
///         Some(body.clone())
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot look at request bodies of type `{B}`",
    note = "`HttpBodies`, the default, needs `http_body::Body + 'static`; for other types use `AuthLayer::with_body(AnyBodies)`, `AuthLayer::streaming()` or an `InspectBody` of your own"
)]
pub trait InspectBody<B>: Clone {
    /// What a signer may know of the body. Called once for each attempt; it should cost little, since
    /// it is called for header credentials too.
    fn view<'a>(&self, body: &'a B) -> BodyView<'a>;

    /// Another body of the same bytes; `None` if it can be sent only once.
    fn replay(&self, body: &B) -> Option<B>;
}

/// What is known of a request's body.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BodyView<'a> {
    /// There is none.
    Empty,
    /// All of it, borrowed.
    Slice(&'a [u8]),
    /// All of it, shared.
    Shared(Bytes),
    /// Its SHA-256.
    Sha256([u8; 32]),
    /// It is not at hand, and a signature that does not cover it is acceptable.
    UnsignedAllowed,
    /// It is not at hand.
    Stream,
}

impl<'a> BodyView<'a> {
    /// All of it; [`Empty`](Self::Empty) if it has no bytes.
    pub fn slice(bytes: &'a [u8]) -> Self {
        if bytes.is_empty() {
            Self::Empty
        } else {
            Self::Slice(bytes)
        }
    }

    /// All of it; [`Empty`](Self::Empty) if it has no bytes.
    pub fn shared(bytes: Bytes) -> Self {
        if bytes.is_empty() {
            Self::Empty
        } else {
            Self::Shared(bytes)
        }
    }

    pub(crate) fn as_body(&self) -> Body<'_> {
        match self {
            Self::Empty => Body::Empty,
            Self::Slice(bytes) => Body::Bytes(bytes),
            Self::Shared(bytes) => Body::Bytes(bytes),
            Self::Sha256(digest) => Body::Sha256(*digest),
            Self::UnsignedAllowed => Body::UnsignedAllowed,
            Self::Stream => Body::Stream,
        }
    }

    /// The same for longer than the body lives; copies a [`Slice`](Self::Slice).
    pub(crate) fn into_owned(self) -> BodyView<'static> {
        match self {
            Self::Empty => BodyView::Empty,
            Self::Slice(bytes) => BodyView::Shared(Bytes::copy_from_slice(bytes)),
            Self::Shared(bytes) => BodyView::Shared(bytes),
            Self::Sha256(digest) => BodyView::Sha256(digest),
            Self::UnsignedAllowed => BodyView::UnsignedAllowed,
            Self::Stream => BodyView::Stream,
        }
    }
}

impl std::fmt::Debug for BodyView<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Core's shows the size alone.
        self.as_body().fmt(f)
    }
}

#[cfg(test)]
mod tests;
