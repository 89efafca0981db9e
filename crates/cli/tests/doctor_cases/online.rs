//! `--online` against servers of this machine.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, SystemTime};

use onecred_cli::doctor::{Severity, diagnose};
use onecred_core::Env;

use super::case::{MARK, NOW, key};

/// Answers one request with `answer`, and gives back the findings and what it was sent.
fn ask(answer: &'static str) -> (Vec<(&'static str, Severity)>, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        socket
            .set_read_timeout(Some(Duration::from_secs(5)))
            .unwrap();
        let mut got = Vec::new();
        while !got.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            socket.read_exact(&mut byte).unwrap();
            got.push(byte[0]);
        }
        socket.write_all(answer.as_bytes()).unwrap();
        String::from_utf8(got).unwrap()
    });
    let found = look(&url);
    (found, server.join().unwrap())
}

fn look(url: &str) -> Vec<(&'static str, Severity)> {
    let env = Env::empty()
        .with("ANTHROPIC_API_KEY", key())
        .with("ANTHROPIC_BASE_URL", url);
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(NOW);
    let diagnosis = diagnose(&["--online"], &env, now).unwrap();
    let found = diagnosis.findings().iter();
    // That it is not the vendor's host is known.
    found
        .filter(|finding| (finding.code, finding.severity) != ("OC008", Severity::Info))
        .map(|finding| (finding.code, finding.severity))
        .collect()
}

const VENDOR: &str = "HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n\
    {\"type\":\"error\",\"error\":{\"type\":\"authentication_error\",\"message\":\"x-api-key needed\"}}";

#[test]
fn one_request_without_a_credential_is_judged_by_its_answer() {
    let error = [("OC023", Severity::Error)];
    let warning = [("OC023", Severity::Warning)];
    for (answer, expected) in [
        (VENDOR, &[][..]),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
            &[],
        ),
        (
            "HTTP/1.1 401 Unauthorized\r\nvia: 1.1 gw\r\ncontent-length: 2\r\nconnection: close\r\n\r\nno",
            &warning,
        ),
        (
            "HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
            &warning,
        ),
        (
            "HTTP/1.1 302 Found\r\nlocation: https://login.corp.example/?PLANTED\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
            &error,
        ),
        (
            "HTTP/1.1 302 Found\r\nlocation: /login\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
            &[],
        ),
    ] {
        let (found, sent) = ask(answer);
        assert_eq!(found, expected, "{answer}");
        assert!(sent.starts_with("GET /v1/models HTTP/1.1\r\n"), "{sent}");
        let sent = sent.to_ascii_lowercase();
        assert!(
            !sent.contains("x-api-key") && !sent.contains("authorization"),
            "{sent}"
        );
        assert!(!sent.contains(&MARK.to_ascii_lowercase()), "{sent}");
    }
}

#[test]
fn nobody_there_is_an_error() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    assert_eq!(look(&url), [("OC008", Severity::Error)]);
}

#[test]
fn what_is_not_http_is_an_error() {
    let (found, _) = ask("SSH-2.0-OpenSSH_9.6\r\n\r\n");
    assert_eq!(found, [("OC008", Severity::Error)]);
}

#[test]
fn without_tls_it_is_said_and_nothing_fails() {
    let env = Env::empty().with("ANTHROPIC_API_KEY", key());
    let diagnosis = diagnose(&["--online"], &env, SystemTime::UNIX_EPOCH).unwrap();
    let [finding] = diagnosis.findings() else {
        panic!("{diagnosis:?}");
    };
    assert_eq!((finding.code, finding.severity), ("OC008", Severity::Info));
    assert!(finding.what.contains("TLS"), "{finding:?}");
}
