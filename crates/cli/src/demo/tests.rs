//! The verdicts must be able to say no.

use std::io::{Read, Write};
use std::net::TcpStream;

use onecred_testkit::wire::{RecordedRequest, WireServer};

use super::cast::{KEY, STRAY, TOKEN, bearer, carried_only, told};
use super::load::label;
use super::step::{Found, Step};

fn recorded(headers: &[(&str, &str)]) -> RecordedRequest {
    let server = WireServer::start().unwrap();
    let mut socket = TcpStream::connect(server.addr()).unwrap();
    let lines: String = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    write!(
        socket,
        "GET /p?q=1 HTTP/1.1\r\n{lines}Connection: close\r\n\r\n"
    )
    .unwrap();
    socket.read_to_string(&mut String::new()).unwrap();
    server.take().pop().unwrap()
}

#[test]
fn a_request_is_judged_by_all_that_arrived_on_it() {
    let token = bearer(TOKEN);
    for (headers, is_key_only, labelled) in [
        (&[("X-API-Key", KEY)][..], true, "key"),
        (&[("authorization", token.as_str())], false, "token"),
        (
            &[("x-api-key", KEY), ("Authorization", &token)],
            false,
            "both",
        ),
        (&[("x-api-key", KEY), ("x-api-key", KEY)], false, "both"),
        (&[("x-api-key", STRAY)], false, "other"),
        (&[("api-key", KEY)], false, "other"),
        (&[], false, "none"),
    ] {
        let request = recorded(headers);
        assert_eq!(
            carried_only(&request, "x-api-key", KEY),
            is_key_only,
            "{labelled}"
        );
        assert_eq!(label(&request), labelled);
    }
}

#[test]
fn what_is_told_names_headers_as_they_arrived_and_no_value() {
    let text = told(
        "client",
        &recorded(&[("X-API-Key", KEY), ("api-key", STRAY)]),
    );
    assert!(
        text.starts_with("client: GET /p with X-API-Key: …kkkk#"),
        "{text}"
    );
    assert!(text.contains(" and api-key: …ssss#"), "{text}");
    assert!(!text.contains(KEY) && !text.contains(STRAY), "{text}");
    assert_eq!(
        told("it", &recorded(&[])),
        "it: GET /p without a credential"
    );
}

#[test]
fn an_error_fails_the_step() {
    let step = Step::of(1, "static key", Err("no port".into()));
    assert!(!step.ok);
    assert_eq!(step.row()[3..], ["no port", "failed"]);
    let found = Found {
        did: "nothing".to_owned(),
        arrived: Vec::new(),
        ok: false,
    };
    assert!(!Step::of(1, "static key", Ok(found)).ok);
}
