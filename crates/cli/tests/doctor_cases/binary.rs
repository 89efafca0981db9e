//! The same environments through the binary: exit code, JSON and text.

use std::process::{Command, Output, Stdio};

use onecred_cli::doctor::Severity;
use serde_json::Value;

use super::case::{Case, MARK};
use super::{clean, table};

fn onecred(case: &Case, more: &[&str]) -> Output {
    let built = case.build();
    Command::new(env!("CARGO_BIN_EXE_onecred"))
        .arg("doctor")
        .args(&case.arguments)
        .args(more)
        .env_clear()
        .env("HOME", built.path())
        .envs(built.variables.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// Cases that depend on the time are left to the library's tests.
fn is_timeless(case: &Case) -> bool {
    !["OC009", "OC017"]
        .iter()
        .any(|code| case.expected.iter().any(|(own, _)| own == code))
        && !case.name.contains("lives")
        && !case.name.contains("Azure")
        && !case.name.contains("token in a file")
}

#[test]
fn exit_code_and_json_are_those_of_the_findings() {
    let cases: Vec<Case> = table::cases()
        .into_iter()
        .chain(clean::cases())
        .filter(is_timeless)
        .step_by(3)
        .collect();
    assert!(cases.len() >= 12, "{}", cases.len());
    for case in cases {
        let output = onecred(&case, &["--json"]);
        let text = String::from_utf8(output.stdout).unwrap();
        let json: Value = serde_json::from_str(&text).unwrap();
        let worst = case.expected.iter().map(|(_, severity)| *severity).min();
        let code = match worst {
            Some(Severity::Error) => 2,
            Some(Severity::Warning) => 1,
            _ => 0,
        };
        assert_eq!(output.status.code(), Some(code), "{}: {text}", case.name);
        assert!(output.stderr.is_empty(), "{}", case.name);
        let mut got: Vec<String> = json["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|finding| {
                let names: Vec<&String> = finding.as_object().unwrap().keys().collect();
                assert_eq!(names, ["code", "evidence", "fix", "severity", "what"]);
                format!("{} {}", finding["code"], finding["severity"])
            })
            .collect();
        let mut expected: Vec<String> = case
            .expected
            .iter()
            .map(|(code, severity)| format!("\"{code}\" \"{severity}\""))
            .collect();
        got.sort_unstable();
        expected.sort_unstable();
        assert_eq!(got, expected, "{}", case.name);
        assert!(json["targets"][0]["outcome"].is_string(), "{text}");
        assert!(!text.contains(MARK), "{text}");

        let output = onecred(&case, &[]);
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(code), "{}: {text}", case.name);
        assert!(text.starts_with("target "), "{text}");
        let is_clean = case.expected.is_empty();
        assert_eq!(text.contains("nothing wrong"), is_clean, "{text}");
        for (code, severity) in &case.expected {
            assert!(text.contains(&format!("{code} {severity}  ")), "{text}");
        }
        assert!(!text.contains(MARK), "{text}");
        // A pipe has no colours.
        assert!(!text.contains('\x1b'), "{text}");
    }
}
