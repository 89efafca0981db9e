//! Sends a request over a socket, and reads there what arrived.

use std::io::{Read, Write};
use std::net::TcpStream;

use http::{HeaderMap, Uri};
use onecred_testkit::wire::WireServer;

pub(crate) fn server() -> WireServer {
    WireServer::builder()
        .credential_header("x-corp-key")
        .credential_header("x-own-token")
        .credential_header("x-signature")
        .start()
        .expect("a loopback server")
}

/// Sends it, checks that exactly these lines arrived, and counts the credentials on them.
pub(crate) fn credentials_on(server: &WireServer, uri: &Uri, headers: &HeaderMap) -> usize {
    let target = uri.path_and_query().unwrap();
    let mut text = format!("POST {target} HTTP/1.1\r\nhost: {}\r\n", server.addr()).into_bytes();
    for (name, value) in headers {
        text.extend_from_slice(name.as_str().as_bytes());
        text.extend_from_slice(b": ");
        text.extend_from_slice(value.as_bytes());
        text.extend_from_slice(b"\r\n");
    }
    text.extend_from_slice(b"content-length: 0\r\nconnection: close\r\n\r\n");
    let mut socket = TcpStream::connect(server.addr()).unwrap();
    socket.write_all(&text).unwrap();
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).unwrap();
    let arrived = server.take();
    assert_eq!(arrived.len(), 1, "one request arrived");
    let request = &arrived[0];
    let ours: Vec<(String, Vec<u8>)> = request
        .headers()
        .iter()
        .filter(|line| {
            !["host", "content-length", "connection"]
                .iter()
                .any(|n| line.is(n))
        })
        .map(|line| (line.name().to_owned(), line.value().to_vec()))
        .collect();
    let sent: Vec<(String, Vec<u8>)> = headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
        .collect();
    assert_eq!(ours, sent);
    request.credentials().len()
}
