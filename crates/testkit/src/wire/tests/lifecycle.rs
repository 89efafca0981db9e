use std::net::TcpStream;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use super::super::{Reply, WireServer};
use super::{Peer, get};

#[test]
fn urls_point_at_the_server() {
    let server = WireServer::start().unwrap();
    assert_eq!(
        server.origin(),
        format!("http://127.0.0.1:{}", server.addr().port())
    );
    assert_eq!(server.url("/v1?a"), format!("{}/v1?a", server.origin()));
    assert_eq!(server.url("v1"), format!("{}/v1", server.origin()));
}

#[test]
fn dropping_closes_the_port_and_every_connection() {
    let server = WireServer::start().unwrap();
    let addr = server.addr();
    let mut idle = Peer::of(&server);
    idle.send("GET / HTTP/1.1\r\n\r\n").answer();
    let mut halfway = Peer::of(&server);
    halfway.send("POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n");
    let mut silent = Peer::of(&server);
    drop(server);

    assert!(TcpStream::connect(addr).is_err());
    for peer in [&mut idle, &mut halfway, &mut silent] {
        let mut byte = [0];
        // The end or a reset, never the read timeout.
        match std::io::Read::read(peer.reader.get_mut(), &mut byte) {
            Ok(read) => assert_eq!(read, 0),
            Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset),
        }
    }
}

#[test]
fn dropping_ends_every_thread() {
    let held = Arc::new(());
    let in_responder = Arc::clone(&held);
    let server = WireServer::builder()
        .respond(move |_| {
            let _ = &in_responder;
            Reply::ok()
        })
        .start()
        .unwrap();
    let mut peers: Vec<Peer> = (0..20).map(|_| Peer::of(&server)).collect();
    for peer in &mut peers {
        peer.send("GET / HTTP/1.1\r\n\r\n").answer();
    }
    drop(server);
    // The threads share the responder: gone means they are.
    assert_eq!(Arc::strong_count(&held), 1);
}

#[test]
fn dropping_interrupts_a_delay() {
    // Often, because an early answer would have to win a race against the end of the connection.
    for _ in 0..100 {
        let (asked, was_asked) = mpsc::channel();
        let server = WireServer::builder()
            .respond(move |_| {
                asked.send(()).unwrap();
                Reply::ok().delay(Duration::from_secs(3600))
            })
            .start()
            .unwrap();
        let mut peer = Peer::of(&server);
        peer.send("GET / HTTP/1.1\r\n\r\n");
        was_asked.recv().unwrap();
        // So that the delay has begun when the server ends; shorter only makes the test weaker.
        thread::sleep(Duration::from_millis(1));
        drop(server);
        assert!(peer.is_at_end());
    }
}

#[test]
fn a_stuck_responder_does_not_hold_up_the_end() {
    let (asked, was_asked) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let released = Mutex::new(released);
    let server = WireServer::builder()
        .respond(move |_| {
            asked.send(()).unwrap();
            let _ = released.lock().unwrap().recv();
            Reply::ok()
        })
        .start()
        .unwrap();
    Peer::of(&server).send("GET / HTTP/1.1\r\n\r\n");
    was_asked.recv().unwrap();
    drop(server);
    drop(release);
}

#[test]
fn a_panicking_responder_closes_its_connection_only() {
    let server = WireServer::builder()
        .respond(|request| {
            if request.target() == "/panic" {
                panic!("asked to")
            } else {
                Reply::ok()
            }
        })
        .start()
        .unwrap();
    assert!(
        Peer::of(&server)
            .send("GET /panic HTTP/1.1\r\n\r\n")
            .is_at_end()
    );
    assert_eq!(get(&server, "/", &[]).status, 200);
}

#[test]
fn servers_start_and_stop_in_numbers() {
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..25 {
                    let server = WireServer::start().unwrap();
                    assert_eq!(get(&server, "/", &["api-key: test-only"]).status, 200);
                }
            });
        }
    });
}
