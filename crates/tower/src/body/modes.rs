//! The ways to look at bodies that come with the crate.

use http_body::Body;

use super::{BodyView, InspectBody, known};

/// The default, for every `http_body::Body`.
///
/// `Full<Bytes>`, `Empty<Bytes>` and `String` are signed and replayed. A body of another type that says
/// that it is at its end is signed as empty; any other is a stream: fine for credentials that go into
/// a header, refused by signers that cover the body
/// ([`AuthError::BodyUnavailable`](onecred_core::AuthError::BodyUnavailable)). Neither is replayed; see
/// [`DefaultBodies`] and [`InspectBody`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HttpBodies;

impl<B: Body + 'static> InspectBody<B> for HttpBodies {
    #[inline]
    fn view<'a>(&self, body: &'a B) -> BodyView<'a> {
        known::view(body).unwrap_or_else(|| unknown(body))
    }

    #[inline]
    fn replay(&self, body: &B) -> Option<B> {
        known::replay(body)
    }
}

fn unknown<B: Body>(body: &B) -> BodyView<'_> {
    if body.is_end_stream() {
        BodyView::Empty
    } else {
        BodyView::Stream
    }
}

/// As [`HttpBodies`]; and an empty body of a type with a default (those of axum, tonic, reqwest and
/// kube have one) is replayed as that default, so that GET requests are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DefaultBodies;

impl<B: Body + Default + 'static> InspectBody<B> for DefaultBodies {
    #[inline]
    fn view<'a>(&self, body: &'a B) -> BodyView<'a> {
        HttpBodies.view(body)
    }

    #[inline]
    fn replay(&self, body: &B) -> Option<B> {
        known::replay(body).or_else(|| {
            let empty = body.is_end_stream().then(B::default)?;
            empty.is_end_stream().then_some(empty)
        })
    }
}

/// For services whose bodies are no `http_body::Body`: `()`, `Bytes`, `String`, `Vec<u8>`,
/// `&'static str` and `&'static [u8]` (and the types that [`HttpBodies`] knows) are signed and
/// replayed, every other is a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AnyBodies;

impl<B: 'static> InspectBody<B> for AnyBodies {
    #[inline]
    fn view<'a>(&self, body: &'a B) -> BodyView<'a> {
        known::view(body).unwrap_or(BodyView::Stream)
    }

    #[inline]
    fn replay(&self, body: &B) -> Option<B> {
        known::replay(body)
    }
}

/// Never looks at a body; see [`AuthLayer::streaming`](crate::AuthLayer::streaming).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Streaming {
    unsigned: bool,
}

impl Streaming {
    /// Signers that cover the body refuse.
    pub fn new() -> Self {
        Self::default()
    }

    /// Signers may sign without covering the body (`UNSIGNED-PAYLOAD` of SigV4). Whoever can change
    /// the request on its way can then change the body.
    #[must_use]
    pub fn allow_unsigned(mut self) -> Self {
        self.unsigned = true;
        self
    }
}

impl<B> InspectBody<B> for Streaming {
    #[inline]
    fn view<'a>(&self, _body: &'a B) -> BodyView<'a> {
        if self.unsigned {
            BodyView::UnsignedAllowed
        } else {
            BodyView::Stream
        }
    }

    #[inline]
    fn replay(&self, _body: &B) -> Option<B> {
        None
    }
}
