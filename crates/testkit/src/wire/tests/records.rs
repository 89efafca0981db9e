use super::super::{Recording, WireServer};
use super::{Peer, get, only_request};

#[test]
fn header_lines_are_kept_as_written() {
    let server = WireServer::start().unwrap();
    Peer::of(&server)
        .send("PATCH /a/../b%20c?x=1&x=2 HTTP/1.1\r\nhOsT: x\r\nX-Api-KEY:  test-only-a\t\r\n")
        .send(b"B:\r\nx-api-key:test-only-b\r\nC: \xff:\x0c\r\n\r\n")
        .answer();

    let request = only_request(&server);
    assert_eq!((request.method(), request.version()), ("PATCH", "HTTP/1.1"));
    assert_eq!(
        (request.target(), request.path()),
        ("/a/../b%20c?x=1&x=2", "/a/../b%20c")
    );
    let lines: Vec<&[u8]> = request
        .headers()
        .iter()
        .map(|header| header.line())
        .collect();
    let expected: [&[u8]; 5] = [
        b"hOsT: x",
        b"X-Api-KEY:  test-only-a\t",
        b"B:",
        b"x-api-key:test-only-b",
        b"C: \xff:\x0c",
    ];
    assert_eq!(lines, expected);
    let names: Vec<&str> = request
        .headers()
        .iter()
        .map(|header| header.name())
        .collect();
    assert_eq!(names, ["hOsT", "X-Api-KEY", "B", "x-api-key", "C"]);
    assert_eq!(request.headers()[4].value(), b"\xff:\x0c");
    assert_eq!(
        request.header_values("X-API-key"),
        ["test-only-a", "test-only-b"]
    );
    assert_eq!(request.header_values("b"), [""]);
    assert_eq!(request.header_values("c"), ["\u{fffd}:\u{c}"]);
}

#[test]
fn requests_on_one_connection_are_numbered_and_told_from_other_connections() {
    let server = WireServer::start().unwrap();
    let mut first = Peer::of(&server);
    first.send("GET /0 HTTP/1.1\r\n\r\n").answer();
    get(&server, "/1", &[]);
    // Two at once, and the second still arrives whole.
    first.send("POST /2 HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET /3 HTTP/1.1\r\n\r\n");
    first.answer();
    first.answer();

    let requests = server.requests();
    let seen: Vec<_> = requests
        .iter()
        .map(|r| (r.number(), r.target(), r.connection(), r.body()))
        .collect();
    let expected: [(usize, &str, u64, &[u8]); 4] = [
        (0, "/0", 0, b""),
        (1, "/1", 1, b""),
        (2, "/2", 0, b"abc"),
        (3, "/3", 0, b""),
    ];
    assert_eq!(seen, expected);
}

#[test]
fn taking_empties_the_record_but_not_the_counts() {
    let server = WireServer::start().unwrap();
    get(&server, "/", &["x-api-key: test-only"]);
    assert_eq!((server.requests().len(), server.requests().len()), (1, 1));
    assert_eq!((server.take().len(), server.take().len()), (1, 0));
    assert_eq!(server.count(), 1);
}

#[test]
fn counts_only_keeps_the_tally_and_the_labels() {
    let server = WireServer::builder()
        .record(Recording::CountsOnly)
        .classify(|request| request.path().to_owned())
        .start()
        .unwrap();
    get(&server, "/a", &[]);
    get(&server, "/a", &["api-key: test-only"]);
    get(
        &server,
        "/b?q",
        &["api-key: test-only", "x-api-key: test-only"],
    );

    assert!(server.requests().is_empty());
    let tally = server.tally();
    assert_eq!(
        (tally.total, tally.none, tally.one_credential, tally.several),
        (3, 1, 1, 1)
    );
    assert_eq!(
        server.counts().into_iter().collect::<Vec<_>>(),
        [("/a".to_owned(), 2), ("/b".to_owned(), 1)]
    );
}
