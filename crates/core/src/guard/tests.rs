use super::*;
use http::{HeaderValue, Method};

use crate::request::Body;

fn run(policy: ForeignPolicy, uri: &str, names: &[&str]) -> (Result<bool, String>, HeaderMap, Uri) {
    let mut headers = HeaderMap::new();
    for name in names {
        let name: HeaderName = name.parse().unwrap();
        headers.append(name, HeaderValue::from_static("v"));
    }
    let mut uri: Uri = uri.parse().unwrap();
    let mut request = AuthRequest::new(&Method::GET, &mut uri, &mut headers, Body::Empty);
    let names = CredentialNames::new([HeaderName::from_static("x-corp-key")])
        .reserve([HeaderName::from_static("x-gateway")]);
    let result = apply(policy, &names, &mut request)
        .map(|decision| !matches!(decision, Decision::Foreign))
        .map_err(|error| error.to_string());
    (result, headers, uri)
}

#[test]
fn every_known_name_in_any_case_is_foreign() {
    for name in KNOWN.iter().chain(&["x-corp-key"]) {
        for spelled in [(*name).to_owned(), name.to_uppercase()] {
            let (result, ..) = run(ForeignPolicy::Reject, "https://a.example/", &[&spelled]);
            assert!(result.unwrap_err().contains(*name), "{spelled}");
        }
    }
}

#[test]
fn other_names_are_not() {
    let harmless = [
        "x-api-kex",
        "authority",
        "api-kez",
        "dpoq",
        "accept",
        "x-amz-date",
        "xyz",
    ];
    let (result, headers, _) = run(
        ForeignPolicy::Reject,
        "https://a.example/?q=access",
        &harmless,
    );
    assert_eq!(result, Ok(true));
    assert_eq!(headers.len(), harmless.len());
}

#[test]
fn query_credentials_are_foreign_however_they_are_spelled() {
    for query in [
        "access_token=x",
        "a=1&ACCESS_TOKEN=x",
        "access%5ftoken=x",
        "%61ccess_token=x",
        "key=AIzaSyX",
        "key=%41IzaSyX",
        "X-Amz-Signature=ab&X-Amz-Credential=c",
        "x-goog-signature=ab",
    ] {
        let uri = format!("https://a.example/p?{query}");
        let (result, ..) = run(ForeignPolicy::Reject, &uri, &[]);
        assert!(result.is_err(), "{query}");
    }
    for query in [
        "key=abc",
        "token=x",
        "access_tokens=x",
        "page=access_token",
        "%",
        "%4",
        "",
    ] {
        let uri = format!("https://a.example/p?{query}");
        let (result, ..) = run(ForeignPolicy::Reject, &uri, &[]);
        assert_eq!(result, Ok(true), "{query}");
    }
}

#[test]
fn strip_removes_all_of_them_and_nothing_else() {
    let (result, headers, uri) = run(
        ForeignPolicy::Strip,
        "https://a.example/p?a=1&access_token=x&b=2&X-Amz-Date=d&X-Amz-Signature=s",
        &["authorization", "authorization", "x-api-key", "accept"],
    );
    assert_eq!(result, Ok(true));
    assert_eq!(
        headers.keys().map(HeaderName::as_str).collect::<Vec<_>>(),
        ["accept"]
    );
    assert_eq!(uri, "https://a.example/p?a=1&b=2");
    let (_, _, uri) = run(
        ForeignPolicy::Strip,
        "https://a.example/p?access_token=x",
        &[],
    );
    assert_eq!(uri, "https://a.example/p");
}

#[test]
fn defer_wants_exactly_one() {
    let one = run(ForeignPolicy::Defer, "https://a.example/", &["x-api-key"]);
    assert_eq!(one.0, Ok(false));
    assert_eq!(one.1.len(), 1);
    assert_eq!(
        run(ForeignPolicy::Defer, "https://a.example/", &[]).0,
        Ok(true)
    );
    let signed = "https://a.example/?X-Amz-Credential=c&X-Amz-Signature=s";
    assert_eq!(run(ForeignPolicy::Defer, signed, &[]).0, Ok(false));
    for (uri, names) in [
        ("https://a.example/", &["x-api-key", "x-api-key"][..]),
        ("https://a.example/", &["x-api-key", "authorization"][..]),
        ("https://a.example/?access_token=x", &["authorization"][..]),
        ("https://a.example/?access_token=x&key=AIza", &[][..]),
        (
            "https://a.example/?X-Amz-Signature=1&X-Goog-Signature=2",
            &[][..],
        ),
        (
            "https://a.example/?X-Amz-Signature=1&X-Amz-Signature=2",
            &[][..],
        ),
        (
            "https://a.example/",
            &["authorization", "x-amz-security-token"][..],
        ),
        ("https://a.example/", &["x-gateway"][..]),
    ] {
        assert!(
            run(ForeignPolicy::Defer, uri, names).0.is_err(),
            "{uri} {names:?}"
        );
    }
}

#[test]
fn a_callers_signature_or_bound_token_is_one_credential() {
    for (authorization, companion) in [
        ("AWS4-HMAC-SHA256 Credential=c", "x-amz-security-token"),
        ("DPoP t0ken", "dpop"),
    ] {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", HeaderValue::from_static(authorization));
        headers.insert(companion, HeaderValue::from_static("v"));
        let mut uri: Uri = "https://a.example/".parse().unwrap();
        let mut request = AuthRequest::new(&Method::GET, &mut uri, &mut headers, Body::Empty);
        let names = CredentialNames::new([]);
        let decision = apply(ForeignPolicy::Defer, &names, &mut request);
        assert!(matches!(decision, Ok(Decision::Foreign)), "{authorization}");
        headers.append(companion, HeaderValue::from_static("w"));
        let mut request = AuthRequest::new(&Method::GET, &mut uri, &mut headers, Body::Empty);
        assert!(apply(ForeignPolicy::Defer, &names, &mut request).is_err());
    }
}

#[test]
fn a_signers_parameters_are_credentials_too() {
    let names = Arc::new(CredentialNames::new([])).and(&[], &["sig"]);
    let mut headers = HeaderMap::new();
    let mut uri: Uri = "https://a.example/?a=1&SIG=x".parse().unwrap();
    let mut request = AuthRequest::new(&Method::GET, &mut uri, &mut headers, Body::Empty);
    assert!(apply(ForeignPolicy::Reject, &names, &mut request).is_err());
    assert!(names.strip(&mut headers, &mut uri).is_ok());
    assert_eq!(uri, "https://a.example/?a=1");
}
