//! How a helper is found and started, and what becomes of its output.

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use onecred_core::{
    AuthRequest, Authenticator, Body, CachedProvider, Env, Outcome, ProviderErrorKind, Resolver,
    Target,
};
use onecred_testkit::Conformance;

use super::{JWT, TOKEN, ask, env, script, token};
use crate::HelperCommand;
use crate::scratch::Scratch;

use ProviderErrorKind::{Misconfigured, Unavailable};

#[test]
fn it_keeps_its_promises() {
    let scratch = Scratch::new();
    let source = scratch.file("source", TOKEN);
    let good = "cat source\n";
    let other = "test-only-token-jihgfedcba9876543210";
    let rotate = || {
        let now = std::fs::read_to_string(&source).unwrap();
        std::fs::write(&source, if now == TOKEN { other } else { TOKEN }).unwrap();
    };
    let failing = Scratch::new();
    let hanging = Scratch::new();
    Conformance::new(|| script(&scratch, good))
        .secret(TOKEN)
        .secret(other)
        .rotate(rotate)
        .fails("exit 1", Unavailable, || {
            script(&failing, &format!("echo {TOKEN}; exit 1"))
        })
        .fails("no program", Misconfigured, || {
            HelperCommand::bearer(&env(), ["onecred-no-such-program"])
        })
        .hangs("sleep", || script(&hanging, "exec sleep 60"))
        .needs_no_runtime()
        .check();
}

#[tokio::test]
async fn the_program_is_never_found_in_the_current_directory() {
    let scratch = Scratch::new();
    let program = scratch.file("onecred-test-helper", format!("#!/bin/sh\necho {TOKEN}\n"));
    std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
    let kind = |path: &str, name: &str| {
        let env = Env::empty().with("PATH", path);
        let helper = HelperCommand::bearer(&env, [name]);
        async move {
            ask(&helper)
                .await
                .map(|_| ())
                .map_err(|error| error.to_string())
        }
    };
    for path in ["", ".", ":", "..", "target:.:"] {
        let error = kind(path, "onecred-test-helper").await.unwrap_err();
        assert!(error.contains("not in the PATH"), "{path}: {error}");
    }
    for name in ["./onecred-test-helper", "bin/onecred-test-helper", "../x"] {
        let error = kind("/bin", name).await.unwrap_err();
        assert!(error.contains("relative path"), "{name}: {error}");
    }
    for (name, says) in [
        ("", "no program"),
        ("/nowhere/at/all", "does not exist"),
        ("/etc/passwd", "not an executable"),
        ("/bin", "not an executable"),
    ] {
        let error = kind("/bin", name).await.unwrap_err();
        assert!(error.contains(says), "{name}: {error}");
    }
    // Where it is, it is found: by the PATH, absolutely, and against the base directory.
    let absolute = scratch.dir().to_str().unwrap();
    let helpers = [
        HelperCommand::bearer(
            &Env::empty().with("PATH", absolute),
            ["onecred-test-helper"],
        ),
        HelperCommand::bearer(&Env::empty(), [&program]),
        HelperCommand::bearer(&Env::empty(), ["./onecred-test-helper"]).base_dir(scratch.dir()),
    ];
    for helper in helpers {
        let found = super::super::program::find(
            &helper.program,
            helper.path.as_deref(),
            helper.base_dir.as_deref(),
        );
        assert_eq!(
            found.unwrap().canonicalize().unwrap(),
            program.canonicalize().unwrap()
        );
    }
}

#[tokio::test]
async fn there_is_no_shell_and_no_input() {
    let shown = HelperCommand::bearer(&env(), ["echo", "$(id)*;$HOME"]);
    let error = ask(&shown).await;
    let text = error.unwrap().secret().unwrap().expose().to_owned();
    assert_eq!(text, "$(id)*;$HOME");
    // `cat` ends at once on an empty input.
    let error = ask(&HelperCommand::bearer(&env(), ["cat"]))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("printed nothing"), "{error}");
}

#[tokio::test]
async fn the_environment_is_the_given_one() {
    let scratch = Scratch::new();
    let text = "echo \"${GIVEN-unset}-${MORE-unset}-${CARGO_MANIFEST_DIR-unset}\"";
    let path = scratch.file("helper.sh", text);
    let env = env().with("GIVEN", "given");
    let helper = || HelperCommand::api_key(&env, ["/bin/sh".into(), path.clone().into_os_string()]);
    assert_eq!(token(&helper()).await.unwrap(), "given-unset-unset");
    let more = helper().env_var("MORE", "more");
    assert_eq!(token(&more).await.unwrap(), "given-more-unset");
    let cleared = helper().env_clear().env_var("MORE", "more");
    assert_eq!(token(&cleared).await.unwrap(), "unset-more-unset");
}

#[tokio::test]
async fn when_it_is_run_again() {
    let scratch = Scratch::new();
    let plain = script(&scratch, &format!("echo {TOKEN}"));
    let credential = ask(&plain).await.unwrap();
    assert_eq!(credential.expiry(), None);
    assert_eq!(credential.refresh_hint(), Some(Duration::from_secs(300)));
    let credential = ask(&plain.ttl(Duration::from_secs(30))).await.unwrap();
    assert_eq!(credential.refresh_hint(), Some(Duration::from_secs(30)));

    let end = Some(SystemTime::UNIX_EPOCH + Duration::from_secs(4_102_444_800));
    let jwt = script(&scratch, &format!("echo {JWT}"));
    let credential = ask(&jwt).await.unwrap();
    assert_eq!(
        (credential.expiry(), credential.refresh_hint()),
        (end, None)
    );
    let credential = ask(&jwt.ttl(Duration::from_secs(30))).await.unwrap();
    assert_eq!(credential.expiry(), end);
    assert_eq!(credential.refresh_hint(), Some(Duration::from_secs(30)));

    // {"exp":1}
    let expired = script(&scratch, "echo eyJhbGciOiJub25lIn0.eyJleHAiOjF9.c2ln");
    assert_eq!(ask(&expired).await.unwrap_err().kind(), Unavailable);
}

/// A helper that takes a while is run once for all clients and requests.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_run_for_many_clients() {
    let scratch = Scratch::new();
    let helper = script(
        &scratch,
        &format!("echo run >> runs; sleep 0.2; echo {TOKEN}"),
    );
    let cache = CachedProvider::from(helper);
    let target = Target::builder("api")
        .origin("https://api.example.com")
        .and_then(|target| target.build())
        .unwrap();
    let clients: Vec<_> = (0..4)
        .map(|_| Arc::new(Authenticator::new(target.clone(), cache.clone()).unwrap()))
        .collect();
    let tasks: Vec<_> = (0..64)
        .map(|index: usize| {
            let client = Arc::clone(&clients[index % clients.len()]);
            tokio::spawn(async move {
                for _ in 0..10 {
                    let mut uri = "https://api.example.com/".parse().unwrap();
                    let mut headers = http::HeaderMap::new();
                    let get = http::Method::GET;
                    let mut request = AuthRequest::new(&get, &mut uri, &mut headers, Body::Empty);
                    client.authorize(&mut request).await.unwrap();
                    assert_eq!(headers["authorization"], format!("Bearer {TOKEN}"));
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(scratch.path("runs")).unwrap(),
        "run\n"
    );
}

#[tokio::test]
async fn a_resolver_does_not_run_it() {
    let scratch = Scratch::new();
    let helper = script(&scratch, "echo run > runs");
    let resolver = Resolver::builder().tier([helper]).build();
    let resolution = resolver.resolve(&Env::empty()).await.unwrap();
    assert_eq!(resolution.report.attempts[0].detail, "not run yet");
    assert_eq!(resolution.auth.source().as_str(), "command:sh");
    assert!(!scratch.path("runs").exists());

    let missing = HelperCommand::bearer(&env(), ["onecred-no-such-program"]);
    let resolver = Resolver::builder().tier([missing]).build();
    let error = resolver.resolve(&Env::empty()).await.unwrap_err();
    assert_eq!(error.report().outcome, Outcome::Invalid);
}
