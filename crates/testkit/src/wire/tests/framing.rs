use std::net::Shutdown;

use super::super::{Malformed, WireServer};
use super::{Peer, only_request};

#[test]
fn a_chunked_body_is_joined_and_its_trailers_are_kept() {
    let server = WireServer::start().unwrap();
    let mut peer = Peer::of(&server);
    peer.send("POST / HTTP/1.1\r\nTransfer-Encoding: Chunked\r\n\r\n4\r\nwire\r\nA;ext=1\r\n 012345678\r\n");
    peer.send("0\r\nX-Check: 1\r\n\r\n").answer();

    let request = only_request(&server);
    assert_eq!(request.body(), b"wire 012345678");
    assert_eq!(request.trailers()[0].line(), b"X-Check: 1");
    peer.send("GET /next HTTP/1.1\r\n\r\n").answer();
    assert_eq!(only_request(&server).target(), "/next");
}

#[test]
fn a_credential_in_a_trailer_counts() {
    let server = WireServer::start().unwrap();
    let chunked =
        "POST / HTTP/1.1\r\nX-Api-Key: test-only\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
    let answer = Peer::of(&server)
        .send(chunked)
        .send("Authorization: Bearer test-only\r\n\r\n")
        .answer();
    assert_eq!(answer.status, 401);
}

#[test]
fn a_client_that_expects_it_is_told_to_continue() {
    let server = WireServer::start().unwrap();
    let mut peer = Peer::of(&server);
    peer.send("POST / HTTP/1.1\r\nExpect: 100-Continue\r\nContent-Length: 4\r\n\r\n");
    assert_eq!(peer.head().0, 100);
    assert_eq!(peer.send("body").answer().status, 401);
    assert_eq!(only_request(&server).body(), b"body");
    // Nothing to wait for.
    assert_eq!(
        peer.send("GET / HTTP/1.1\r\nExpect: 100-continue\r\n\r\n")
            .answer()
            .status,
        401
    );
}

#[test]
fn what_is_no_request_is_refused_and_counted() {
    let cases: [(&str, Malformed); 19] = [
        ("\r\n", Malformed::RequestLine),
        ("GET /\r\n\r\n", Malformed::RequestLine),
        ("GET  / HTTP/1.1\r\n\r\n", Malformed::RequestLine),
        ("GET /\u{e9} HTTP/1.1\r\n\r\n", Malformed::RequestLine),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Malformed::RequestLine),
        ("GET / HTTP/1.1\n\n", Malformed::LineBreak),
        ("GET / HTTP/1.1\r\na: b\rc: d\r\n\r\n", Malformed::LineBreak),
        ("GET / HTTP/1.1\r\na: b\nc: d\r\n\r\n", Malformed::LineBreak),
        ("GET / HTTP/1.1\r\na: \0\r\n\r\n", Malformed::LineBreak),
        ("GET / HTTP/1.1\r\nno colon\r\n\r\n", Malformed::HeaderLine),
        ("GET / HTTP/1.1\r\nspace : a\r\n\r\n", Malformed::HeaderLine),
        (
            "GET / HTTP/1.1\r\na: b\r\n folded\r\n\r\n",
            Malformed::HeaderLine,
        ),
        (
            "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na",
            Malformed::BodyLength,
        ),
        (
            "POST / HTTP/1.1\r\nContent-Length: +1\r\n\r\na",
            Malformed::BodyLength,
        ),
        (
            "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            Malformed::BodyLength,
        ),
        (
            "POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n",
            Malformed::BodyLength,
        ),
        (
            "POST / HTTP/1.1\r\nContent-Length: 67108865\r\n\r\n",
            Malformed::BodyTooLarge,
        ),
        (
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4000001\r\n",
            Malformed::BodyTooLarge,
        ),
        (
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
            Malformed::Chunk,
        ),
    ];
    let server = WireServer::start().unwrap();
    for (bytes, why) in cases {
        let mut peer = Peer::of(&server);
        let answer = peer.send(bytes).answer();
        assert_eq!(
            (answer.status, answer.header("connection")),
            (400, Some("close")),
            "{bytes:?}"
        );
        assert!(
            answer.body.contains(&why.to_string()),
            "{bytes:?}: {}",
            answer.body
        );
        assert!(peer.is_at_end(), "{bytes:?}");
        assert_eq!(server.malformed().last(), Some(&why), "{bytes:?}");
    }
    assert_eq!((server.malformed_count(), server.count()), (cases.len(), 0));
}

#[test]
fn an_empty_length_is_no_length() {
    let server = WireServer::start().unwrap();
    assert_eq!(
        Peer::of(&server)
            .send("POST / HTTP/1.1\r\nContent-Length:\r\n\r\n")
            .answer()
            .status,
        400
    );
    assert_eq!(server.malformed(), [Malformed::BodyLength]);
}

#[test]
fn a_head_without_an_end_is_refused_in_time() {
    let server = WireServer::start().unwrap();
    let mut peer = Peer::of(&server);
    let answer = peer
        .send("GET / HTTP/1.1\r\na: ")
        .send(vec![b'a'; 300 * 1024])
        .answer();
    assert_eq!(answer.status, 400);
    // What was left unread does not reset the connection.
    peer.reader.get_ref().shutdown(Shutdown::Write).unwrap();
    assert!(peer.is_at_end());
    assert_eq!(server.malformed(), [Malformed::HeadTooLarge]);
}

#[test]
fn a_cut_request_is_malformed_and_an_idle_end_is_not() {
    for (bytes, expected) in [
        ("", &[][..]),
        ("GET / HT", &[Malformed::Truncated]),
        ("GET / HTTP/1.1\r\na: b\r\n", &[Malformed::Truncated]),
        (
            "POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\na",
            &[Malformed::Truncated],
        ),
        (
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\na",
            &[Malformed::Truncated],
        ),
    ] {
        let server = WireServer::start().unwrap();
        let mut peer = Peer::of(&server);
        peer.send(bytes)
            .reader
            .get_ref()
            .shutdown(Shutdown::Write)
            .unwrap();
        assert!(peer.is_at_end(), "{bytes:?}");
        assert_eq!(server.malformed(), expected, "{bytes:?}");
    }
}
