use std::time::Duration;

use super::super::{Reply, WireServer};
use super::{Peer, get};

fn replying(reply: Reply) -> WireServer {
    WireServer::builder()
        .respond(move |_| reply.clone())
        .start()
        .unwrap()
}

#[test]
fn a_redirect_names_its_location() {
    let server = replying(Reply::redirect(307, "https://elsewhere.example/"));
    let answer = get(&server, "/", &[]);
    assert_eq!(
        (answer.status, answer.header("location")),
        (307, Some("https://elsewhere.example/"))
    );
}

#[test]
fn headers_and_body_are_written_as_given() {
    let server = replying(
        Reply::status(599)
            .header("X-A", "1")
            .header("x-a", "2")
            .body("hello"),
    );
    let answer = get(&server, "/", &[]);
    assert_eq!((answer.status, answer.body.as_str()), (599, "hello"));
    assert_eq!(answer.lines, ["X-A: 1", "x-a: 2", "content-length: 5"]);
}

#[test]
fn a_script_can_depend_on_the_request() {
    let server = WireServer::builder()
        .respond(|request| match request.number() {
            0 => Reply::unauthorized(),
            _ => Reply::check_credentials().header("x-seen", request.method()),
        })
        .start()
        .unwrap();
    assert_eq!(get(&server, "/", &["api-key: test-only"]).status, 401);
    let answer = get(&server, "/", &["api-key: test-only"]);
    assert_eq!((answer.status, answer.header("x-seen")), (200, Some("GET")));
    assert_eq!(get(&server, "/", &[]).status, 401);
}

#[test]
fn head_and_204_have_no_body() {
    let server = WireServer::builder()
        .respond(|request| {
            Reply::status(if request.target() == "/204" { 204 } else { 200 }).body("hello")
        })
        .start()
        .unwrap();
    let mut peer = Peer::of(&server);
    let (status, lines) = peer.send("HEAD / HTTP/1.1\r\n\r\n").head();
    assert_eq!((status, lines), (200, vec!["content-length: 5".to_owned()]));
    let (status, lines) = peer.send("GET /204 HTTP/1.1\r\n\r\n").head();
    assert_eq!((status, lines), (204, vec![]));
    assert_eq!(peer.send("GET / HTTP/1.1\r\n\r\n").answer().body, "hello");
}

#[test]
fn the_connection_closes_when_either_side_says_so() {
    let server = replying(Reply::ok());
    for request in [
        "GET / HTTP/1.1\r\nConnection: x, Close\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n",
    ] {
        let mut peer = Peer::of(&server);
        assert_eq!(
            peer.send(request).answer().header("connection"),
            Some("close")
        );
        assert!(peer.is_at_end());
    }
    let mut peer = Peer::of(&server);
    for _ in 0..2 {
        let answer = peer
            .send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            .answer();
        assert_eq!(answer.header("connection"), Some("keep-alive"));
    }

    let server = replying(Reply::ok().header("Connection", "close"));
    let mut peer = Peer::of(&server);
    assert_eq!(
        peer.send("GET / HTTP/1.1\r\n\r\n").answer().lines,
        ["Connection: close", "content-length: 0"]
    );
    assert!(peer.is_at_end());
}

#[test]
fn a_dropped_connection_is_recorded_and_not_answered() {
    let server = replying(Reply::drop_connection());
    assert!(Peer::of(&server).send("GET / HTTP/1.1\r\n\r\n").is_at_end());
    assert_eq!(server.count(), 1);
}

#[test]
fn a_delayed_reply_comes_all_the_same() {
    let server = replying(Reply::ok().delay(Duration::from_millis(5)));
    assert_eq!(get(&server, "/", &[]).status, 200);
}

#[test]
fn a_reply_can_frame_its_body_itself() {
    let server = replying(
        Reply::ok()
            .header("Transfer-Encoding", "chunked")
            .body("2\r\nhi\r\n0\r\n\r\n"),
    );
    assert_eq!(get(&server, "/", &[]).lines, ["Transfer-Encoding: chunked"]);
}
