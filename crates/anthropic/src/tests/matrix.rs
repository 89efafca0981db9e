//! Every explicit choice × every ambient one × every base URL.

use onecred_core::Env;

use super::{KEY, TOKEN, resolve};
use crate::{Anthropic, BaseUrlSource, Error, Notice};

#[derive(Debug, Clone, Copy, PartialEq)]
enum Explicit {
    Nothing,
    Blank,
    Key,
    Token,
    Both,
    Anonymous,
    NamedVariable,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Ambient {
    Nothing,
    Blank,
    Key,
    Token,
    Both,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Url {
    Nothing,
    Environment,
    Consented,
    Argument,
}

fn settings(explicit: Explicit, url: Url) -> Anthropic {
    let settings = match explicit {
        Explicit::Nothing => Anthropic::builder(),
        Explicit::Blank => Anthropic::builder()
            .api_key("")
            .auth_token(" \n")
            .base_url(" "),
        Explicit::Key => Anthropic::builder().api_key("explicit-key"),
        Explicit::Token => Anthropic::builder().auth_token("explicit-token"),
        Explicit::Both => Anthropic::builder()
            .api_key("explicit-key")
            .auth_token("explicit-token"),
        Explicit::Anonymous => Anthropic::builder().anonymous(),
        Explicit::NamedVariable => Anthropic::builder().api_key_from_env("MY_KEY"),
    };
    match url {
        Url::Consented => settings.allow_env_base_url(),
        Url::Argument => settings.base_url("https://argument.example/v"),
        Url::Nothing | Url::Environment => settings,
    }
}

fn environment(ambient: Ambient, url: Url) -> Env {
    let env = Env::empty().with("MY_KEY", "named-key");
    let env = match ambient {
        Ambient::Nothing => env,
        Ambient::Blank => env
            .with("ANTHROPIC_API_KEY", "")
            .with("ANTHROPIC_AUTH_TOKEN", "\t"),
        Ambient::Key => env.with("ANTHROPIC_API_KEY", KEY),
        Ambient::Token => env.with("ANTHROPIC_AUTH_TOKEN", TOKEN),
        Ambient::Both => env
            .with("ANTHROPIC_API_KEY", KEY)
            .with("ANTHROPIC_AUTH_TOKEN", TOKEN),
    };
    match url {
        Url::Nothing => env,
        _ => env.with("ANTHROPIC_BASE_URL", "https://ambient.example"),
    }
}

/// The source that must win, or `None` for an error.
fn winner(explicit: Explicit, ambient: Ambient) -> Option<&'static str> {
    match (explicit, ambient) {
        (Explicit::Key, _) => Some("argument:api_key"),
        (Explicit::Token, _) => Some("argument:bearer"),
        (Explicit::Anonymous, _) => Some("anonymous"),
        (Explicit::NamedVariable, _) => Some("env:MY_KEY"),
        (Explicit::Both, _) => None,
        (_, Ambient::Key) => Some("env:ANTHROPIC_API_KEY"),
        (_, Ambient::Token) => Some("env:ANTHROPIC_AUTH_TOKEN"),
        (_, Ambient::Nothing | Ambient::Blank | Ambient::Both) => None,
    }
}

#[test]
fn every_cell_has_the_one_right_credential_and_host() {
    let explicits = [
        Explicit::Nothing,
        Explicit::Blank,
        Explicit::Key,
        Explicit::Token,
        Explicit::Both,
        Explicit::Anonymous,
        Explicit::NamedVariable,
    ];
    let ambients = [
        Ambient::Nothing,
        Ambient::Blank,
        Ambient::Key,
        Ambient::Token,
        Ambient::Both,
    ];
    let urls = [
        Url::Nothing,
        Url::Environment,
        Url::Consented,
        Url::Argument,
    ];
    let mut cells = 0;
    for explicit in explicits {
        for ambient in ambients {
            for url in urls {
                check(explicit, ambient, url);
                cells += 1;
            }
        }
    }
    assert_eq!(cells, 7 * 5 * 4);
}

fn check(explicit: Explicit, ambient: Ambient, url: Url) {
    let cell = format!("{explicit:?} × {ambient:?} × {url:?}");
    let found = resolve(&settings(explicit, url), &environment(ambient, url));
    let Some(winner) = winner(explicit, ambient) else {
        assert!(
            matches!(found, Err(Error::Credential(_))),
            "{cell}: {found:?}"
        );
        return;
    };
    let resolved = found.unwrap_or_else(|error| panic!("{cell}: {error}"));
    assert_eq!(resolved.auth.source().as_str(), winner, "{cell}");
    resolved.authenticator().unwrap();

    let is_explicit = matches!(
        explicit,
        Explicit::Key | Explicit::Token | Explicit::NamedVariable
    );
    let (base_url, source) = match url {
        Url::Argument => ("https://argument.example/v", BaseUrlSource::Argument),
        Url::Consented => ("https://ambient.example", BaseUrlSource::Environment),
        Url::Environment if !is_explicit => ("https://ambient.example", BaseUrlSource::Environment),
        Url::Environment | Url::Nothing => ("https://api.anthropic.com", BaseUrlSource::Default),
    };
    assert_eq!(resolved.target.base_url(), Some(base_url), "{cell}");
    let alone = settings(explicit, url).target(&environment(ambient, url));
    assert_eq!(alone.unwrap().base_url(), Some(base_url), "{cell}");
    assert_eq!(resolved.base_url_source, source, "{cell}");
    assert_eq!(resolved.target.origins().len(), 1, "{cell}");
    let expected = match (url, source) {
        (_, BaseUrlSource::Environment) => vec![Notice::BaseUrlFromEnvironment],
        (Url::Environment, _) => vec![Notice::EnvironmentBaseUrlIgnored],
        _ => vec![],
    };
    assert_eq!(resolved.notes, expected, "{cell}");
}
