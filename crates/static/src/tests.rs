use onecred_core::{AuthRequest, Body, Env, OnConflict, Outcome};

use crate::{Custom, Error};

const KEY: &str = "test-only-key-00000000000000000000000000wxyz";
const TOKEN: &str = "test-only-token-000000000000000000000000tokn";

fn custom() -> Custom {
    Custom::builder("gateway")
        .origin("https://llm.corp.example")
        .key_header("api-key")
        .api_key_from_env("GW_KEY")
        .bearer_from_env("GW_TOKEN")
}

fn env(variables: &[(&str, &str)]) -> Env {
    variables.iter().copied().collect()
}

fn placed(custom: &Custom, env: &Env, url: &str) -> Result<Vec<String>, String> {
    let resolved = custom
        .resolve_blocking(env)
        .map_err(|error| error.to_string())?;
    let authenticator = resolved
        .authenticator()
        .map_err(|error| error.to_string())?;
    let mut uri = url.parse().unwrap();
    let mut headers = http::HeaderMap::new();
    let mut request = AuthRequest::new(&http::Method::GET, &mut uri, &mut headers, Body::Empty);
    authenticator
        .authorize_blocking(&mut request)
        .map_err(|error| error.to_string())?;
    Ok(headers
        .iter()
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect())
}

const URL: &str = "https://llm.corp.example/v1";

#[test]
fn the_credential_is_written_where_the_target_says() {
    let key = env(&[("GW_KEY", KEY)]);
    let token = env(&[("GW_TOKEN", TOKEN)]);
    let bearer = |secret: &str| Ok(vec![format!("authorization: Bearer {secret}")]);
    assert_eq!(
        placed(&custom(), &key, URL),
        Ok(vec![format!("api-key: {KEY}")])
    );
    assert_eq!(placed(&custom().key_bearer(), &key, URL), bearer(KEY));
    assert_eq!(placed(&custom(), &token, URL), bearer(TOKEN));
    assert_eq!(
        placed(&custom().api_key("given-key"), &token, URL),
        Ok(vec!["api-key: given-key".to_owned()])
    );
    let elsewhere = placed(&custom(), &key, "https://llm.corp.example.evil.example/v1");
    assert!(elsewhere.unwrap_err().contains("not an origin"));
}

#[test]
fn two_of_one_rank_are_a_conflict() {
    let both = env(&[("GW_KEY", KEY), ("GW_TOKEN", TOKEN)]);
    let error = custom().resolve_blocking(&both).unwrap_err();
    let text = format!("{error} {error:?}");
    assert_eq!(error.report().unwrap().outcome, Outcome::Conflict);
    assert!(
        text.contains("env:GW_KEY") && text.contains("env:GW_TOKEN"),
        "{text}"
    );
    assert!(!text.contains(KEY) && !text.contains(TOKEN), "{text}");

    let arguments = custom().api_key("one").bearer("two");
    assert!(arguments.clone().resolve_blocking(&both).is_err());
    let ranked = arguments.on_conflict(OnConflict::FirstWins);
    assert!(
        ranked.resolve_blocking(&both).is_err(),
        "explicit ones are never ranked"
    );

    let twice = custom().api_key("one").source("env:GW_KEY");
    let error = twice.resolve_blocking(&both).unwrap_err();
    assert!(matches!(error, Error::Choice(_)), "{error}");

    let first = custom().on_conflict(OnConflict::FirstWins);
    let chosen = custom().source("env:GW_TOKEN");
    let selected = |custom: Custom| custom.resolve_blocking(&both).unwrap().auth.source();
    assert_eq!(selected(first).as_str(), "env:GW_KEY");
    assert_eq!(selected(chosen).as_str(), "env:GW_TOKEN");
}

#[test]
fn blank_is_not_given() {
    let key = env(&[("GW_KEY", KEY), ("GW_TOKEN", " \n")]);
    let resolved = custom()
        .api_key("")
        .bearer("\t")
        .resolve_blocking(&key)
        .unwrap();
    assert_eq!(resolved.auth.source().as_str(), "env:GW_KEY");
    let none = custom().resolve_blocking(&Env::empty()).unwrap_err();
    assert_eq!(none.report().unwrap().outcome, Outcome::None);
}

#[test]
fn a_target_that_cannot_be_is_refused_before_anything_is_looked_up() {
    let key = env(&[("GW_KEY", KEY)]);
    let without_origin = Custom::builder("x").api_key_from_env("GW_KEY");
    for wrong in [
        without_origin,
        custom().origin("http://localhost.evil.example"),
        custom().origin("https://llm.corp.example@evil.example"),
        custom().origin("https://llm.corp.example/path"),
        custom().base_url("https://"),
        custom().key_header("not a header"),
        custom().key_header("content-length"),
    ] {
        let error = wrong.resolve_blocking(&key).unwrap_err();
        assert!(matches!(error, Error::Target(_)), "{error}");
    }
    let nowhere = Custom::builder("x")
        .origin("https://llm.corp.example")
        .api_key_from_env("GW_KEY");
    let error = nowhere.resolve_blocking(&key).unwrap_err();
    assert!(matches!(error, Error::Placement(_)), "{error}");
}

#[test]
fn nothing_given_is_printed() {
    let custom = custom()
        .api_key(KEY)
        .bearer(TOKEN)
        .base_url("https://u:hunter2@h.example");
    let text = format!("{custom:?} {:?}", custom.resolve_blocking(&Env::empty()));
    for secret in [KEY, TOKEN, "hunter2"] {
        assert!(!text.contains(secret), "{text}");
    }
}
