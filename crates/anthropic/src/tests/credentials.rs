use onecred_core::{
    AttemptOutcome::{Absent, Found, Selected, Shadowed, Skipped},
    Auth, AuthRequest, Body, CredentialKind, Env, ForeignPolicy, OnConflict, Outcome,
    ResolveErrorKind,
};

use super::{KEY, TOKEN, all_text, key_env, outcomes, resolve};
use crate::{Anthropic, Dialect, Error};

fn both() -> Env {
    key_env().with("ANTHROPIC_AUTH_TOKEN", TOKEN)
}

/// The credential headers of an authorized request.
fn placed(settings: &Anthropic, env: &Env) -> Vec<(String, String)> {
    let resolved = resolve(settings, env).unwrap();
    let authenticator = resolved.authenticator().unwrap();
    let mut uri = "https://api.anthropic.com/v1/messages".parse().unwrap();
    let mut headers = http::HeaderMap::new();
    let mut request = AuthRequest::new(&http::Method::POST, &mut uri, &mut headers, Body::Empty);
    authenticator.authorize_blocking(&mut request).unwrap();
    headers
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect()
}

#[test]
fn key_and_token_are_written_where_the_dialect_says() {
    let pair = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
    let builder = Anthropic::builder;
    assert_eq!(placed(&builder(), &key_env()), pair("x-api-key", KEY));
    let bearer = builder().dialect(Dialect::Bearer);
    assert_eq!(
        placed(&bearer, &key_env()),
        pair("authorization", &format!("Bearer {KEY}"))
    );
    let token = Env::empty().with("ANTHROPIC_AUTH_TOKEN", TOKEN);
    for dialect in [Dialect::XApiKey, Dialect::Bearer] {
        assert_eq!(
            placed(&builder().dialect(dialect), &token),
            pair("authorization", &format!("Bearer {TOKEN}"))
        );
    }
    assert_eq!(placed(&builder().anonymous(), &both()), []);
}

#[test]
fn both_variables_are_a_conflict_that_names_both() {
    let error = resolve(&Anthropic::builder(), &both()).unwrap_err();
    let text = all_text(&error);
    assert!(text.contains("env:ANTHROPIC_API_KEY"), "{text}");
    assert!(text.contains("env:ANTHROPIC_AUTH_TOKEN"), "{text}");
    assert!(!text.contains(KEY) && !text.contains(TOKEN), "{text}");
    let report = error.report().unwrap();
    assert_eq!(report.outcome, Outcome::Conflict);
    assert_eq!(
        outcomes(report),
        [
            ("env:ANTHROPIC_API_KEY", Found),
            ("env:ANTHROPIC_AUTH_TOKEN", Found)
        ]
    );
}

#[test]
fn first_wins_is_the_order_of_the_sdks() {
    let settings = Anthropic::builder().on_conflict(OnConflict::FirstWins);
    let resolved = resolve(&settings, &both()).unwrap();
    assert_eq!(
        outcomes(&resolved.report),
        [
            ("env:ANTHROPIC_API_KEY", Selected),
            ("env:ANTHROPIC_AUTH_TOKEN", Shadowed)
        ]
    );
    let two = settings.api_key("one").auth_token("two");
    assert!(
        resolve(&two, &both()).is_err(),
        "explicit ones are never ranked"
    );
}

#[test]
fn one_of_two_can_be_chosen() {
    let settings = Anthropic::builder().source("env:ANTHROPIC_AUTH_TOKEN");
    let resolved = resolve(&settings, &both()).unwrap();
    assert_eq!(resolved.auth.kind(), Some(CredentialKind::Bearer));
    let unknown = resolve(&Anthropic::builder().source("env:OTHER"), &both()).unwrap_err();
    assert!(matches!(
        unknown,
        Error::Credential(error) if matches!(error.kind(), ResolveErrorKind::UnknownSource(_))
    ));
    let twice = Anthropic::builder()
        .api_key("k")
        .source("env:ANTHROPIC_API_KEY");
    let error = resolve(&twice, &both()).unwrap_err();
    assert!(matches!(error, Error::Choice(_)), "{error}");
}

#[test]
fn an_explicit_choice_leaves_the_environment_unread() {
    let resolved = resolve(&Anthropic::builder().api_key("given"), &both()).unwrap();
    assert_eq!(
        outcomes(&resolved.report),
        [
            ("argument:api_key", Selected),
            ("env:ANTHROPIC_API_KEY", Skipped),
            ("env:ANTHROPIC_AUTH_TOKEN", Skipped)
        ]
    );
    let anonymous = resolve(&Anthropic::builder().anonymous(), &both()).unwrap();
    assert!(matches!(anonymous.auth, Auth::Anonymous));
    let conflict = Anthropic::builder().anonymous().api_key("given");
    assert!(resolve(&conflict, &Env::empty()).is_err());
}

#[test]
fn a_named_variable_is_never_replaced_by_another() {
    let settings = Anthropic::builder().api_key_from_env("MY_KEY");
    let error = resolve(&settings, &both()).unwrap_err();
    assert_eq!(outcomes(error.report().unwrap()), [("env:MY_KEY", Absent)]);
}

#[test]
fn vendors_are_compared_at_the_vendors_host_only() {
    let detail = |env: Env| {
        let resolved = resolve(&Anthropic::builder(), &env).unwrap();
        resolved.report.attempts[0].detail.clone()
    };
    let foreign = Env::empty().with("ANTHROPIC_API_KEY", "sk-proj-of-somebody-else");
    assert!(detail(foreign.clone()).contains("OpenAI"));
    let gateway = foreign.with("ANTHROPIC_BASE_URL", "https://gateway.example");
    assert!(!detail(gateway).contains("OpenAI project key, which"));
    let oauth = Env::empty().with("ANTHROPIC_API_KEY", "sk-ant-oat01-abc");
    assert!(detail(oauth).contains("ANTHROPIC_AUTH_TOKEN"));
}

#[test]
fn the_foreign_policy_reaches_the_authenticator() {
    let authorize = |policy| {
        let settings = Anthropic::builder().foreign(policy);
        let authenticator = resolve(&settings, &key_env())
            .unwrap()
            .authenticator()
            .unwrap();
        let mut uri = "https://api.anthropic.com/".parse().unwrap();
        let mut headers = http::HeaderMap::new();
        headers.insert("authorization", "Bearer callers".parse().unwrap());
        let mut request = AuthRequest::new(&http::Method::GET, &mut uri, &mut headers, Body::Empty);
        authenticator
            .authorize_blocking(&mut request)
            .map(|_| headers)
    };
    assert!(authorize(ForeignPolicy::Reject).is_err());
    assert_eq!(authorize(ForeignPolicy::Strip).unwrap()["x-api-key"], KEY);
    assert!(
        !authorize(ForeignPolicy::Defer)
            .unwrap()
            .contains_key("x-api-key")
    );
}

#[test]
fn nothing_given_is_ever_printed() {
    let settings = Anthropic::builder()
        .api_key(KEY)
        .auth_token(TOKEN)
        .base_url("https://user:hunter2-secret@host.example");
    let mut text = format!("{settings:?}");
    text.push_str(&all_text(&resolve(&settings, &both()).unwrap_err()));
    let resolved = resolve(&Anthropic::builder().api_key(KEY), &both()).unwrap();
    text.push_str(&format!("{resolved:?} {}", resolved.report));
    for secret in [KEY, TOKEN, "hunter2"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}
