//! The response body: the inner service's own, or what was read of it in front of the rest.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Buf;
use http::response::Parts;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

/// A signer that wants more of a response than this gets this much.
pub(crate) const MAX_PREFIX: usize = 1024 * 1024;

pin_project! {
    /// The body of a response. It passes every frame on, trailers included, also where a signer looked
    /// at the beginning of the body first.
    pub struct AuthBody<B>
    where
        B: Body,
    {
        #[pin]
        inner: Inner<B>,
    }
}

pin_project! {
    #[project = InnerProj]
    enum Inner<B>
    where
        B: Body,
    {
        Plain { #[pin] body: B },
        Held { held: Box<Held<B>> },
    }
}

/// A body of which the beginning was read.
struct Held<B: Body> {
    frames: VecDeque<Result<Frame<B::Data>, B::Error>>,
    rest: Pin<Box<B>>,
    /// `rest` said that it is at its end, or failed, and is not to be asked again.
    ended: bool,
}

impl<B: Body> AuthBody<B> {
    pub(crate) fn plain(body: B) -> Self {
        Self {
            inner: Inner::Plain { body },
        }
    }
}

impl<B: Body> Body for AuthBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        match self.project().inner.project() {
            InnerProj::Plain { body } => body.poll_frame(cx),
            InnerProj::Held { held } => match held.frames.pop_front() {
                Some(frame) => Poll::Ready(Some(frame)),
                None if held.ended => Poll::Ready(None),
                None => held.rest.as_mut().poll_frame(cx),
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.inner {
            Inner::Plain { body } => body.is_end_stream(),
            Inner::Held { held } => {
                held.frames.is_empty() && (held.ended || held.rest.is_end_stream())
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.inner {
            Inner::Plain { body } => body.size_hint(),
            Inner::Held { held } => held.size_hint(),
        }
    }
}

impl<B: Body> Held<B> {
    fn size_hint(&self) -> SizeHint {
        let read = self
            .frames
            .iter()
            .filter_map(|frame| frame.as_ref().ok()?.data_ref())
            .map(|data| data.remaining() as u64)
            .fold(0, u64::saturating_add);
        let mut hint = SizeHint::new();
        if self.ended {
            hint.set_exact(read);
            return hint;
        }
        let rest = self.rest.size_hint();
        if let Some(upper) = rest.upper() {
            hint.set_upper(upper.saturating_add(read));
        }
        hint.set_lower(rest.lower().saturating_add(read));
        hint
    }
}

/// The head, the body as if nothing had been read, and its first bytes.
pub(crate) type Read<B> = (Parts, AuthBody<B>, Vec<u8>);

/// Reads the beginning of a body.
pub(crate) struct ReadPrefix<B: Body> {
    read: Option<(Parts, Box<Held<B>>)>,
    prefix: Vec<u8>,
    limit: usize,
}

impl<B: Body> ReadPrefix<B> {
    pub(crate) fn new(parts: Parts, body: B, limit: usize) -> Self {
        let held = Held {
            frames: VecDeque::new(),
            rest: Box::pin(body),
            ended: false,
        };
        Self {
            read: Some((parts, Box::new(held))),
            prefix: Vec::new(),
            limit: limit.min(MAX_PREFIX),
        }
    }

    /// `None` when called again after the end.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Read<B>>> {
        if let Some((_, held)) = &mut self.read {
            while self.prefix.len() < self.limit && !held.ended {
                let frame = match held.rest.as_mut().poll_frame(cx) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(Some(frame)) => frame,
                    Poll::Ready(None) => {
                        held.ended = true;
                        break;
                    }
                };
                let whole = match &frame {
                    Ok(frame) => match frame.data_ref() {
                        Some(data) if !data.has_remaining() => continue,
                        Some(data) => append(&mut self.prefix, data, self.limit),
                        None => false,
                    },
                    Err(_) => {
                        held.ended = true;
                        false
                    }
                };
                held.frames.push_back(frame);
                if !whole {
                    break;
                }
            }
        }
        Poll::Ready(self.read.take().map(|(parts, held)| {
            let inner = Inner::Held { held };
            (parts, AuthBody { inner }, std::mem::take(&mut self.prefix))
        }))
    }
}

/// Copies what can be seen of `data` without consuming it; whether that was all.
fn append(prefix: &mut Vec<u8>, data: &impl Buf, limit: usize) -> bool {
    let chunk = data.chunk();
    let room = limit.saturating_sub(prefix.len());
    prefix.extend_from_slice(chunk.get(..room).unwrap_or(chunk));
    chunk.len() == data.remaining()
}

impl<B: Body> fmt::Debug for AuthBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthBody")
            .field("size", &self.size_hint())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
