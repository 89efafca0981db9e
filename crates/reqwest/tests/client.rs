//! Exactly one credential, whoever tries to add another.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

mod common;

use common::{KEY, lines, only, secret, target, with_key};
use http::{HeaderMap, HeaderValue};
use onecred_core::{Auth, AuthError, Authenticator, ForeignPolicy, Target};
use onecred_reqwest::{Client, Error, Transport};
use onecred_testkit::wire::WireServer;

fn foreign(error: &Error) -> String {
    match error.as_auth() {
        Some(AuthError::ForeignCredential(name)) => name.to_string(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_key_arrives_once_and_nothing_else_does() {
    let server = WireServer::start().unwrap();
    let client = Client::builder(with_key(&server))
        .default_header("x-tenant", "blue")
        .user_agent("onecred-test/1")
        .build()
        .unwrap();
    let response = client
        .post(server.url("/v1/messages"))
        .header("x-request-id", "7")
        .body("hello")
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    assert!(
        response
            .extensions()
            .get::<onecred_core::Receipt>()
            .is_some()
    );

    let request = only(&server);
    assert_eq!(request.credentials().len(), 1);
    assert_eq!(lines(&request, "x-api-key"), [format!("x-api-key: {KEY}")]);
    assert_eq!(lines(&request, "x-tenant"), ["x-tenant: blue"]);
    assert_eq!(
        lines(&request, "user-agent"),
        ["user-agent: onecred-test/1"]
    );
    assert_eq!(request.body(), b"hello");
}

#[tokio::test]
async fn default_headers_fill_only_what_the_request_does_not_have() {
    let server = WireServer::start().unwrap();
    let mut two = HeaderMap::new();
    two.append("x-beta", HeaderValue::from_static("a"));
    two.append("x-beta", HeaderValue::from_static("b"));
    let client = Client::builder(with_key(&server))
        .default_headers(two)
        .default_header("x-tenant", "blue")
        .build()
        .unwrap();
    let request = client.get(server.url("/")).header("x-tenant", "red");
    request.send().await.unwrap();
    let request = only(&server);
    assert_eq!(request.header_values("x-tenant"), ["red"]);
    assert_eq!(request.header_values("x-beta"), ["a", "b"]);
}

#[tokio::test]
async fn a_credential_among_the_default_headers_is_named_when_the_client_is_built() {
    let server = WireServer::start().unwrap();
    let custom = Target::builder("custom")
        .origin(server.origin())
        .unwrap()
        .key_header("x-custom-key")
        .unwrap()
        .gateway("x-gateway", Auth::api_key(secret("gateway")))
        .unwrap()
        .build()
        .unwrap();
    let builder = || Authenticator::builder(custom.clone(), Auth::api_key(secret(KEY)));
    for policy in [
        ForeignPolicy::Reject,
        ForeignPolicy::Strip,
        ForeignPolicy::Defer,
    ] {
        for name in [
            "authorization",
            "X-API-Key",
            "api-key",
            "x-goog-api-key",
            "dpop",
            "x-amz-security-token",
            "x-custom-key",
            "x-gateway",
        ] {
            let authenticator = builder().foreign(policy).build().unwrap();
            let built = Client::builder(authenticator)
                .default_header("x-harmless", "1")
                .default_header(name, "planted-secret")
                .build();
            match built {
                Err(Error::DefaultHeader(found)) => {
                    assert_eq!(found.as_str(), name.to_ascii_lowercase());
                }
                other => panic!("{name}: {other:?}"),
            }
        }
    }
    let error = Client::builder(builder().build().unwrap())
        .default_header("api-key", "planted-secret")
        .build()
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the default header `api-key` carries a credential"
    );
    assert!(!format!("{error:?}").contains("planted"));
}

#[test]
fn a_default_header_that_is_none_is_an_error() {
    let server = WireServer::start().unwrap();
    for (name, value) in [("bad name", "x"), ("x-good", "bad\nvalue")] {
        let built = Client::builder(with_key(&server))
            .default_header(name, value)
            .build();
        assert!(matches!(built, Err(Error::InvalidHeader(_))), "{built:?}");
    }
}

#[tokio::test]
async fn a_credential_on_the_request_is_refused_and_nothing_is_sent() {
    let server = WireServer::start().unwrap();
    for auth in [Auth::api_key(secret(KEY)), Auth::Anonymous] {
        let client = Client::new(Authenticator::new(target(&server), auth).unwrap()).unwrap();
        for name in ["Authorization", "X-Api-Key", "api-key", "x-goog-api-key"] {
            let request = client.get(server.url("/")).header(name, "planted-secret");
            let error = request.send().await.unwrap_err();
            assert_eq!(
                foreign(&error),
                format!("header `{}`", name.to_ascii_lowercase())
            );
            assert!(!format!("{error:?} {error}").contains("planted"));
        }
        let twice = client
            .get(server.url("/"))
            .header("x-api-key", "one")
            .header("x-api-key", "two");
        assert_eq!(
            foreign(&twice.send().await.unwrap_err()),
            "header `x-api-key`"
        );
    }
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_stripped_duplicate_leaves_one_line() {
    let server = WireServer::start().unwrap();
    let authenticator = Authenticator::builder(target(&server), Auth::api_key(secret(KEY)))
        .foreign(ForeignPolicy::Strip)
        .build()
        .unwrap();
    let client = Client::new(authenticator).unwrap();
    let request = client
        .get(server.url("/?access_token=planted&x=1"))
        .header("x-api-key", "one")
        .header("x-api-key", "two")
        .header("authorization", "Bearer three");
    assert_eq!(request.send().await.unwrap().status(), 200);
    let request = only(&server);
    assert_eq!(lines(&request, "x-api-key"), [format!("x-api-key: {KEY}")]);
    assert_eq!(request.credentials().len(), 1);
    assert_eq!(request.target(), "/?x=1");
}

#[tokio::test]
async fn a_deferred_credential_is_the_only_one() {
    let server = WireServer::start().unwrap();
    let authenticator = Authenticator::builder(target(&server), Auth::api_key(secret(KEY)))
        .foreign(ForeignPolicy::Defer)
        .build()
        .unwrap();
    let client = Client::new(authenticator).unwrap();
    let request = client
        .get(server.url("/"))
        .header("authorization", "Bearer x");
    assert_eq!(request.send().await.unwrap().status(), 200);
    assert_eq!(
        lines(&only(&server), "authorization"),
        ["authorization: Bearer x"]
    );
}

#[tokio::test]
async fn a_user_in_the_url_is_refused() {
    let server = WireServer::start().unwrap();
    let client = Client::new(with_key(&server)).unwrap();
    let url = server.url("/").replace("http://", "http://user:planted@");
    let error = client.get(&url).send().await.unwrap_err();
    // reqwest has made a header of it by then.
    assert_eq!(foreign(&error), "header `authorization`");

    let request = reqwest::Request::new(http::Method::GET, url.parse().unwrap());
    let error = client.execute(request).await.unwrap_err();
    assert!(
        matches!(error.as_auth(), Some(AuthError::OriginNotAllowed(_))),
        "{error:?}"
    );
    assert!(!format!("{error:?} {error}").contains("planted"));
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_credential_in_the_query_is_refused() {
    let server = WireServer::start().unwrap();
    let client = Client::new(with_key(&server)).unwrap();
    for query in [
        "key=AIzaPlanted",
        "access_token=x",
        "access%5Ftoken=x",
        "X-Amz-Signature=x",
    ] {
        let request = client.get(server.url(&format!("/?a=1&{query}")));
        assert!(foreign(&request.send().await.unwrap_err()).starts_with("query parameter"));
    }
    assert_eq!(server.count(), 0);
    client.get(server.url("/?key=row-7")).send().await.unwrap();
    assert_eq!(only(&server).target(), "/?key=row-7");
}

#[tokio::test]
async fn another_origin_is_refused_before_it_is_contacted() {
    let server = WireServer::start().unwrap();
    let other = WireServer::start().unwrap();
    let client = Client::new(with_key(&server)).unwrap();
    let error = client.get(other.url("/")).send().await.unwrap_err();
    assert!(
        matches!(error.as_auth(), Some(AuthError::OriginNotAllowed(_))),
        "{error:?}"
    );
    assert_eq!(other.count(), 0);
}

#[tokio::test]
async fn errors_show_no_more_of_the_url_than_its_origin() {
    let server = WireServer::start().unwrap();
    let client = Client::new(with_key(&server)).unwrap();
    let url = server.url("/planted-path?planted=query");
    let origin = server.origin();
    drop(server);
    let error = client.get(url).send().await.unwrap_err();
    assert!(error.is_connect(), "{error:?}");
    let mut shown = format!("{error:?} {error}");
    let mut source = std::error::Error::source(&error);
    while let Some(error) = source {
        shown.push_str(&format!(" {error} {error:?}"));
        source = error.source();
    }
    assert!(!shown.contains("planted"), "{shown}");
    assert!(!shown.contains(KEY), "{shown}");
    assert!(error.to_string().contains(&origin), "{error}");
}

#[test]
fn nothing_prints_a_secret() {
    let server = WireServer::start().unwrap();
    let proxy = reqwest::Proxy::all("http://user:planted@127.0.0.1:1").unwrap();
    let transport = Transport::new().proxy(proxy);
    let builder = Client::builder(with_key(&server))
        .transport(transport.clone())
        .default_header("x-session", "planted");
    let shown = format!("{transport:?} {builder:?}");
    let client = builder.build().unwrap();
    let request = client
        .get(server.url("/?s=planted"))
        .header("x-s", "planted");
    let shown = format!("{shown} {client:?} {request:?} {:?}", client.derive());
    assert!(
        !shown.contains("planted") && !shown.contains(KEY),
        "{shown}"
    );
    assert!(shown.contains("x-session"));
}

#[cfg(all(feature = "json", feature = "query", feature = "form"))]
#[tokio::test]
async fn bodies_and_queries_are_made_as_reqwest_makes_them() {
    let server = WireServer::start().unwrap();
    let client = Client::new(with_key(&server)).unwrap();
    let json = client
        .post(server.url("/json"))
        .query(&[("a", "b c")])
        .json(&serde_json::json!({"x": 1}));
    json.send().await.unwrap();
    let form = client.put(server.url("/form")).form(&[("k", "v")]);
    form.send().await.unwrap();
    let requests = server.requests();
    assert_eq!(requests[0].target(), "/json?a=b+c");
    assert_eq!(requests[0].body(), br#"{"x":1}"#);
    assert_eq!(
        requests[0].header_values("content-type"),
        ["application/json"]
    );
    assert_eq!(requests[1].body(), b"k=v");
}
