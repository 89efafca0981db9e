use std::collections::VecDeque;
use std::task::Waker;

use bytes::Bytes;
use http::{HeaderMap, Response};

use super::*;

/// Hands out its script; `None` is one `Pending`.
struct Script(VecDeque<Option<Result<Frame<Bytes>, &'static str>>>);

impl Script {
    fn new<const N: usize>(steps: [Option<Result<Frame<Bytes>, &'static str>>; N]) -> Self {
        Self(steps.into())
    }
}

impl Body for Script {
    type Data = Bytes;
    type Error = &'static str;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, &'static str>>> {
        match self.0.pop_front() {
            Some(Some(frame)) => Poll::Ready(Some(frame)),
            Some(None) => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            None => Poll::Ready(None),
        }
    }
}

fn data(text: &'static str) -> Option<Result<Frame<Bytes>, &'static str>> {
    Some(Ok(Frame::data(Bytes::from_static(text.as_bytes()))))
}

fn trailers() -> Option<Result<Frame<Bytes>, &'static str>> {
    let mut trailers = HeaderMap::new();
    trailers.insert("x-sum", http::HeaderValue::from_static("7"));
    Some(Ok(Frame::trailers(trailers)))
}

fn read(script: Script, limit: usize) -> (String, AuthBody<Script>) {
    let (parts, body) = Response::new(script).into_parts();
    let mut reading = ReadPrefix::new(parts, body, limit);
    let mut cx = Context::from_waker(Waker::noop());
    for _ in 0..10 {
        if let Poll::Ready(Some((_, body, prefix))) = reading.poll(&mut cx) {
            assert!(matches!(reading.poll(&mut cx), Poll::Ready(None)));
            return (String::from_utf8(prefix).unwrap(), body);
        }
    }
    panic!("the prefix was never complete")
}

/// Everything that is left, as text.
fn rest(body: AuthBody<Script>) -> Vec<String> {
    let mut body = std::pin::pin!(body);
    let mut cx = Context::from_waker(Waker::noop());
    let mut seen = Vec::new();
    for _ in 0..20 {
        match body.as_mut().poll_frame(&mut cx) {
            Poll::Pending => {}
            Poll::Ready(None) => return seen,
            Poll::Ready(Some(Err(error))) => seen.push(format!("error {error}")),
            Poll::Ready(Some(Ok(frame))) => seen.push(match frame.into_data() {
                Ok(data) => String::from_utf8(data.to_vec()).unwrap(),
                Err(frame) => format!("trailers {}", frame.trailers_ref().unwrap().len()),
            }),
        }
    }
    panic!("the body never ended")
}

#[test]
fn the_prefix_is_capped_and_nothing_is_lost() {
    let script = Script::new([
        data("abc"),
        None,
        data(""),
        data("defg"),
        data("hi"),
        trailers(),
    ]);
    let (prefix, body) = read(script, 5);
    assert_eq!(prefix, "abcde");
    assert_eq!(body.size_hint().lower(), 7);
    assert!(!body.is_end_stream());
    assert_eq!(rest(body), ["abc", "defg", "hi", "trailers 1"]);
}

#[test]
fn a_short_body_ends_the_prefix_and_keeps_its_trailers() {
    let (prefix, body) = read(Script::new([data("abc"), trailers()]), 100);
    assert_eq!(prefix, "abc");
    assert_eq!(rest(body), ["abc", "trailers 1"]);

    let (prefix, body) = read(Script::new([data("abc")]), 100);
    assert_eq!(prefix, "abc");
    assert_eq!(body.size_hint().exact(), Some(3));
    assert_eq!(rest(body), ["abc"]);

    let (prefix, body) = read(Script::new([]), 100);
    assert_eq!(prefix, "");
    assert!(body.is_end_stream());
}

#[test]
fn an_error_reaches_the_caller_behind_what_came_before_it() {
    let (prefix, body) = read(Script::new([data("abc"), Some(Err("reset"))]), 100);
    assert_eq!(prefix, "abc");
    assert_eq!(rest(body), ["abc", "error reset"]);
}

#[test]
fn a_buffer_in_pieces_ends_the_prefix_at_its_first_piece() {
    let piecewise = Bytes::from_static(b"ab").chain(Bytes::from_static(b"cd"));
    let mut prefix = Vec::new();
    assert!(!append(&mut prefix, &piecewise, 10));
    assert_eq!(prefix, b"ab");
}
