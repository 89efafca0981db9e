use http::HeaderValue;

use super::*;

fn request(method: Method, url: &str) -> Request {
    let mut request = Request::new(method, Url::parse(url).unwrap());
    for (name, value) in [
        ("accept", "a"),
        ("content-type", "b"),
        ("x-tenant", "c"),
        ("cookie", "d"),
        ("authorization", "e"),
        ("x-api-key", "f"),
        ("anthropic-beta", "g"),
    ] {
        request
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    *request.body_mut() = Some("body".into());
    request
}

fn planned(redirects: Redirects, request: &Request, status: u16, location: &str) -> Plan {
    let mut headers = HeaderMap::new();
    headers.insert(
        header::LOCATION,
        HeaderValue::from_bytes(location.as_bytes()).unwrap(),
    );
    let status = StatusCode::from_u16(status).unwrap();
    plan(redirects, &Pristine::of(request), status, &headers)
}

fn followed(plan: Plan) -> (Request, bool) {
    match plan {
        Plan::Follow { request, leaves } => (*request, leaves),
        Plan::Stay(why) => panic!("stayed: {why:?}"),
        Plan::Done => panic!("not a redirect"),
    }
}

fn stayed(plan: Plan) -> NotFollowed {
    match plan {
        Plan::Stay(why) => why,
        Plan::Follow { request, .. } => panic!("followed to {}", request.url()),
        Plan::Done => panic!("not a redirect"),
    }
}

const HERE: &str = "https://api.example.com/a/b?q=1";

#[test]
fn methods_and_bodies_change_as_in_browsers() {
    let table = [
        (301, Method::POST, Method::GET),
        (302, Method::POST, Method::GET),
        (303, Method::POST, Method::GET),
        (303, Method::PUT, Method::GET),
        (303, Method::HEAD, Method::HEAD),
        (301, Method::PUT, Method::PUT),
        (302, Method::DELETE, Method::DELETE),
        (307, Method::POST, Method::POST),
        (308, Method::PATCH, Method::PATCH),
    ];
    for (status, before, after) in table {
        let plan = planned(
            Redirects::SameOrigin,
            &request(before.clone(), HERE),
            status,
            "/c",
        );
        let (next, leaves) = followed(plan);
        assert!(!leaves);
        assert_eq!(*next.method(), after, "{status} {before}");
        let changed = before != after;
        assert_eq!(next.body().is_none(), changed, "{status} {before}");
        let has_type = next.headers().contains_key(header::CONTENT_TYPE);
        assert_eq!(has_type, !changed, "{status} {before}");
        assert_eq!(next.headers()["x-tenant"], "c");
    }
}

#[test]
fn locations_are_resolved_against_the_request() {
    for (location, url) in [
        ("c", "https://api.example.com/a/c"),
        ("/c?x=1#f", "https://api.example.com/c?x=1"),
        ("https://API.example.com:443/c", "https://api.example.com/c"),
        ("//api.example.com/c", "https://api.example.com/c"),
    ] {
        let plan = planned(
            Redirects::SameOrigin,
            &request(Method::GET, HERE),
            302,
            location,
        );
        assert_eq!(followed(plan).0.url().as_str(), url);
    }
}

#[test]
fn another_origin_is_not_followed_by_default() {
    for location in [
        "https://api.example.com:8443/",
        "https://api.example.com.evil.example/",
        "http://api.example.com/",
        "//evil.example/",
        "https://api.example.com./",
    ] {
        let plan = planned(
            Redirects::SameOrigin,
            &request(Method::GET, HERE),
            302,
            location,
        );
        assert_eq!(stayed(plan), NotFollowed::OtherOrigin, "{location}");
    }
}

#[test]
fn only_headers_of_the_content_leave_the_origin() {
    let plan = planned(
        Redirects::AnyOriginWithoutCredential,
        &request(Method::POST, HERE),
        307,
        "https://other.example/",
    );
    let (next, leaves) = followed(plan);
    assert!(leaves);
    let mut names: Vec<_> = next.headers().keys().map(HeaderName::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["accept", "content-type"]);
}

#[test]
fn https_never_becomes_http() {
    let plan = planned(
        Redirects::AnyOriginWithoutCredential,
        &request(Method::GET, HERE),
        302,
        "http://api.example.com/",
    );
    assert_eq!(stayed(plan), NotFollowed::Downgrade);
}

#[test]
fn what_is_not_one_place_is_not_followed() {
    for (location, why) in [
        (
            "https://user@api.example.com/",
            NotFollowed::CarriesCredential,
        ),
        (
            "https://:secret@api.example.com/",
            NotFollowed::CarriesCredential,
        ),
        ("file:///etc/passwd", NotFollowed::InvalidLocation),
        ("javascript:alert(1)", NotFollowed::InvalidLocation),
        ("https://[", NotFollowed::InvalidLocation),
    ] {
        for redirects in [Redirects::SameOrigin, Redirects::AnyOriginWithoutCredential] {
            let plan = planned(redirects, &request(Method::GET, HERE), 302, location);
            assert_eq!(stayed(plan), why, "{location}");
        }
    }
    let mut two = HeaderMap::new();
    two.append(header::LOCATION, HeaderValue::from_static("/a"));
    two.append(header::LOCATION, HeaderValue::from_static("/b"));
    let pristine = Pristine::of(&request(Method::GET, HERE));
    let plan = plan(Redirects::SameOrigin, &pristine, StatusCode::FOUND, &two);
    assert_eq!(stayed(plan), NotFollowed::InvalidLocation);
}

#[test]
fn a_stream_is_not_sent_twice_but_may_be_dropped() {
    let mut request = request(Method::POST, HERE);
    *request.body_mut() = Some(reqwest::Body::wrap("stream".to_owned()));
    let again = planned(Redirects::SameOrigin, &request, 307, "/c");
    assert_eq!(stayed(again), NotFollowed::BodyNotReplayable);
    let (next, _) = followed(planned(Redirects::SameOrigin, &request, 303, "/c"));
    assert_eq!(*next.method(), Method::GET);
    assert!(next.body().is_none());
}

#[test]
fn other_statuses_and_none_are_no_redirects() {
    for status in [200, 300, 304, 305, 401] {
        let plan = planned(
            Redirects::SameOrigin,
            &request(Method::GET, HERE),
            status,
            "/c",
        );
        assert!(matches!(plan, Plan::Done), "{status}");
    }
    let plan = planned(Redirects::None, &request(Method::GET, HERE), 302, "/c");
    assert!(matches!(plan, Plan::Done));
}
