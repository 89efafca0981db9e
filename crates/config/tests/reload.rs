//! Reload: what changes, what does not, and that no request notices.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use common::{Asked, Directory, builder, env, eventually, placed};
use onecred_config::{ConfigErrorKind, Consent, Registry};
use onecred_core::{AuthError, ProviderErrorKind};
use onecred_testkit::{ManualClock, ManualRuntime};

const URL: &str = "https://llm.corp.example/v1";

fn client(name: &str, auth: &str) -> String {
    client_at(name, "https://llm.corp.example", auth)
}

fn client_at(name: &str, origin: &str, auth: &str) -> String {
    format!(
        "[client.{name}]\ntarget = {{ origin = \"{origin}\", key_header = \"api-key\" }}\nauth = {auth}\n"
    )
}

fn vault(path: &str) -> String {
    format!("{{ vault = {{ path = \"{path}\" }} }}")
}

struct Setup {
    directory: Directory,
    asked: Asked,
    registry: Registry,
}

fn setup(content: &str) -> Setup {
    let directory = Directory::new("reload");
    let file = directory.write("onecred.toml", content);
    let asked = Asked::default();
    let registry = builder(&asked)
        .consent(Consent::Explicit)
        .build_from_file(file)
        .unwrap();
    Setup {
        directory,
        asked,
        registry,
    }
}

impl Setup {
    fn write(&self, content: &str) {
        self.directory.write("onecred.toml", content);
    }
}

async fn key(registry: &Registry, name: &str) -> String {
    let client = registry.get(name).unwrap();
    placed(&client, URL).await.unwrap().concat()
}

#[tokio::test]
async fn only_what_changed_is_touched() {
    let stays = client("stays", &vault("one"));
    let setup = setup(&format!("{stays}{}", client("changes", &vault("two"))));
    let (registry, asked) = (&setup.registry, &setup.asked);
    let (stays_handle, changes_handle) = (
        registry.get("stays").unwrap(),
        registry.get("changes").unwrap(),
    );
    assert_eq!(key(registry, "stays").await, "api-key: lease-of-one");
    assert_eq!(key(registry, "changes").await, "api-key: lease-of-two");
    assert_eq!((asked.built(), asked.vault()), (2, 2));
    let epoch = stays_handle.status().epoch;

    // Comments, order and spelling are not the configuration.
    setup.write(&format!(
        "# moved\n{}\n[client.stays.target]\nkey_header = 'api-key'\norigin = \"https://llm.corp.example\"\n\
         [client.stays.auth.vault]\npath = \"\"\"one\"\"\"\n",
        client("changes", &vault("three"))
    ));
    let done = registry.reload().unwrap();
    assert_eq!(
        (&done.replaced[..], &done.unchanged[..]),
        (&["changes".to_owned()][..], &["stays".to_owned()][..])
    );
    assert!(done.is_change() && done.added.is_empty() && done.removed.is_empty());
    assert_eq!(key(registry, "stays").await, "api-key: lease-of-one");
    assert_eq!(stays_handle.status().epoch, epoch);
    assert_eq!(
        (asked.built(), asked.vault()),
        (3, 2),
        "neither rebuilt nor asked again"
    );
    // The old handle of the other is the same client and carries the new credential.
    assert_eq!(
        placed(&changes_handle, URL).await.unwrap(),
        ["api-key: lease-of-three"]
    );
    assert!(registry.get("changes").unwrap().is_same(&changes_handle));

    let done = registry.reload().unwrap();
    assert!(!done.is_change(), "{done:?}");
    assert_eq!(asked.built(), 3);
}

#[tokio::test]
async fn a_broken_file_changes_nothing_and_is_reported() {
    let good = format!(
        "{}{}",
        client("a", &vault("one")),
        client("b", "{ env = \"GOOD\" }")
    );
    let setup = setup(&good);
    let registry = &setup.registry;
    let handles = [registry.get("a").unwrap(), registry.get("b").unwrap()];
    let epochs = handles.each_ref().map(|handle| handle.status().epoch);
    key(registry, "a").await;
    for broken in [
        "",
        "[client.a",
        // The first is good and would change; the second is broken.
        &format!(
            "{}{}",
            client("a", &vault("two")),
            client("b", "{ env = \"NOT_SET\" }")
        ),
        &format!(
            "{}{}",
            client("a", &vault("two")),
            client("b", "{ env = \"GOOD\", file = \"x\" }")
        ),
        &client("new", "{ file = \"missing\" }"),
    ] {
        setup.write(broken);
        let error = registry.reload().unwrap_err();
        assert_eq!(
            registry.last_error().unwrap().to_string(),
            error.to_string()
        );
        assert_eq!(registry.names(), ["a", "b"]);
        assert_eq!(
            handles.each_ref().map(|handle| handle.status().epoch),
            epochs
        );
        assert_eq!(key(registry, "a").await, "api-key: lease-of-one");
    }
    fs::remove_file(setup.directory.path().join("onecred.toml")).unwrap();
    assert_eq!(
        registry.reload().unwrap_err().kind(),
        ConfigErrorKind::Unreadable
    );
    setup.write(&good);
    registry.reload().unwrap();
    assert!(registry.last_error().is_none());
    assert_eq!(setup.asked.vault(), 1);
}

#[tokio::test]
async fn another_target_is_another_client_and_removed_ones_fail() {
    let setup = setup(&format!(
        "{}{}",
        client("moves", &vault("one")),
        client("goes", &vault("two"))
    ));
    let registry = &setup.registry;
    let (moves, goes) = (
        registry.get("moves").unwrap(),
        registry.get("goes").unwrap(),
    );
    assert!(placed(&moves, URL).await.is_ok() && placed(&goes, URL).await.is_ok());

    setup.write(&client_at(
        "moves",
        "https://new.corp.example",
        &vault("one"),
    ));
    let done = registry.reload().unwrap();
    assert_eq!(
        (&done.retargeted[..], &done.removed[..]),
        (&["moves".to_owned()][..], &["goes".to_owned()][..])
    );

    // Neither origin gets anything from the old handle; its error says what to do.
    for (handle, words) in [
        (&moves, "take it from the registry again"),
        (&goes, "was removed"),
    ] {
        for url in [URL, "https://new.corp.example/v1"] {
            match placed(handle, url).await.unwrap_err() {
                AuthError::Provider(error) => {
                    assert_eq!(error.kind(), ProviderErrorKind::Misconfigured);
                    assert!(error.to_string().contains(words), "{error}");
                }
                AuthError::OriginNotAllowed(_) => assert_ne!(url, URL),
                other => panic!("{other}"),
            }
        }
    }
    let new = registry.get("moves").unwrap();
    assert!(!new.is_same(&moves));
    let sent = placed(&new, "https://new.corp.example/v1").await.unwrap();
    assert_eq!(sent, ["api-key: lease-of-one"]);
    assert!(placed(&new, URL).await.is_err());
    assert!(registry.get("goes").is_none());
    assert_eq!(registry.names(), ["moves"]);
}

#[tokio::test]
async fn variables_and_files_behind_references_count() {
    let text = format!(
        "{}{}{}",
        client("variable", "{ env = \"GOOD\" }"),
        client("file", "{ file = \"key\" }"),
        client(
            "chain",
            "{ chain = [{ env = \"LATER\" }, { vault = { path = \"one\" } }] }"
        )
    );
    let directory = Directory::new("references");
    directory.write("key", "first-key\n");
    let file = directory.write("onecred.toml", text);
    let registry = builder(&Asked::default())
        .consent(Consent::Explicit)
        .build_from_file(file)
        .unwrap();
    assert_eq!(key(&registry, "file").await, "api-key: first-key");
    assert_eq!(key(&registry, "chain").await, "api-key: lease-of-one");
    assert!(!registry.reload().unwrap().is_change());

    directory.write("key", "second-key\n");
    assert_eq!(registry.reload().unwrap().replaced, ["file"]);
    assert_eq!(key(&registry, "file").await, "api-key: second-key");

    let changed = env().with("GOOD", "another-key").with("LATER", "appeared");
    let done = registry.reload_with_env(changed).unwrap();
    assert_eq!(done.replaced, ["chain", "variable"]);
    assert_eq!(key(&registry, "variable").await, "api-key: another-key");
    assert_eq!(key(&registry, "chain").await, "api-key: appeared");
    assert!(
        !registry.reload().unwrap().is_change(),
        "the new snapshot is kept"
    );
    let error = registry.reload_with_env(env().without("GOOD")).unwrap_err();
    assert_eq!(error.kind(), ConfigErrorKind::Secret);
    assert!(
        !registry.reload().unwrap().is_change(),
        "the refused snapshot is not"
    );
}

/// 32 tasks send as fast as they can while the file is rewritten 50 times.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn reload_under_load_fails_no_request_and_leaves_others_alone() {
    let stays = client("stays", &vault("steady"));
    let content = |round: usize| {
        let auth = match round % 3 {
            0 => "{ env = \"GOOD\" }".to_owned(),
            _ => vault(&format!("round-{round}")),
        };
        format!("{stays}{}", client("changes", &auth))
    };
    let setup = setup(&content(0));
    let stop = Arc::new(AtomicBool::new(false));
    let requests = Arc::new(AtomicUsize::new(0));
    let tasks: Vec<_> = (0..32)
        .map(|number| {
            let registry = setup.registry.clone();
            let held = registry
                .get(if number % 2 == 0 { "stays" } else { "changes" })
                .unwrap();
            let (stop, requests) = (Arc::clone(&stop), Arc::clone(&requests));
            tokio::spawn(async move {
                let mut failures = Vec::new();
                let mut seen = BTreeSet::new();
                while !stop.load(Ordering::SeqCst) {
                    match placed(&held, URL).await {
                        Ok(headers) => {
                            assert_eq!(headers.len(), 1, "exactly one credential");
                            seen.extend(headers);
                        }
                        Err(error) => failures.push(error.to_string()),
                    }
                    requests.fetch_add(1, Ordering::SeqCst);
                    tokio::task::yield_now().await;
                }
                (number, failures, seen)
            })
        })
        .collect();
    let epoch = setup.registry.get("stays").unwrap().status().epoch;
    for round in 1..=50 {
        let before = requests.load(Ordering::SeqCst);
        eventually("requests between two reloads", || {
            requests.load(Ordering::SeqCst) > before + 64
        })
        .await;
        setup.write(&content(round));
        let done = setup.registry.reload().unwrap();
        assert_eq!(
            (done.replaced, done.unchanged),
            (vec!["changes".to_owned()], vec!["stays".to_owned()])
        );
    }
    let expected = format!("api-key: lease-of-{}", "round-50");
    assert_eq!(key(&setup.registry, "changes").await, expected);
    stop.store(true, Ordering::SeqCst);
    for task in tasks {
        let (number, failures, seen) = task.await.unwrap();
        assert_eq!(failures, Vec::<String>::new());
        match number % 2 {
            0 => assert_eq!(seen.len(), 1, "{seen:?}"),
            _ => assert!(seen.len() > 1, "a reload was seen: {seen:?}"),
        }
    }
    let total = requests.load(Ordering::SeqCst);
    assert!(total > 32 * 50, "{total} requests");
    assert_eq!(setup.registry.get("stays").unwrap().status().epoch, epoch);
    // One for the client that stays, and one for each round that has a vault: 34 of 50.
    let rounds = (1..=50).filter(|round| round % 3 != 0).count();
    assert!(
        setup.asked.vault() <= 1 + rounds,
        "{} provides",
        setup.asked.vault()
    );
    assert_eq!(setup.asked.built(), 1 + rounds);
    println!(
        "{total} requests, 50 reloads, {} provides, 0 failures",
        setup.asked.vault()
    );
}

#[test]
fn a_watch_sees_swaps_and_leaves_unfinished_and_broken_files_alone() {
    let directory = Directory::new("watch");
    // As Kubernetes mounts a volume: file → ..data/file, ..data → a directory of this version.
    directory.write("v1/onecred.toml", client("a", &vault("one")));
    symlink("v1", directory.path().join("..data")).unwrap();
    symlink("..data/onecred.toml", directory.path().join("onecred.toml")).unwrap();
    let clock = ManualClock::new();
    let runtime = ManualRuntime::new(&clock);
    let asked = Asked::default();
    let registry = builder(&asked)
        .consent(Consent::Explicit)
        .clock(clock.clone())
        .runtime(runtime.clone())
        .build_from_file(directory.path().join("onecred.toml"))
        .unwrap();
    let tick = || {
        runtime.run_until_stalled();
        clock.advance(Duration::from_secs(5));
        runtime.run_until_stalled();
    };
    let key = || {
        let client = registry.get("a").unwrap();
        let sent = runtime.complete(placed(&client, URL)).unwrap();
        sent.unwrap().concat()
    };
    let watch = registry.watch(Duration::from_secs(5));
    tick();
    assert_eq!(key(), "api-key: lease-of-one");

    let swap = |version: &str, content: &str| {
        directory.write(&format!("{version}/onecred.toml"), content);
        let new = directory.path().join("..data_tmp");
        symlink(version, &new).unwrap();
        fs::rename(new, directory.path().join("..data")).unwrap();
    };
    swap("v2", &client("a", &vault("two")));
    tick();
    assert_eq!(
        key(),
        "api-key: lease-of-one",
        "seen once: it may be half written"
    );
    tick();
    assert_eq!(key(), "api-key: lease-of-two");

    // A file that grows from look to look is not read before it stands still.
    let whole = client("a", &vault("three"));
    for part in [0, whole.len() / 3, whole.len() / 2] {
        fs::write(directory.path().join("v2/onecred.toml"), &whole[..part]).unwrap();
        tick();
        assert_eq!(key(), "api-key: lease-of-two");
        assert!(registry.last_error().is_none());
    }
    fs::write(directory.path().join("v2/onecred.toml"), &whole).unwrap();
    tick();
    tick();
    assert_eq!(key(), "api-key: lease-of-three");

    swap("v3", "[client.a]\n");
    tick();
    tick();
    assert_eq!(
        registry.last_error().unwrap().kind(),
        ConfigErrorKind::Missing
    );
    assert_eq!(key(), "api-key: lease-of-three");
    swap("v4", &client("a", &vault("three")));
    tick();
    tick();
    assert!(registry.last_error().is_none());
    assert_eq!(asked.vault(), 3, "the same again is no change");

    fs::remove_file(directory.path().join("v4/onecred.toml")).unwrap();
    tick();
    assert_eq!(
        registry.last_error().unwrap().kind(),
        ConfigErrorKind::Unreadable
    );
    drop(watch);
    runtime.run_until_stalled();
    assert_eq!(
        (runtime.pending(), clock.sleepers()),
        (0, 0),
        "nothing is left running"
    );
}

#[test]
fn a_watch_ends_with_its_registry_and_a_text_needs_none() {
    let clock = ManualClock::new();
    let runtime = ManualRuntime::new(&clock);
    let directory = Directory::new("ends");
    let text = client("a", "{ anonymous = true }");
    let file = directory.write("onecred.toml", &text);
    let build = || {
        builder(&Asked::default())
            .consent(Consent::Explicit)
            .runtime(runtime.clone())
    };
    let registry = build().build_from_file(file).unwrap();
    let watch = registry.watch(Duration::from_secs(1));
    runtime.run_until_stalled();
    assert_eq!(runtime.pending(), 1);
    drop(registry);
    clock.advance(Duration::from_secs(1));
    runtime.run_until_stalled();
    assert_eq!(runtime.pending(), 0);
    drop(watch);

    let registry = build().build_from_str(&text).unwrap();
    let _watch = registry.watch(Duration::from_secs(1));
    assert_eq!(runtime.pending(), 0);
    assert!(!registry.reload().unwrap().is_change());
}
