use super::super::{Reply, WireServer};
use super::{get, only_request};

const SECRET: &str = "test-only-planted";

#[test]
fn debug_shows_names_and_lengths_only() {
    let server = WireServer::builder()
        .credential_header("x-corp-key")
        .respond(|_| Reply::ok())
        .start()
        .unwrap();
    let query = format!("key={SECRET}&{SECRET}&access_token={SECRET}#{SECRET}");
    let headers = [
        format!("Authorization: {SECRET}"),
        format!("X-Api-Key: {SECRET}"),
        format!("x-corp-key: {SECRET}"),
        format!("x-undeclared: {SECRET}"),
    ];
    let lines: Vec<&str> = headers.iter().map(String::as_str).collect();
    get(
        &server,
        &format!("http://user:{SECRET}@h/v1?{query}"),
        &lines,
    );

    let request = only_request(&server);
    for shown in [
        format!("{request:?}"),
        format!("{request:#?}"),
        format!("{server:?}"),
    ] {
        assert!(!shown.contains("planted"), "{shown}");
    }
    let shown = format!("{request:?}");
    assert!(
        shown.contains("…@h/v1?key=[17 bytes]&[17 bytes]&access_token=[17 bytes]&[17 bytes]"),
        "{shown}"
    );
    assert!(
        shown.contains("Authorization: [17 bytes], X-Api-Key: [17 bytes]"),
        "{shown}"
    );
}

#[test]
fn debug_of_a_reply_and_a_builder_shows_no_value() {
    let reply = Reply::ok()
        .header("x-token", SECRET)
        .json(format!(r#"{{"access_token":"{SECRET}"}}"#));
    assert!(!format!("{reply:?}").contains("planted"));
    assert!(format!("{reply:?}").contains(r#"("x-token", 17)"#));
    let builder = WireServer::builder()
        .respond(move |_| reply.clone())
        .credential_header("X-Corp-Key");
    assert_eq!(
        format!("{builder:?}"),
        r#"WireServerBuilder { recording: All, credential_headers: ["x-corp-key"], .. }"#
    );
}
