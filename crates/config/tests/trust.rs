//! Which files are believed, and whose commands are run.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};

use common::{Asked, Directory, builder, env, mode, placed};
use onecred_config::{
    ConfigErrorKind, Consent, Registry, TrustCandidate, TrustError, TrustStore, default_path,
};
use onecred_core::Env;

const COMMAND: &str =
    "[client.claude]\ntarget = \"anthropic\"\nauth = { command = [\"print-key\"] }\n";
const URL: &str = "https://api.anthropic.com/v1/messages";

fn kind(built: Result<Registry, onecred_config::ConfigError>) -> Option<ConfigErrorKind> {
    built.err().map(|error| error.kind())
}

/// A home with an empty configuration directory.
fn home(directory: &Directory) -> Env {
    let home = directory.path().join("home");
    fs::create_dir_all(home.join(".config/onecred")).unwrap();
    env().with_home(home)
}

#[tokio::test]
async fn commands_of_other_files_need_trust_by_content() {
    let directory = Directory::new("trust");
    let env = home(&directory);
    let asked = Asked::default();
    let file = directory.write("project/onecred.toml", COMMAND);
    let build = |consent| {
        let builder = builder(&asked).env(env.clone()).consent(consent);
        builder.build_from_file(&file)
    };
    let untrusted = Some(ConfigErrorKind::Untrusted);
    assert_eq!(kind(build(Consent::Explicit)), untrusted);
    assert_eq!(kind(build(Consent::TrustedOnly)), untrusted);
    let text = build(Consent::Explicit).unwrap_err().to_string();
    let fix = format!("onecred trust {}", file.display());
    assert!(text.contains(":3:20: ") && text.contains(&fix), "{text}");

    let store = TrustStore::of_user(&env).unwrap();
    let candidate = TrustCandidate::read(&file).unwrap();
    assert_eq!(candidate.text(), COMMAND);
    assert_eq!(
        candidate.commands().unwrap(),
        [(3, vec!["print-key".to_owned()])]
    );
    let entry = store.trust(&candidate).unwrap();
    assert_eq!(
        (entry.path.as_path(), entry.sha256.as_str()),
        (file.as_path(), candidate.sha256())
    );
    assert!(store.is_trusted(&file).unwrap());
    assert_eq!(kind(build(Consent::TrustedOnly)), None);
    let registry = build(Consent::Explicit).unwrap();
    assert_eq!(asked.command(), 0, "building runs nothing");
    let client = registry.get("claude").unwrap();
    assert_eq!(
        placed(&client, URL).await.unwrap(),
        ["x-api-key: printed-key"]
    );
    assert_eq!(asked.command(), 1);

    // One more byte, and it is another file.
    directory.write("project/onecred.toml", format!("{COMMAND}#"));
    assert!(!store.is_trusted(&file).unwrap());
    assert_eq!(kind(build(Consent::Explicit)), untrusted);
    // An unchanged client of a running registry does not keep its command either.
    let reloaded = registry.reload().unwrap_err();
    assert_eq!(reloaded.kind(), ConfigErrorKind::Untrusted);
    // The same text elsewhere has other relative paths.
    let copy = directory.write("elsewhere/onecred.toml", COMMAND);
    assert!(!store.is_trusted(&copy).unwrap());

    directory.write("project/onecred.toml", COMMAND);
    assert!(store.is_trusted(&file).unwrap(), "the trusted text is back");
    assert!(store.untrust(&file).unwrap());
    assert!(!store.untrust(&file).unwrap());
    assert_eq!(kind(build(Consent::Explicit)), untrusted);

    // What the user looked at is what is trusted, not what is there by then.
    let shown = TrustCandidate::read(&file).unwrap();
    directory.write("project/onecred.toml", COMMAND.replace("print-key", "evil"));
    store.trust(&shown).unwrap();
    assert!(!store.is_trusted(&file).unwrap());
}

#[test]
fn origins_of_other_files_need_consent_and_texts_run_nothing() {
    let directory = Directory::new("consent");
    let env = home(&directory);
    let asked = Asked::default();
    let plain = "[client.claude]\ntarget = \"anthropic\"\nauth = { env = \"GOOD\" }\n";
    let file = directory.write("project/onecred.toml", plain);
    let build = |consent| {
        let builder = builder(&asked).env(env.clone()).consent(consent);
        builder.build_from_file(&file)
    };
    assert_eq!(
        kind(build(Consent::TrustedOnly)),
        Some(ConfigErrorKind::Untrusted)
    );
    assert_eq!(kind(build(Consent::Explicit)), None);

    assert_eq!(kind(builder(&asked).build_from_str(plain)), None);
    assert_eq!(
        kind(builder(&asked).build_from_str(COMMAND)),
        Some(ConfigErrorKind::Untrusted)
    );
    assert_eq!(
        kind(builder(&asked).allow_commands().build_from_str(COMMAND)),
        None
    );

    // The user's own file needs nothing, also as a link that the user put there.
    let own = default_path(&env).unwrap();
    fs::write(&own, COMMAND).unwrap();
    mode(&own, 0o600);
    assert_eq!(kind(builder(&asked).env(env.clone()).build_default()), None);
    fs::rename(&own, directory.path().join("dotfile.toml")).unwrap();
    symlink(directory.path().join("dotfile.toml"), &own).unwrap();
    assert_eq!(kind(builder(&asked).env(env.clone()).build_default()), None);
    mode(&own, 0o606);
    let refused = kind(builder(&asked).env(env.clone()).build_default());
    assert_eq!(refused, Some(ConfigErrorKind::Permissions));
    fs::remove_file(&own).unwrap();
    let missing = kind(builder(&asked).env(env).build_default());
    assert_eq!(missing, Some(ConfigErrorKind::Unreadable));
    let homeless = kind(builder(&asked).build_default());
    assert_eq!(homeless, Some(ConfigErrorKind::Unreadable));
    assert_eq!(asked.command(), 0);
}

#[test]
fn the_list_is_private_and_links_are_not_followed() {
    let directory = Directory::new("list");
    let file = directory.write("onecred.toml", COMMAND);
    let candidate = TrustCandidate::read(&file).unwrap();
    let list = directory.path().join("state/onecred/trusted");
    let store = TrustStore::new(&list);
    assert_eq!(store.entries().unwrap(), []);
    store.trust(&candidate).unwrap();
    let metadata = fs::metadata(&list).unwrap();
    assert_eq!(metadata.mode() & 0o7777, 0o600);
    assert_eq!(
        fs::metadata(list.parent().unwrap()).unwrap().mode() & 0o7777,
        0o700
    );
    let line = format!("{}  {}\n", candidate.sha256(), file.display());
    assert_eq!(fs::read_to_string(&list).unwrap(), line);
    // Replaced, not written into: a reader of the old one reads on.
    let inode = metadata.ino();
    store.trust(&candidate).unwrap();
    assert_ne!(fs::metadata(&list).unwrap().ino(), inode);
    assert_eq!(store.entries().unwrap().len(), 1, "not twice");
    let names: Vec<_> = fs::read_dir(list.parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert!(
        names
            .iter()
            .all(|name| !name.to_string_lossy().ends_with(".new")),
        "{names:?}"
    );

    // Somebody else could have written it.
    mode(&list, 0o622);
    assert!(matches!(
        store.is_trusted(&file),
        Err(TrustError::Unsafe { .. })
    ));
    assert!(matches!(
        store.trust(&candidate),
        Err(TrustError::Unsafe { .. })
    ));
    mode(&list, 0o600);

    // A link in its place is neither believed nor followed nor replaced.
    let victim = directory.write("victim", &line);
    fs::remove_file(&list).unwrap();
    symlink(&victim, &list).unwrap();
    assert!(matches!(
        store.is_trusted(&file),
        Err(TrustError::Unsafe { .. })
    ));
    assert!(matches!(
        store.trust(&candidate),
        Err(TrustError::Unsafe { .. })
    ));
    assert_eq!(fs::read_to_string(&victim).unwrap(), line);
    let error = builder(&Asked::default())
        .consent(Consent::Explicit)
        .trust(store)
        .build_from_file(&file)
        .unwrap_err();
    assert_eq!(
        error.kind(),
        ConfigErrorKind::Untrusted,
        "in doubt it is not trusted: {error}"
    );
}

#[test]
fn trust_at_the_same_time_loses_nothing_and_odd_paths_are_refused() {
    let directory = Directory::new("parallel");
    let store = TrustStore::new(directory.path().join("state/trusted"));
    let files: Vec<_> = (0..16)
        .map(|number| directory.write(&format!("{number}/onecred.toml"), COMMAND))
        .collect();
    std::thread::scope(|scope| {
        for file in &files {
            let store = &store;
            scope.spawn(move || store.trust(&TrustCandidate::read(file).unwrap()).unwrap());
        }
    });
    assert_eq!(store.entries().unwrap().len(), files.len());
    for file in &files {
        assert!(store.is_trusted(file).unwrap());
    }
    fs::remove_file(&files[0]).unwrap();
    assert!(store.untrust(&files[0]).unwrap(), "also when it is gone");

    let odd = directory.write("new\nline.toml", COMMAND);
    let candidate = TrustCandidate::read(&odd).unwrap();
    assert!(matches!(store.trust(&candidate), Err(TrustError::Path)));
    assert_eq!(store.entries().unwrap().len(), files.len() - 1);
}
