//! The body types that are known by name, found at run time.

use std::any::Any;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http_body::Body;
use http_body_util::{Empty, Full};

use super::BodyView;

/// What is known of a body of one of these types; `None` for every other.
#[inline]
pub(super) fn view<B: 'static>(body: &B) -> Option<BodyView<'_>> {
    let body: &dyn Any = body;
    if let Some(full) = body.downcast_ref::<Full<Bytes>>() {
        return Some(full_view(full));
    }
    if body.is::<()>() || body.is::<Empty<Bytes>>() {
        return Some(BodyView::Empty);
    }
    let bytes = if let Some(bytes) = body.downcast_ref::<Bytes>() {
        bytes
    } else if let Some(text) = body.downcast_ref::<String>() {
        text.as_bytes()
    } else if let Some(bytes) = body.downcast_ref::<Vec<u8>>() {
        bytes
    } else if let Some(text) = body.downcast_ref::<&'static str>() {
        text.as_bytes()
    } else {
        *body.downcast_ref::<&'static [u8]>()?
    };
    Some(BodyView::slice(bytes))
}

/// `Full` shows its bytes to those who read it only; a clone of it shares them.
fn full_view(full: &Full<Bytes>) -> BodyView<'static> {
    let mut cx = Context::from_waker(Waker::noop());
    match pin!(full.clone()).poll_frame(&mut cx) {
        Poll::Ready(Some(Ok(frame))) => {
            frame.into_data().map_or(BodyView::Stream, BodyView::shared)
        }
        _ => BodyView::Empty,
    }
}

/// A second body, if this one is of one of these types.
#[inline]
pub(super) fn replay<B: 'static>(body: &B) -> Option<B> {
    copy::<Full<Bytes>, B>(body)
        .or_else(|| copy::<(), B>(body))
        .or_else(|| copy::<Empty<Bytes>, B>(body))
        .or_else(|| copy::<Bytes, B>(body))
        .or_else(|| copy::<String, B>(body))
        .or_else(|| copy::<Vec<u8>, B>(body))
        .or_else(|| copy::<&'static str, B>(body))
        .or_else(|| copy::<&'static [u8], B>(body))
}

/// A clone, if `B` is `T`.
#[inline]
fn copy<T: Clone + 'static, B: 'static>(body: &B) -> Option<B> {
    let body = (body as &dyn Any).downcast_ref::<T>()?;
    let mut copy: Option<B> = None;
    *(&mut copy as &mut dyn Any).downcast_mut::<Option<T>>()? = Some(body.clone());
    copy
}
