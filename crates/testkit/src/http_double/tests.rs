use http::{HeaderValue, StatusCode, header};

use super::*;
use crate::{Gate, ManualClock, ManualRuntime};

fn send(
    http: &HttpDouble,
    route: Route,
    uri: &str,
    body: &'static str,
) -> Option<Result<Response<Bytes>, SendError>> {
    let request = Request::post(uri)
        .header("x-test", "1")
        .body(Bytes::from_static(body.as_bytes()))
        .unwrap();
    ManualRuntime::new(&ManualClock::new()).complete(http.send(route, request))
}

const TOKEN: &str = "https://login.example.com/token";

#[test]
fn answers_in_order_and_records_what_was_sent() {
    let http = HttpDouble::new()
        .then(HttpReply::json("{}").header(header::RETRY_AFTER, HeaderValue::from_static("3")))
        .then(HttpReply::status(StatusCode::SERVICE_UNAVAILABLE));
    let first = send(&http, Route::Issuer, TOKEN, "a=b").unwrap().unwrap();
    assert_eq!(
        (first.status(), &first.headers()["retry-after"]),
        (StatusCode::OK, &HeaderValue::from_static("3"))
    );
    assert_eq!(first.headers()["content-type"], "application/json");
    for _ in 0..2 {
        let later = send(&http, Route::Issuer, TOKEN, "").unwrap().unwrap();
        assert_eq!(later.status(), StatusCode::SERVICE_UNAVAILABLE);
    }
    let sent = &http.requests()[0];
    assert_eq!(
        (sent.method.as_str(), sent.uri.path(), sent.header("x-test")),
        ("POST", "/token", "1")
    );
    assert_eq!(
        (sent.body_text().as_str(), sent.route),
        ("a=b", Route::Issuer)
    );
    assert_eq!(http.requests().len(), 3);
}

#[test]
fn the_route_is_checked_before_anything_is_sent() {
    let http = HttpDouble::from_fn(|_| HttpReply::json("{}"));
    for (route, uri) in [
        (Route::Issuer, "http://login.example.com/token"),
        (Route::Issuer, "http://169.254.169.254/token"),
        (Route::Metadata, TOKEN),
    ] {
        let error = send(&http, route, uri, "").unwrap().unwrap_err();
        assert_eq!(error.kind(), SendErrorKind::Refused, "{uri}");
    }
    assert_eq!((http.requests().len(), http.refused().len()), (0, 3));
    assert!(
        send(&http, Route::Metadata, "http://169.254.169.254/latest", "")
            .unwrap()
            .is_ok()
    );
}

#[test]
fn without_an_answer_there_is_no_connection() {
    let error = send(&HttpDouble::new(), Route::Issuer, TOKEN, "")
        .unwrap()
        .unwrap_err();
    assert_eq!(error.kind(), SendErrorKind::Connection);
    let timeout = HttpDouble::new().then(HttpReply::error(SendErrorKind::Timeout));
    let error = send(&timeout, Route::Issuer, TOKEN, "")
        .unwrap()
        .unwrap_err();
    assert_eq!(error.kind(), SendErrorKind::Timeout);
}

#[test]
fn too_large_a_response_is_refused() {
    let exactly = "x".repeat(MAX_RESPONSE_BYTES);
    let http = HttpDouble::new()
        .then(HttpReply::text(StatusCode::OK, exactly.clone()))
        .then(HttpReply::text(StatusCode::OK, exactly + "x"));
    assert!(send(&http, Route::Issuer, TOKEN, "").unwrap().is_ok());
    let error = send(&http, Route::Issuer, TOKEN, "").unwrap().unwrap_err();
    assert_eq!(error.kind(), SendErrorKind::TooLarge);
}

#[test]
fn a_gated_answer_waits() {
    let gate = Gate::new();
    let http = HttpDouble::new().then(HttpReply::json("{}").after(&gate));
    assert!(send(&http, Route::Issuer, TOKEN, "").is_none());
    gate.open();
    assert!(send(&http, Route::Issuer, TOKEN, "").is_some());
}

#[test]
fn debug_shows_neither_bodies_nor_header_values() {
    let http = HttpDouble::new().then(HttpReply::json(r#"{"t":"test-only-answer"}"#));
    let request = Request::post("https://login.example.com/token?code=test-only-code")
        .header("authorization", "Basic test-only-basic")
        .body(Bytes::from_static(b"client_secret=test-only-secret"))
        .unwrap();
    let runtime = ManualRuntime::new(&ManualClock::new());
    runtime
        .complete(http.send(Route::Issuer, request))
        .unwrap()
        .unwrap();
    for text in [
        format!("{http:?}"),
        format!("{http:#?}"),
        format!("{:?}", HttpReply::json("test-only-x")),
    ] {
        assert!(!text.contains("test-only"), "{text}");
    }
    assert!(format!("{http:?}").contains("authorization"));
}
