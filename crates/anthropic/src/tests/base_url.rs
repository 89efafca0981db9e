use onecred_core::{Env, OriginRule};

use super::{KEY, all_text, key_env, resolve};
use crate::{Anthropic, BaseUrlSource, Error, InvalidBaseUrl};

/// What must never get a key, and the rule that says so.
const HOSTILE: [(&str, OriginRule); 15] = [
    ("http://api.anthropic.com", OriginRule::PlainHttp),
    ("http://localhost.evil.example", OriginRule::PlainHttp),
    ("http://127.0.0.1.evil.example", OriginRule::PlainHttp),
    (
        "https://api.anthropic.com@evil.example",
        OriginRule::UserInfo,
    ),
    ("http://localhost@evil.example", OriginRule::UserInfo),
    (
        "https://api.anthropic.com\\@evil.example",
        OriginRule::Backslash,
    ),
    ("https://api.anthropic.com.", OriginRule::TrailingDot),
    ("https://api.anthropic\u{ff0e}com", OriginRule::NonAscii),
    ("https://\u{430}pi.anthropic.com", OriginRule::NonAscii),
    ("https://api.anthropic.com:0", OriginRule::Port),
    (
        "https://api.anthropic.com#@evil.example",
        OriginRule::Fragment,
    ),
    ("ftp://api.anthropic.com", OriginRule::Scheme),
    ("api.anthropic.com", OriginRule::NotAbsolute),
    ("https://", OriginRule::EmptyHost),
    ("http://2130706433", OriginRule::Ipv4),
];

fn refused(settings: &Anthropic, env: &Env) -> (BaseUrlSource, InvalidBaseUrl, String) {
    let error = resolve(settings, env).unwrap_err();
    let text = all_text(&error);
    match error {
        Error::BaseUrl { source, error, .. } => (source, error, text),
        other => panic!("{other}"),
    }
}

#[test]
fn hostile_ones_are_refused_with_the_rule_wherever_they_come_from() {
    for (url, rule) in HOSTILE {
        let ambient = key_env().with("ANTHROPIC_BASE_URL", url);
        for (settings, env, by) in [
            (Anthropic::builder(), ambient, BaseUrlSource::Environment),
            (
                Anthropic::builder().base_url(url),
                key_env(),
                BaseUrlSource::Argument,
            ),
        ] {
            let (source, error, text) = refused(&settings, &env);
            assert_eq!(source, by, "{url}");
            match error {
                InvalidBaseUrl::Origin(error) => assert_eq!(error.rule(), rule, "{url}"),
                other => panic!("{url}: {other}"),
            }
            assert!(!text.contains(KEY));
        }
    }
}

#[test]
fn a_query_is_refused_without_showing_it() {
    let env = key_env().with("ANTHROPIC_BASE_URL", "https://gw.example/?k=planted-secret");
    let (_, error, text) = refused(&Anthropic::builder(), &env);
    assert_eq!(error, InvalidBaseUrl::Query);
    assert!(!text.contains("planted-secret"), "{text}");
}

#[test]
fn a_hostile_one_that_is_not_used_is_no_error() {
    let env = Env::empty().with("ANTHROPIC_BASE_URL", "http://evil.example");
    let resolved = resolve(&Anthropic::builder().api_key("given"), &env).unwrap();
    assert_eq!(resolved.base_url_source, BaseUrlSource::Default);
    assert!(
        resolve(
            &Anthropic::builder().api_key("given").allow_env_base_url(),
            &env
        )
        .is_err()
    );
}

#[test]
fn it_is_refused_even_where_no_credential_is_found() {
    let env = Env::empty().with("ANTHROPIC_BASE_URL", "https://a@b.example");
    let error = resolve(&Anthropic::builder(), &env).unwrap_err();
    assert_eq!(error.report().unwrap().attempts.len(), 2);
    assert!(matches!(error, Error::BaseUrl { .. }));
}

#[test]
fn white_space_around_it_and_paths_are_fine() {
    for (text, base_url) in [
        (
            " https://gw.example/anthropic/ \n",
            "https://gw.example/anthropic/",
        ),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://localhost:9", "http://localhost:9"),
        ("  ", "https://api.anthropic.com"),
    ] {
        let env = key_env().with("ANTHROPIC_BASE_URL", text);
        let resolved = resolve(&Anthropic::builder(), &env).unwrap();
        assert_eq!(resolved.target.base_url(), Some(base_url));
    }
}

#[cfg(unix)]
#[test]
fn one_that_is_not_unicode_does_not_become_the_default() {
    use std::os::unix::ffi::OsStrExt;
    let bytes = std::ffi::OsStr::from_bytes(b"https://gw.example/\xff");
    let env = key_env().with("ANTHROPIC_BASE_URL", bytes);
    let (_, error, _) = refused(&Anthropic::builder(), &env);
    assert_eq!(error, InvalidBaseUrl::NotUnicode);
}

/// The environment's host was good for the environment's credential only.
#[test]
fn a_credential_that_comes_later_does_not_follow_to_an_ambient_host() {
    use onecred_core::{Auth, AuthError, HeaderSecret, TextFrom};

    let later = || Auth::bearer(HeaderSecret::parse(super::TOKEN, TextFrom::Argument).unwrap());
    let env = super::key_env().with("ANTHROPIC_BASE_URL", "https://gateway.example");
    let ambient = super::resolve(&crate::Anthropic::builder(), &env).unwrap();
    let client = ambient.authenticator().unwrap();
    let derived = client.derive().auth(later()).build();
    assert!(
        matches!(derived, Err(AuthError::AmbientHost { .. })),
        "{derived:?}"
    );
    assert!(matches!(
        client.replace(later()),
        Err(AuthError::AmbientHost { .. })
    ));
    assert!(client.derive().auth(later()).rebind().build().is_ok());
    assert!(client.derive().auth(Auth::Anonymous).build().is_ok());
    assert!(client.derive().build().is_ok());

    let consented = crate::Anthropic::builder().allow_env_base_url();
    let client = super::resolve(&consented, &env)
        .unwrap()
        .authenticator()
        .unwrap();
    assert!(client.derive().auth(later()).build().is_ok());
    assert!(client.replace(later()).is_ok());
}
