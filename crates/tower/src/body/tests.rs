use bytes::Bytes;
use http_body_util::{BodyExt, Empty, Full};

use super::*;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Is {
    Empty,
    Bytes,
    Stream,
}

fn is(view: &BodyView<'_>) -> Is {
    match view.as_body() {
        Body::Empty => Is::Empty,
        Body::Bytes(b"abc") => Is::Bytes,
        _ => Is::Stream,
    }
}

fn any<B: Clone + PartialEq + std::fmt::Debug + 'static>(body: B) -> Is {
    let is = is(&AnyBodies.view(&body));
    assert_eq!(AnyBodies.replay(&body), Some(body));
    is
}

#[test]
fn types_that_are_known_are_seen_and_copied() {
    assert_eq!(any(()), Is::Empty);
    assert_eq!(any(Bytes::from_static(b"abc")), Is::Bytes);
    assert_eq!(any(Bytes::new()), Is::Empty);
    assert_eq!(any("abc"), Is::Bytes);
    assert_eq!(any(String::from("abc")), Is::Bytes);
    assert_eq!(any(b"abc".to_vec()), Is::Bytes);
    assert_eq!(any(&b"abc"[..]), Is::Bytes);
    assert_eq!(is(&HttpBodies.view(&String::from("abc"))), Is::Bytes);
    assert_eq!(is(&HttpBodies.view(&Empty::<Bytes>::new())), Is::Empty);
    assert_eq!(is(&HttpBodies.view(&Full::new(Bytes::new()))), Is::Empty);
    let full = Full::new(Bytes::from_static(b"abc"));
    assert_eq!(is(&HttpBodies.view(&full)), Is::Bytes);
    assert_eq!(
        HttpBodies
            .replay(&full)
            .map(|copy| is(&HttpBodies.view(&copy))),
        Some(Is::Bytes)
    );
    assert!(HttpBodies.replay(&Empty::<Bytes>::new()).is_some());
}

#[test]
fn other_types_are_streams_unless_they_are_at_their_end() {
    let stream = Full::new(Bytes::from_static(b"abc")).boxed();
    assert_eq!(is(&HttpBodies.view(&stream)), Is::Stream);
    assert!(HttpBodies.replay(&stream).is_none());
    let ended = Empty::<Bytes>::new().boxed();
    assert_eq!(is(&HttpBodies.view(&ended)), Is::Empty);
    assert!(HttpBodies.replay(&ended).is_none());
    assert_eq!(is(&AnyBodies.view(&7_u32)), Is::Stream);
    assert!(AnyBodies.replay(&7_u32).is_none());
}

#[test]
fn empty_bodies_of_a_type_with_a_default_are_replayed_as_it() {
    type Boxed = http_body_util::combinators::BoxBody<Bytes, std::convert::Infallible>;
    let ended: Boxed = Empty::new().boxed();
    assert!(
        DefaultBodies
            .replay(&ended)
            .is_some_and(|copy| http_body::Body::is_end_stream(&copy))
    );
    let full: Boxed = Full::new(Bytes::from_static(b"abc")).boxed();
    assert!(DefaultBodies.replay(&full).is_none());
}

#[test]
fn streaming_never_looks() {
    assert_eq!(Streaming::new().view(&()), BodyView::Stream);
    assert_eq!(
        Streaming::new().allow_unsigned().view(&"abc"),
        BodyView::UnsignedAllowed
    );
    assert_eq!(Streaming::new().replay(&"abc"), None);
}

#[test]
fn an_owned_view_says_the_same_and_debug_shows_sizes_alone() {
    let body = String::from("abc");
    let owned = HttpBodies.view(&body).into_owned();
    assert_eq!(is(&owned), Is::Bytes);
    assert_eq!(format!("{owned:?}"), "Bytes(3)");
}
