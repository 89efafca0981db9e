//! SIGHUP. In a process of its own, because the signal goes to all of it.
#![cfg(all(unix, feature = "signal"))]
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{Asked, Directory, builder, eventually};
use onecred_config::{ConfigErrorKind, Consent};

fn hang_up() {
    let this = std::process::id().to_string();
    let status = std::process::Command::new("kill")
        .args(["-HUP", &this])
        .status();
    assert!(status.unwrap().success());
}

#[tokio::test]
async fn the_file_is_read_again_on_sighup() {
    let text = |name: &str| {
        format!("[client.{name}]\ntarget = \"anthropic\"\nauth = {{ env = \"GOOD\" }}\n")
    };
    let directory = Directory::new("hangup");
    let file = directory.write("onecred.toml", text("one"));
    let registry = builder(&Asked::default())
        .consent(Consent::Explicit)
        .build_from_file(file)
        .unwrap();
    let watch = registry.reload_on_hangup().await.unwrap();
    directory.write("onecred.toml", text("two"));
    hang_up();
    eventually("the reload", || registry.names() == ["two"]).await;

    directory.write("onecred.toml", "[client");
    hang_up();
    eventually("the refusal", || registry.last_error().is_some()).await;
    assert_eq!(
        registry.last_error().unwrap().kind(),
        ConfigErrorKind::Syntax
    );
    assert_eq!(registry.names(), ["two"]);

    // Without the watch the signal does nothing, and does not end the process.
    drop(watch);
    directory.write("onecred.toml", text("three"));
    hang_up();
    let again = registry.reload_on_hangup().await.unwrap();
    directory.write("onecred.toml", text("four"));
    hang_up();
    eventually("the reload", || registry.names() == ["four"]).await;
    drop(again);
}
