#![allow(clippy::unwrap_used, clippy::panic)]

mod answers;
mod credentials;
mod framing;
mod lifecycle;
mod load;
mod records;
mod redaction;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::{RecordedRequest, WireServer};

/// A client that writes what it is told.
struct Peer {
    reader: BufReader<TcpStream>,
}

struct Answer {
    status: u16,
    lines: Vec<String>,
    body: String,
}

impl Peer {
    fn of(server: &WireServer) -> Self {
        let stream = TcpStream::connect(server.addr()).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            reader: BufReader::new(stream),
        }
    }

    fn send(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        self.reader.get_mut().write_all(bytes.as_ref()).unwrap();
        self
    }

    fn head(&mut self) -> (u16, Vec<String>) {
        let mut lines = (&mut self.reader).lines().map(Result::unwrap);
        let status = lines
            .next()
            .unwrap()
            .split(' ')
            .nth(1)
            .unwrap()
            .parse()
            .unwrap();
        (status, lines.take_while(|line| !line.is_empty()).collect())
    }

    fn answer(&mut self) -> Answer {
        let (status, lines) = self.head();
        let length = value_of(&lines, "content-length").map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        self.reader.read_exact(&mut body).unwrap();
        Answer {
            status,
            lines,
            body: String::from_utf8(body).unwrap(),
        }
    }

    fn is_at_end(&mut self) -> bool {
        self.reader.fill_buf().is_ok_and(<[u8]>::is_empty)
    }
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        value_of(&self.lines, name)
    }
}

fn value_of<'a>(lines: &'a [String], name: &str) -> Option<&'a str> {
    lines
        .iter()
        .filter_map(|line| line.split_once(": "))
        .find(|(n, _)| n.eq_ignore_ascii_case(name))
        .map(|(_, v)| v)
}

/// Sends one `GET` with those header lines on a new connection.
fn get(server: &WireServer, target: &str, headers: &[&str]) -> Answer {
    let lines: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
    Peer::of(server)
        .send(format!("GET {target} HTTP/1.1\r\nHost: x\r\n{lines}\r\n"))
        .answer()
}

fn only_request(server: &WireServer) -> RecordedRequest {
    let mut requests = server.take();
    assert_eq!(requests.len(), 1);
    requests.remove(0)
}
