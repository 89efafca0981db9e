use super::*;

fn client(headers: &[(&'static str, &'static str)], sensitive: bool) -> reqwest::Client {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let mut value = HeaderValue::from_static(value);
        value.set_sensitive(sensitive);
        map.insert(*name, value);
    }
    reqwest::Client::builder()
        .default_headers(map)
        .build()
        .unwrap()
}

#[test]
fn default_headers_are_seen_whatever_their_values_are() {
    for value in [r"ends with \", r#"\": "x"#, r#"}, "a": "#, "plain"] {
        for sensitive in [false, true] {
            let client = client(&[("x-first", value), ("x-api-key", value)], sensitive);
            let below = Below::of(&client).unwrap();
            assert!(below.names.contains_key("x-first"), "{value} {sensitive}");
            assert!(below.names.contains_key("x-api-key"), "{value} {sensitive}");
        }
    }
}

#[test]
fn a_value_is_not_taken_for_a_name() {
    let client = client(&[("x-first", r#""x-api-key": "#)], false);
    let below = Below::of(&client).unwrap();
    assert!(!below.names.contains_key("x-api-key"));
}

#[test]
fn only_the_policy_that_follows_nothing_is_off() {
    let with = |policy| {
        let client = reqwest::Client::builder().redirect(policy).build().unwrap();
        Below::of(&client).unwrap().redirects_off
    };
    assert!(with(reqwest::redirect::Policy::none()));
    assert!(!with(reqwest::redirect::Policy::default()));
    assert!(!with(reqwest::redirect::Policy::limited(1)));
    assert!(!with(reqwest::redirect::Policy::custom(|a| a.follow())));
}
