//! 5: more, or less, than the key was pasted.

use std::path::PathBuf;

use onecred_core::{AttemptOutcome, Rule};

use crate::doctor::files::{self, Content};
use crate::doctor::finding::Findings;
use crate::doctor::scene::Scene;
use crate::known::TOKEN_FILES;

pub(super) fn look(scene: &Scene<'_>, found: &mut Findings) {
    for held in &scene.secrets {
        match &held.secret {
            Err(error) if error.rule() == Rule::Empty => found.warning(
                "a source of a credential is there and holds nothing",
                format!("{} has only white space or quotes", held.place),
                "give it its value, or remove it",
            ),
            Err(error) => found.error(
                "a credential cannot be used as it stands",
                format!("{} {error}", held.place),
                format!("correct {}", held.variable),
            ),
            // A line break at the end of a file is how files end.
            Ok(secret) => {
                for note in secret.notes() {
                    if note.is_warning() || !held.is_file {
                        found.warning(
                            "a credential does not look as it was issued; programs that do not clean it will fail",
                            format!("{}: {note}", held.place),
                            format!("set {} again, to the credential alone", held.variable),
                        );
                    }
                }
            }
        }
    }
    refused_by_its_source(scene, found);
    if scene.scope == crate::doctor::scene::Scope::Everything {
        missing_files(scene, found);
    }
}

/// What only the source can see, such as that the value is the path of a file.
fn refused_by_its_source(scene: &Scene<'_>, found: &mut Findings) {
    let attempts = scene.report.map_or(&[][..], |report| &report.attempts);
    for attempt in attempts {
        let source = attempt.source.as_str();
        let is_told = scene.secrets.iter().any(|held| {
            held.secret.is_err() && source.strip_prefix("env:") == Some(held.variable.as_str())
        });
        let is_other = source.contains(onecred_anthropic::CUSTOM_HEADERS);
        if attempt.outcome == AttemptOutcome::Invalid && !is_told && !is_other {
            found.error(
                "a credential cannot be used as it stands",
                format!("{source} {}", attempt.detail),
                format!("correct {source}"),
            );
        }
    }
}

fn missing_files(scene: &Scene<'_>, found: &mut Findings) {
    for name in TOKEN_FILES {
        let Some(path) = scene.env.text(name).map(PathBuf::from) else {
            continue;
        };
        let why = match files::read(&path) {
            Content::Bytes(_) => continue,
            Content::Missing => "does not exist".to_owned(),
            Content::Unreadable(why) => why,
        };
        found.error(
            "a file that should hold a token cannot be used",
            format!("{name} names {}, which {why}", files::shown_if_path(&path)),
            format!("correct {name}, or unset it"),
        );
    }
}
