//! An environment, what is expected of it, and how it is built.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use onecred_cli::doctor::{Diagnosis, Severity, diagnose};
use onecred_core::Env;
use tempfile::TempDir;

/// Part of every secret that the tests plant, never among the last 4 characters.
pub(crate) const MARK: &str = "PLANTED";

/// Keys of the length that the vendors issue.
pub(crate) fn key() -> String {
    format!("sk-ant-api03-{MARK}-{}wxyz", "0".repeat(84))
}

pub(crate) fn openai_key() -> String {
    format!("sk-proj-{MARK}-{}wxyz", "0".repeat(145))
}

pub(crate) fn google_key() -> String {
    format!("AIza{MARK}{}wxyz", "0".repeat(24))
}

pub(crate) const OAUTH: &str = "sk-ant-oat01-PLANTED-00000000000000000000000000000000wxyz";
pub(crate) const TOKEN: &str = "access-token-PLANTED-0000000000000000000000000000tokn";

/// The time at which every case plays: 2026-01-01.
pub(crate) const NOW: u64 = 1_767_225_600;

/// A JWT with these claims and a signature that is none.
pub(crate) fn jwt(claims: &str) -> String {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let signature = URL_SAFE_NO_PAD.encode(format!("{MARK}-000000000000000000000000000000"));
    format!(
        "{}.{}.{MARK}{signature}",
        part(r#"{"alg":"RS256"}"#),
        part(claims)
    )
}

pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) arguments: Vec<&'static str>,
    variables: Vec<(&'static str, String)>,
    files: Vec<(&'static str, String, u32)>,
    pub(crate) expected: Vec<(&'static str, Severity)>,
}

pub(crate) fn case(name: &'static str) -> Case {
    Case {
        name,
        arguments: Vec::new(),
        variables: Vec::new(),
        files: Vec::new(),
        expected: Vec::new(),
    }
}

impl Case {
    /// `{home}` is the home directory.
    pub(crate) fn var(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    pub(crate) fn file(mut self, path: &'static str, text: impl Into<String>) -> Self {
        self.files.push((path, text.into(), 0o600));
        self
    }

    pub(crate) fn mode(mut self, mode: u32) -> Self {
        if let Some(last) = self.files.last_mut() {
            last.2 = mode;
        }
        self
    }

    pub(crate) fn with(mut self, arguments: &[&'static str]) -> Self {
        self.arguments.extend(arguments);
        self
    }

    pub(crate) fn error(mut self, code: &'static str) -> Self {
        self.expected.push((code, Severity::Error));
        self
    }

    pub(crate) fn warning(mut self, code: &'static str) -> Self {
        self.expected.push((code, Severity::Warning));
        self
    }

    pub(crate) fn info(mut self, code: &'static str) -> Self {
        self.expected.push((code, Severity::Info));
        self
    }

    pub(crate) fn build(&self) -> Built {
        let home = TempDir::new().unwrap();
        let fill = |text: &str| text.replace("{home}", home.path().to_str().unwrap());
        for (path, text, mode) in &self.files {
            let path = home.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, fill(text)).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(*mode)).unwrap();
        }
        let variables = self
            .variables
            .iter()
            .map(|(name, value)| (*name, fill(value)))
            .collect();
        Built { home, variables }
    }

    pub(crate) fn diagnose(&self) -> Diagnosis {
        let built = self.build();
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(NOW);
        diagnose(&self.arguments, &built.env(), now)
            .unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }

    /// Exactly the findings that were expected, and no secret.
    pub(crate) fn check(&self) {
        let diagnosis = self.diagnose();
        let mut got: Vec<_> = diagnosis
            .findings()
            .iter()
            .map(|finding| (finding.code, finding.severity))
            .collect();
        let mut expected = self.expected.clone();
        got.sort_unstable();
        expected.sort_unstable();
        let json = serde_json::to_string_pretty(&diagnosis).unwrap();
        assert_eq!(got, expected, "{}: {json}", self.name);
        assert!(!json.contains(MARK), "{}: {json}", self.name);
        for finding in diagnosis.findings() {
            for text in [&finding.what, &finding.evidence, &finding.fix] {
                assert!(!text.is_empty(), "{}: {finding:?}", self.name);
            }
        }
    }
}

pub(crate) struct Built {
    pub(crate) home: TempDir,
    pub(crate) variables: Vec<(&'static str, String)>,
}

impl Built {
    fn env(&self) -> Env {
        let variables = self.variables.iter().cloned();
        variables.collect::<Env>().with_home(self.home.path())
    }

    pub(crate) fn path(&self) -> &Path {
        self.home.path()
    }
}
