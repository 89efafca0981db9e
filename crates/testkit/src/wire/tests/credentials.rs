use super::super::{CredentialPlace, WireServer};
use super::{get, only_request};

/// Which credentials a request has, as the server names them.
fn found(target: &str, headers: &[&str]) -> Vec<String> {
    let server = WireServer::builder()
        .credential_header("X-Corp-Key")
        .start()
        .unwrap();
    let answer = get(&server, target, headers);
    let found: Vec<String> = only_request(&server)
        .credentials()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(answer.status, if found.len() == 1 { 200 } else { 401 });
    found
}

#[test]
fn none_is_refused() {
    let server = WireServer::start().unwrap();
    let answer = get(&server, "/?q=key", &["X-Other: a"]);
    assert_eq!(
        (answer.status, answer.header("www-authenticate").is_some()),
        (401, true)
    );
    assert_eq!(
        answer.body,
        r#"{"error":"expected exactly one credential","found":[]}"#
    );
}

#[test]
fn one_is_accepted() {
    let server = WireServer::start().unwrap();
    let answer = get(&server, "/", &["X-API-Key: test-only"]);
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, Some("application/json"))
    );
    assert_eq!(
        answer.body,
        r#"{"ok":true,"credential":"header:x-api-key"}"#
    );
}

#[test]
fn two_are_refused_by_name_and_not_by_value() {
    let server = WireServer::start().unwrap();
    let answer = get(
        &server,
        "/",
        &["x-api-key: test-only", "Authorization: Bearer test-only"],
    );
    assert_eq!(answer.status, 401);
    assert!(
        answer
            .body
            .ends_with(r#""found":["header:x-api-key","header:authorization"]}"#)
    );
    assert!(!answer.body.contains("test-only"));
}

#[test]
fn every_known_header_counts_in_any_case() {
    for name in [
        "Authorization",
        "x-api-KEY",
        "Api-Key",
        "X-Goog-Api-Key",
        "X-Amz-Security-Token",
        "DPoP",
        "x-corp-key",
    ] {
        assert_eq!(
            found("/", &[&format!("{name}: test-only")]),
            [format!("header:{}", name.to_lowercase())]
        );
    }
    assert_eq!(found("/", &["x-api-key:"]), ["header:x-api-key"]);
    assert!(found("/", &["proxy-authorization: a", "cookie: b"]).is_empty());
}

#[test]
fn two_lines_of_one_header_are_two() {
    assert_eq!(found("/", &["x-api-key: a", "X-Api-Key: a"]).len(), 2);
    assert_eq!(
        found("/", &["x-amz-security-token: a", "x-amz-security-token: a"]).len(),
        2
    );
}

#[test]
fn a_sigv4_pair_is_one() {
    let signature = "Authorization: AWS4-HMAC-SHA256 Credential=test-only";
    let token = "X-Amz-Security-Token: test-only";
    assert_eq!(found("/", &[signature, token]), ["header:authorization"]);
    assert_eq!(found("/", &[token, signature]), ["header:authorization"]);
    assert_eq!(found("/", &[token, signature, token]).len(), 2);
    assert_eq!(found("/", &[token, "x-api-key: a"]).len(), 2);
}

#[test]
fn a_dpop_pair_is_one_and_a_proof_beside_a_bearer_is_not() {
    assert_eq!(
        found("/", &["dpop: proof", "authorization: dpop a"]),
        ["header:authorization"]
    );
    assert_eq!(
        found(
            "/",
            &["dpop: proof", "authorization: DPoP a", "dpop: proof"]
        )
        .len(),
        2
    );
    assert_eq!(
        found("/", &["dpop: proof", "authorization: Bearer a"]).len(),
        2
    );
    assert_eq!(
        found("/", &["dpop: proof", "authorization: DPoPish a"]).len(),
        2
    );
}

#[test]
fn credentials_in_the_query_count() {
    assert_eq!(found("/v1?a=b&key=AIza-test-only", &[]), ["query:key"]);
    assert_eq!(found("/v1?%6Bey=%41Iza-test-only", &[]), ["query:key"]);
    assert_eq!(
        found("http://h/v1?access_token=test-only#x", &[]),
        ["query:access_token"]
    );
    assert_eq!(
        found("/?X-Amz-Signature=ab&X-Amz-Credential=c", &[]),
        ["query:X-Amz-Signature"]
    );
    assert_eq!(found("/?key=AIza&key=AIza", &["authorization: a"]).len(), 3);
    for harmless in [
        "/?key=other",
        "/key=AIza",
        "/?monkey=AIza",
        "/?a=access_token",
        "/#?access_token=a",
        "/?%zz=%",
    ] {
        assert!(found(harmless, &[]).is_empty(), "{harmless}");
    }
}

#[test]
fn a_found_credential_says_where_and_how_long() {
    let server = WireServer::start().unwrap();
    get(&server, "/?access_token=%61bc", &["api-key: test-only"]);
    let request = only_request(&server);
    let seen: Vec<_> = request
        .credentials()
        .iter()
        .map(|f| (f.place(), f.name(), f.value_len()))
        .collect();
    assert_eq!(
        seen,
        [
            (CredentialPlace::Header, "api-key", 9),
            (CredentialPlace::Query, "access_token", 3)
        ]
    );
}
