use super::*;

fn both(env: &Env, on_conflict: OnConflict) -> Result<Resolution, ResolveError> {
    Resolver::builder()
        .tier([Variable::api_key("KEY"), Variable::bearer("TOKEN")])
        .on_conflict(on_conflict)
        .build()
        .resolve_blocking(env)
}

fn outcomes(report: &Report) -> Vec<(&str, AttemptOutcome)> {
    report
        .attempts
        .iter()
        .map(|attempt| (attempt.source.as_str(), attempt.outcome))
        .collect()
}

#[test]
fn two_of_one_rank_are_a_conflict_that_names_both() {
    let env = Env::empty().with("KEY", "k3y").with("TOKEN", "t0ken");
    let error = both(&env, OnConflict::Reject).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("env:KEY") && text.contains("env:TOKEN"),
        "{text}"
    );
    assert!(!text.contains("k3y") && !text.contains("t0ken"), "{text}");
    assert_eq!(error.report().outcome, Outcome::Conflict);
    assert_eq!(
        outcomes(error.report()),
        [
            ("env:KEY", AttemptOutcome::Found),
            ("env:TOKEN", AttemptOutcome::Found)
        ]
    );
}

#[test]
fn first_wins_shows_the_other_as_shadowed() {
    let env = Env::empty().with("KEY", "k3y").with("TOKEN", "t0ken");
    let resolution = both(&env, OnConflict::FirstWins).unwrap();
    assert_eq!(
        outcomes(&resolution.report),
        [
            ("env:KEY", AttemptOutcome::Selected),
            ("env:TOKEN", AttemptOutcome::Shadowed)
        ]
    );
}

#[test]
fn a_broken_and_a_good_one_are_still_two() {
    let env = Env::empty().with("KEY", "k 3y").with("TOKEN", "t0ken");
    let error = both(&env, OnConflict::Reject).unwrap_err();
    assert!(matches!(error.kind(), ResolveErrorKind::Conflict(_)));
    assert_eq!(error.report().attempts[0].outcome, AttemptOutcome::Invalid);
    let error = both(&env, OnConflict::FirstWins).unwrap_err();
    assert!(matches!(error.kind(), ResolveErrorKind::Invalid { .. }));
}

#[test]
fn blank_is_absent_and_broken_never_falls_through() {
    let blank = Env::empty().with("KEY", " \n").with("TOKEN", "");
    let error = both(&blank, OnConflict::Reject).unwrap_err();
    assert!(matches!(error.kind(), ResolveErrorKind::NotConfigured));
    let tiers = Resolver::builder()
        .tier([Variable::api_key("KEY")])
        .tier([Variable::bearer("TOKEN")])
        .build();
    let broken = Env::empty()
        .with("KEY", "a\u{200b}b")
        .with("TOKEN", "t0ken");
    let error = tiers.resolve_blocking(&broken).unwrap_err();
    assert_eq!(error.report().outcome, Outcome::Invalid);
    assert_eq!(
        outcomes(error.report()),
        [
            ("env:KEY", AttemptOutcome::Invalid),
            ("env:TOKEN", AttemptOutcome::Shadowed)
        ]
    );
}

#[test]
fn an_explicit_choice_stops_the_reading_of_the_environment() {
    let resolver = Resolver::builder()
        .tier([Argument::api_key(Some("given-key"))])
        .tier([Variable::api_key("KEY"), Variable::bearer("TOKEN")])
        .build();
    let env = Env::empty().with("KEY", "k3y").with("TOKEN", "t0ken");
    let resolution = resolver.resolve_blocking(&env).unwrap();
    assert_eq!(
        outcomes(&resolution.report),
        [
            ("argument:api_key", AttemptOutcome::Selected),
            ("env:KEY", AttemptOutcome::Skipped),
            ("env:TOKEN", AttemptOutcome::Skipped)
        ]
    );
    let none = Resolver::builder()
        .tier([
            Argument::api_key(None::<&str>),
            Argument::bearer(Some("  ")),
        ])
        .tier([Variable::api_key("KEY")])
        .build();
    let selected = none
        .resolve_blocking(&env)
        .unwrap()
        .report
        .selected
        .unwrap();
    assert_eq!(selected.source.as_str(), "env:KEY");
}

#[test]
fn two_explicit_ones_are_a_conflict() {
    let resolver = Resolver::builder()
        .tier([
            Argument::api_key(Some("one")),
            Argument::bearer(Some("two")),
        ])
        .build();
    let error = resolver.resolve_blocking(&Env::empty()).unwrap_err();
    assert!(matches!(error.kind(), ResolveErrorKind::Conflict(_)));
}

#[test]
fn one_source_can_be_chosen_by_name() {
    let env = Env::empty().with("KEY", "k3y").with("TOKEN", "t0ken");
    let choose = |name: &str| {
        Resolver::builder()
            .tier([Variable::api_key("KEY"), Variable::bearer("TOKEN")])
            .only(name.to_owned())
            .build()
            .resolve_blocking(&env)
    };
    let chosen = choose("env:TOKEN").unwrap();
    assert_eq!(
        outcomes(&chosen.report),
        [
            ("env:KEY", AttemptOutcome::Skipped),
            ("env:TOKEN", AttemptOutcome::Selected)
        ]
    );
    let unknown = choose("env:OTHER").unwrap_err();
    assert!(matches!(unknown.kind(), ResolveErrorKind::UnknownSource(_)));
}

#[test]
fn the_path_of_a_file_is_no_key() {
    let directory = std::env::temp_dir().join(format!("onecred-path-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let file = directory.join("key.txt");
    std::fs::write(&file, "k3y").unwrap();
    let env = Env::empty()
        .with("KEY", file.as_os_str())
        .with_home(&directory);
    let error = both(&env, OnConflict::Reject).unwrap_err();
    assert!(error.report().attempts[0].detail.contains("path of a file"));
    let env = env.with("KEY", "~/key.txt");
    assert!(both(&env, OnConflict::Reject).is_err());
    let env = env.with("KEY", "/no/such/file");
    assert!(both(&env, OnConflict::Reject).is_ok());
    std::fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn what_was_cleaned_or_looks_odd_is_in_the_report() {
    let env = Env::empty().with("KEY", "'sk-ant-oat01-0123456789'\n");
    let resolution = both(&env, OnConflict::Reject).unwrap();
    let detail = &resolution.report.attempts[0].detail;
    assert!(
        detail.contains("quotes") && detail.contains("newline"),
        "{detail}"
    );
    assert!(detail.contains("OAuth token"), "{detail}");
}

#[test]
fn a_broken_explicit_choice_stops_the_reading_of_the_environment_too() {
    let resolver = Resolver::builder()
        .tier([Argument::api_key(Some("bro ken"))])
        .tier([Variable::api_key("KEY")])
        .build();
    let error = resolver
        .resolve_blocking(&Env::empty().with("KEY", "k3y"))
        .unwrap_err();
    assert_eq!(
        outcomes(error.report()),
        [
            ("argument:api_key", AttemptOutcome::Invalid),
            ("env:KEY", AttemptOutcome::Skipped)
        ]
    );
}

#[derive(Debug)]
struct Metadata;

#[async_trait::async_trait]
impl Source for Metadata {
    fn name(&self) -> SourceName {
        "metadata".into()
    }

    fn kind(&self) -> Option<crate::credential::CredentialKind> {
        None
    }

    async fn look(&self, _env: &Env) -> Lookup {
        Lookup::Unprobed("would ask the metadata server".to_owned())
    }
}

#[test]
fn what_was_not_probed_is_no_second_credential() {
    let tier =
        || -> [Box<dyn Source>; 2] { [Box::new(Metadata), Box::new(Variable::api_key("KEY"))] };
    let resolver = Resolver::builder().tier_of(tier()).build();
    let env = Env::empty().with("KEY", "k3y");
    let selected = resolver
        .resolve_blocking(&env)
        .unwrap()
        .report
        .selected
        .unwrap();
    assert_eq!(selected.source.as_str(), "env:KEY");
    let error = resolver.resolve_blocking(&Env::empty()).unwrap_err();
    assert_eq!(error.report().outcome, Outcome::Unprobed);
}
