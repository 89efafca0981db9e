//! 20: a helper program that cannot print a credential, because it is not there. Helpers are never run
//! here, so whether one prints the right thing is not known.

use std::path::{Path, PathBuf};

use onecred_core::{Env, Shape};
use serde_json::Value;

use crate::doctor::files::{self, Content};
use crate::doctor::finding::Findings;
use crate::doctor::scene::{Scene, Scope};

const CLAUDE: [&str; 3] = ["apiKeyHelper", "awsAuthRefresh", "awsCredentialExport"];

/// What shells do themselves.
const BUILTINS: [&str; 10] = [
    ".", ":", "[", "cd", "command", "echo", "eval", "exec", "printf", "source",
];

pub(super) fn look(scene: &Scene<'_>, found: &mut Findings) {
    for path in scene.claude_settings() {
        let place = files::shown(&path);
        match files::read(&path) {
            Content::Missing => {}
            Content::Unreadable(why) => unreadable(&place, &why, found),
            Content::Bytes(bytes) => match serde_json::from_slice::<Value>(&bytes) {
                Err(_) => unreadable(&place, "is not JSON", found),
                Ok(settings) => {
                    for name in CLAUDE {
                        if let Some(line) = settings[name].as_str() {
                            let setting = format!("{name} in {place}");
                            check(scene, &setting, line, Runs::InShell, found);
                        }
                    }
                }
            },
        }
    }
    if scene.scope == Scope::Everything {
        credential_processes(scene, found);
    }
}

fn unreadable(place: &str, why: &str, found: &mut Findings) {
    found.warning(
        "settings that may name a helper cannot be read",
        format!("{place} {why}"),
        "correct that file",
    );
}

fn credential_processes(scene: &Scene<'_>, found: &mut Findings) {
    let own = scene.env.text("AWS_CONFIG_FILE").map(PathBuf::from);
    let Some(path) = own.or_else(|| Some(scene.env.home()?.join(".aws/config"))) else {
        return;
    };
    let text = match files::read(&path) {
        Content::Missing => return,
        Content::Unreadable(why) => return unreadable(&files::shown(&path), &why, found),
        Content::Bytes(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
    };
    for (at, line) in text.lines().enumerate() {
        let Some((name, command)) = line.split_once('=') else {
            continue;
        };
        if name.trim() == "credential_process" {
            let setting = format!(
                "credential_process in {} line {}",
                files::shown(&path),
                at + 1
            );
            check(scene, &setting, command.trim(), Runs::Alone, found);
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Runs {
    /// A shell expands `~` and variables.
    InShell,
    Alone,
}

fn check(scene: &Scene<'_>, setting: &str, line: &str, runs: Runs, found: &mut Findings) {
    if line.split_whitespace().any(is_a_key) {
        found.warning(
            "the settings of a helper hold a credential themselves",
            setting.to_owned(),
            "let the helper read it from where it is kept, and issue a new one",
        );
    }
    let Some(program) = program_of(line) else {
        found.error(
            "a helper is configured and names no program",
            setting.to_owned(),
            "name the program, or remove the setting",
        );
        return;
    };
    let shown = files::shown_word(&program);
    if runs == Runs::Alone && (program.starts_with('~') || program.contains('$')) {
        found.error(
            "a helper's path is not expanded, so the program is not found",
            format!("{setting}: {shown}"),
            "write the whole path",
        );
        return;
    }
    // What a shell makes of these is not guessed.
    let is_built_in = BUILTINS.contains(&program.as_str());
    if runs == Runs::InShell && (program.contains(['$', '`', '(', '{', '*']) || is_built_in) {
        return;
    }
    match find(scene.env, &program) {
        Place::Runnable => {}
        Place::Relative => found.warning(
            "a helper's path depends on the current directory",
            format!("{setting}: {shown}"),
            "write the whole path",
        ),
        Place::Missing => found.error(
            "a helper program does not exist",
            format!("{setting}: there is no {shown}; it was not run"),
            "install it, or correct the setting",
        ),
        Place::NotRunnable => found.error(
            "a helper program cannot be run",
            format!("{setting}: {shown} is not an executable file; it was not run"),
            format!("chmod +x {shown}"),
        ),
    }
}

fn is_a_key(word: &str) -> bool {
    Shape::of(word.trim_matches(['"', '\''])).is_some()
}

/// The first word behind assignments, with its quotes removed.
fn program_of(line: &str) -> Option<String> {
    let mut rest = line.trim_start();
    loop {
        let (word, behind) = word(rest)?;
        let is_assignment = word.split_once('=').is_some_and(|(name, _)| {
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        });
        if !is_assignment {
            return Some(word);
        }
        rest = behind.trim_start();
    }
}

fn word(text: &str) -> Option<(String, &str)> {
    let mut word = String::new();
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (c, quote) {
            (c, Some(open)) if c == open => quote = None,
            ('"' | '\'', None) => quote = Some(c),
            (c, None) if c.is_whitespace() || matches!(c, ';' | '|' | '&' | '<' | '>') => {
                return (!word.is_empty()).then(|| (word, text.get(at..).unwrap_or_default()));
            }
            (c, _) => word.push(c),
        }
    }
    (!word.is_empty()).then_some((word, ""))
}

enum Place {
    Runnable,
    NotRunnable,
    Missing,
    Relative,
}

fn find(env: &Env, program: &str) -> Place {
    if let Some(rest) = program.strip_prefix("~/") {
        return match env.home() {
            Some(home) => at(&home.join(rest)),
            None => Place::Missing,
        };
    }
    let path = Path::new(program);
    if path.is_absolute() {
        return at(path);
    }
    if program.contains(std::path::is_separator) {
        return Place::Relative;
    }
    let mut place = Place::Missing;
    for directory in std::env::split_paths(env.var("PATH").unwrap_or_default()) {
        match at(&directory.join(path)) {
            Place::Runnable => return Place::Runnable,
            Place::NotRunnable => place = Place::NotRunnable,
            _ => {}
        }
        if cfg!(windows) && directory.join(program).with_extension("exe").is_file() {
            return Place::Runnable;
        }
    }
    place
}

fn at(path: &Path) -> Place {
    match path.metadata() {
        Err(_) => Place::Missing,
        Ok(about) if about.is_file() && is_executable(&about) => Place::Runnable,
        Ok(_) => Place::NotRunnable,
    }
}

#[cfg(unix)]
fn is_executable(about: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    about.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &std::fs::Metadata) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_the_first_word_behind_assignments() {
        for (line, program) in [
            ("helper", Some("helper")),
            ("  /a/b --x", Some("/a/b")),
            ("'/a b/c' d", Some("/a b/c")),
            ("\"/a b\"/c;d", Some("/a b/c")),
            ("A=1 B='x y' helper", Some("helper")),
            ("a|b", Some("a")),
            ("A=1", None),
            ("", None),
            ("''", None),
        ] {
            assert_eq!(program_of(line).as_deref(), program, "{line}");
        }
    }
}
