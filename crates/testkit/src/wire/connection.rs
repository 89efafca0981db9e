//! Serves one connection until either side ends it.

use std::io::{self, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use super::body::{self, Length};
use super::head::{self, Head};
use super::malformed::Malformed;
use super::open::OpenConnection;
use super::reply::{Action, Reply};
use super::request::RecordedRequest;
use super::server::Shared;

const BUFFER: usize = 16 * 1024;
const MAX_UNREAD: u64 = 1024 * 1024;
const UNREAD_PATIENCE: Duration = Duration::from_millis(200);

pub(super) fn serve(shared: &Shared, connection: &OpenConnection) {
    let stream = connection.stream();
    let mut reader = BufReader::with_capacity(BUFFER, stream);
    while !shared.stop.is_asked() {
        match next_request(shared, connection, &mut reader) {
            Ok(Some(request)) => match answer(shared, stream, request) {
                Ok(true) => {}
                Ok(false) | Err(_) => return,
            },
            Ok(None) => return,
            Err(why) => {
                shared.log.record_malformed(why);
                if why != Malformed::Truncated {
                    refuse(&mut reader, why);
                }
                return;
            }
        }
    }
}

fn next_request(
    shared: &Shared,
    connection: &OpenConnection,
    reader: &mut BufReader<&TcpStream>,
) -> Result<Option<RecordedRequest>, Malformed> {
    let Some(head) = head::read_head(reader)? else {
        return Ok(None);
    };
    let length = body::length(&head)?;
    if length != Length::Known(0) && wants_continue(&head) {
        connection
            .stream()
            .write_all(b"HTTP/1.1 100 Continue\r\n\r\n")
            .map_err(|_| Malformed::Truncated)?;
    }
    let body = body::read_body(reader, length)?;
    Ok(Some(RecordedRequest::new(
        connection.number(),
        head,
        body,
        &shared.credential_headers,
    )))
}

fn wants_continue(head: &Head) -> bool {
    !head.is_http_1_0() && head.lists("expect", "100-continue")
}

/// Records and answers one request; whether the connection stays open.
fn answer(shared: &Shared, mut stream: &TcpStream, request: RecordedRequest) -> io::Result<bool> {
    let request = shared.log.record(request);
    if let Some(classify) = &shared.classify {
        shared.log.count_label(classify(&request));
    }
    let reply = (shared.respond)(&request).decided(&request);
    let is_cut_short = !reply.delay.is_zero() && !shared.stop.sleep(reply.delay);
    if is_cut_short || reply.action == Action::DropConnection {
        return Ok(false);
    }
    let head = request.head();
    let closes = head.wants_close() || reply.wants_close();
    let connection = match (closes, head.is_http_1_0()) {
        (true, _) => Some("close"),
        (false, true) => Some("keep-alive"),
        (false, false) => None,
    };
    stream.write_all(&reply.to_bytes(request.method() == "HEAD", connection))?;
    Ok(!closes)
}

/// Answers what was not a request. What the peer still sends is read, since closing over it would reset the connection
/// and could take the answer away.
fn refuse(reader: &mut BufReader<&TcpStream>, why: Malformed) {
    let mut stream: &TcpStream = reader.get_ref();
    let bytes = Reply::status(400)
        .json(format!(r#"{{"error":"{why}"}}"#))
        .to_bytes(false, Some("close"));
    // The peer may be gone, which is its right.
    if stream.write_all(&bytes).is_ok() && stream.shutdown(Shutdown::Write).is_ok() {
        let _ = stream.set_read_timeout(Some(UNREAD_PATIENCE));
        let _ = io::copy(&mut reader.take(MAX_UNREAD), &mut io::sink());
    }
}
