use std::thread;

use super::super::{Recording, WireServer};
use super::Peer;

const THREADS: usize = 64;
const EACH: usize = 500;

/// Every tenth request has two credentials and every tenth none.
fn request(n: usize) -> &'static str {
    match n % 10 {
        0 => {
            "POST /several HTTP/1.1\r\nX-Api-Key: test-only\r\nApi-Key: test-only\r\nContent-Length: 2\r\n\r\nhi"
        }
        1 => "GET /none HTTP/1.1\r\nHost: x\r\n\r\n",
        _ => "GET /one HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer test-only\r\n\r\n",
    }
}

fn load(server: &WireServer) {
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let mut peer = Peer::of(server);
                for n in 0..EACH {
                    let expected = if n % 10 > 1 { 200 } else { 401 };
                    assert_eq!(peer.send(request(n)).answer().status, expected);
                }
            });
        }
    });
    let tally = server.tally();
    assert_eq!(tally.total, THREADS * EACH);
    assert_eq!(tally.one_credential, THREADS * EACH * 8 / 10);
    assert_eq!(
        (tally.none, tally.several),
        (THREADS * EACH / 10, THREADS * EACH / 10)
    );
    assert_eq!(server.malformed_count(), 0);
}

#[test]
fn requests_of_64_connections_are_all_recorded() {
    let server = WireServer::start().unwrap();
    load(&server);

    let requests = server.take();
    assert!(
        requests
            .iter()
            .map(|request| request.number())
            .eq(0..THREADS * EACH)
    );
    let mut per_connection = vec![0; THREADS];
    for request in &requests {
        per_connection[usize::try_from(request.connection()).unwrap()] += 1;
    }
    assert_eq!(per_connection, vec![EACH; THREADS]);
}

#[test]
fn requests_of_64_connections_are_all_counted() {
    let server = WireServer::builder()
        .record(Recording::CountsOnly)
        .classify(|request| request.target().to_owned())
        .start()
        .unwrap();
    load(&server);
    let counts: Vec<(String, usize)> = server.counts().into_iter().collect();
    let expected = [("/none", 3_200), ("/one", 25_600), ("/several", 3_200)];
    assert!(
        counts
            .iter()
            .map(|(label, count)| (label.as_str(), *count))
            .eq(expected),
        "{counts:?}"
    );
}
