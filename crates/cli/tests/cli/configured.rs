//! `--config FILE --client NAME`, and `onecred trust`.

#![allow(clippy::unwrap_used, reason = "a failure is the test's")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use super::support::{KEY, Ran, onecred};

const FILE: &str = r#"
[client.claude]
target = "anthropic"
auth = { env = "ANTHROPIC_API_KEY" }

[client.helper]
target = { origin = "https://llm.corp.example", key_header = "api-key" }
auth = { command = ["/bin/echo", "printed-by-the-helper-0123456789-wxyz"] }
"#;

struct Place {
    directory: tempfile::TempDir,
    file: PathBuf,
}

impl Place {
    fn with(text: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("onecred.toml");
        fs::write(&file, text).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        Self { directory, file }
    }

    fn run(&self, command: &str, client: &str, more: &[&str]) -> Ran {
        let file = self.file.to_str().unwrap();
        let mut args = vec![command, "--config", file, "--client", client];
        args.extend(more);
        onecred(&args, &self.env())
    }

    fn trust(&self, more: &[&str]) -> Ran {
        let mut args = vec!["trust", self.file.to_str().unwrap()];
        args.extend(more);
        onecred(&args, &self.env())
    }

    fn env(&self) -> [(&'static str, String); 2] {
        let home = self.directory.path().to_str().unwrap().to_owned();
        [("HOME", home), ("ANTHROPIC_API_KEY", KEY.to_owned())]
    }
}

#[test]
fn a_client_of_the_file_is_explained() {
    let ran = Place::with(FILE).run("explain", "claude", &["--json"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(json["target"]["name"], "claude");
    assert_eq!(json["selected"]["source"], "env:ANTHROPIC_API_KEY");
    assert_eq!(json["selected"]["header"], "x-api-key");
}

#[test]
fn a_command_runs_only_from_a_trusted_file_and_never_by_explain() {
    let place = Place::with(FILE);
    let refused = place.run("token", "helper", &[]);
    assert_eq!((refused.code, refused.out.as_str()), (2, ""), "{refused:?}");
    assert!(refused.err.contains("onecred trust"), "{refused:?}");

    let trusted = place.trust(&[]);
    assert_eq!(trusted.code, 0, "{trusted:?}");
    assert!(trusted.out.contains("/bin/echo"), "{trusted:?}");
    let explained = place.run("explain", "helper", &["--json"]);
    assert_eq!(explained.code, 0, "{explained:?}");
    assert!(!explained.out.contains("wxyz"), "it ran: {explained:?}");
    let json: serde_json::Value = serde_json::from_str(&explained.out).unwrap();
    assert_eq!(json["outcome"], "unprobed");
    let printed = place.run("token", "helper", &[]);
    assert_eq!(
        printed.out, "printed-by-the-helper-0123456789-wxyz\n",
        "{printed:?}"
    );

    // Trust is for the content.
    fs::write(&place.file, format!("{FILE}\n# changed\n")).unwrap();
    assert_eq!(place.run("token", "helper", &[]).code, 2);
    assert_eq!(place.trust(&[]).code, 0);
    assert_eq!(place.trust(&["--undo"]).code, 0);
    assert_eq!(place.run("token", "helper", &[]).code, 2);
}

#[test]
fn mistakes_have_a_place_and_an_exit_code() {
    let two = FILE.replace(
        r#"{ env = "ANTHROPIC_API_KEY" }"#,
        r#"{ env = "A", file = "b" }"#,
    );
    let ran = Place::with(&two).run("explain", "claude", &["--json"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.err.contains(":4:"), "line and column: {ran:?}");
    assert!(ran.out.contains("\"conflict\""), "{ran:?}");

    let unset = FILE.replace("ANTHROPIC_API_KEY", "NOT_THERE");
    assert_eq!(Place::with(&unset).run("explain", "claude", &[]).code, 3);
    assert_eq!(Place::with(FILE).run("explain", "nobody", &[]).code, 2);
    let both = Place::with(FILE).run("explain", "claude", &["--target", "anthropic"]);
    assert_eq!(both.code, 64, "{both:?}");
}
