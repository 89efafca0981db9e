//! Reads the first bytes of a response's body for a signer, and gives them back to the caller.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use onecred_core::MAX_RESPONSE_BYTES;
use reqwest::Response;

use crate::rebuild;

/// The first bytes of the body, at least `limit` of them if there are as many, and the response as it was.
pub(crate) async fn read(mut response: Response, limit: usize) -> (Vec<u8>, Response) {
    let limit = limit.min(MAX_RESPONSE_BYTES);
    let mut seen = Vec::new();
    let mut chunks = VecDeque::new();
    let mut failed = None;
    while seen.len() < limit {
        match response.chunk().await {
            Ok(Some(chunk)) => {
                seen.extend_from_slice(&chunk);
                chunks.push_back(chunk);
            }
            Ok(None) => break,
            // The caller meets the failure where it was: behind what came before it.
            Err(error) => {
                failed = Some(error);
                break;
            }
        }
    }
    let response = rebuild::with_body(response, |rest| {
        reqwest::Body::wrap(GivenBack {
            chunks,
            failed,
            rest,
        })
    });
    (seen, response)
}

struct GivenBack {
    chunks: VecDeque<Bytes>,
    failed: Option<reqwest::Error>,
    rest: reqwest::Body,
}

impl Body for GivenBack {
    type Data = Bytes;
    type Error = reqwest::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, reqwest::Error>>> {
        if let Some(chunk) = self.chunks.pop_front() {
            return Poll::Ready(Some(Ok(Frame::data(chunk))));
        }
        if let Some(error) = self.failed.take() {
            return Poll::Ready(Some(Err(error)));
        }
        Pin::new(&mut self.rest).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.chunks.is_empty() && self.failed.is_none() && self.rest.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let given_back: usize = self.chunks.iter().map(Bytes::len).sum();
        let given_back = u64::try_from(given_back).unwrap_or(u64::MAX);
        let rest = self.rest.size_hint();
        let mut hint = SizeHint::new();
        hint.set_lower(rest.lower().saturating_add(given_back));
        if let Some(upper) = rest.upper().and_then(|upper| upper.checked_add(given_back)) {
            hint.set_upper(upper);
        }
        hint
    }
}
