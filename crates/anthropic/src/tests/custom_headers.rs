use onecred_core::{AttemptOutcome, Env, OnConflict, Outcome};

use super::{all_text, key_env, outcomes, resolve};
use crate::{Anthropic, Notice};

const SECRET: &str = "planted-header-secret";

fn with(env: Env, lines: &str) -> Env {
    env.with("ANTHROPIC_CUSTOM_HEADERS", lines)
}

#[test]
fn a_credential_next_to_a_key_is_a_conflict_that_names_the_header() {
    for (line, header) in [
        ("X-Api-Key", "x-api-key"),
        (" authorization ", "authorization"),
        ("API-KEY", "api-key"),
        ("x-goog-api-key", "x-goog-api-key"),
        ("X-Amz-Security-Token", "x-amz-security-token"),
        ("dpop", "dpop"),
    ] {
        let lines = format!("X-Team: blue\r\n{line}: {SECRET}\n");
        let error = resolve(&Anthropic::builder(), &with(key_env(), &lines)).unwrap_err();
        let text = all_text(&error);
        assert_eq!(error.report().unwrap().outcome, Outcome::Conflict, "{text}");
        assert!(
            text.contains(&format!("ANTHROPIC_CUSTOM_HEADERS ({header})")),
            "{text}"
        );
        assert!(!text.contains(SECRET), "{text}");
    }
}

#[test]
fn alone_it_is_invalid_and_says_what_to_do() {
    let env = with(Env::empty(), &format!("x-api-key:{SECRET}"));
    let error = resolve(&Anthropic::builder(), &env).unwrap_err();
    let text = all_text(&error);
    assert_eq!(error.report().unwrap().outcome, Outcome::Invalid);
    assert!(
        text.contains("`x-api-key`") && text.contains("ANTHROPIC_API_KEY"),
        "{text}"
    );
    assert!(!text.contains(SECRET), "{text}");
}

#[test]
fn choosing_one_source_or_the_order_is_the_way_out() {
    let env = with(key_env(), &format!("x-api-key:{SECRET}"));
    let chosen = Anthropic::builder().source("env:ANTHROPIC_API_KEY");
    let ordered = Anthropic::builder().on_conflict(OnConflict::FirstWins);
    for settings in [chosen, ordered] {
        let resolved = resolve(&settings, &env).unwrap();
        assert_eq!(
            outcomes(&resolved.report)[0],
            ("env:ANTHROPIC_API_KEY", AttemptOutcome::Selected)
        );
    }
}

#[test]
fn other_lines_and_explicit_choices_are_noted() {
    let harmless = with(key_env(), "X-Team: blue\n\nanthropic-beta: x");
    let resolved = resolve(&Anthropic::builder(), &harmless).unwrap();
    assert_eq!(resolved.notes, [Notice::CustomHeadersNotSent]);
    assert_eq!(resolved.report.attempts.len(), 2);
    let smuggled = with(Env::empty(), &format!("x-api-key: {SECRET}"));
    let resolved = resolve(&Anthropic::builder().api_key("given"), &smuggled).unwrap();
    assert_eq!(resolved.notes, [Notice::CustomHeadersNotSent]);
    let blank = resolve(&Anthropic::builder(), &with(key_env(), " \n")).unwrap();
    assert_eq!(blank.notes, []);
}
