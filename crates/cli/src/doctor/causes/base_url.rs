//! 8: the base URL is not the vendor's, and who changed it.

use std::path::Path;

use onecred_anthropic::{BASE_URL, DEFAULT_BASE_URL};
use onecred_core::Untrusted;
use serde_json::Value;

use crate::doctor::files;
use crate::doctor::finding::Findings;
use crate::doctor::scene::{Scene, Scope};
use crate::shown;

pub(super) fn look(scene: &Scene<'_>, found: &mut Findings) {
    if let Some((setting, why)) = scene.setting {
        found.error(
            "the base URL is one that no credential may go to",
            format!("{setting} {why}"),
            match setting.strip_prefix("env:") {
                Some(name) => format!("correct {name}, or unset it"),
                None => "correct that argument".to_owned(),
            },
        );
    }
    if scene.scope == Scope::Custom {
        return;
    }
    let project: Vec<String> = scene
        .working_directory()
        .filter(|directory| Some(directory.as_path()) != scene.env.home())
        .map(|directory| set_in_project(&directory))
        .unwrap_or_default();
    let is_changed = scene
        .env
        .text(BASE_URL)
        .is_some_and(|url| url.trim_end_matches('/') != DEFAULT_BASE_URL);
    if !project.is_empty() {
        found.warning(
            "a file of the project in the current directory sends credentials to another host",
            format!("{BASE_URL} is set in {}", project.join(" and in ")),
            "check that you trust that file, or remove the line",
        );
    } else if is_changed && scene.setting.is_none() {
        let place = set_at_home(scene);
        let origin = scene.target.and_then(|target| target.base_url());
        found.info(
            "requests go to another host than the vendor's",
            format!(
                "{BASE_URL} is {}{}",
                origin.map(shown::base_url).unwrap_or_default(),
                place
                    .map(|place| format!(", set in {place}"))
                    .unwrap_or_default()
            ),
            format!("nothing if that is your gateway; else unset {BASE_URL}"),
        );
    }
}

fn set_in_project(directory: &Path) -> Vec<String> {
    let mut places = Vec::new();
    for name in [".env", ".env.local", ".envrc"] {
        places.extend(line_in(&directory.join(name)));
    }
    for name in ["settings.json", "settings.local.json"] {
        let path = directory.join(".claude").join(name);
        places.extend(settings_in(&path));
    }
    places
}

fn set_at_home(scene: &Scene<'_>) -> Option<String> {
    let home = scene.env.home()?;
    let shells = [
        ".profile",
        ".bash_profile",
        ".bashrc",
        ".zshenv",
        ".zprofile",
        ".zshrc",
        ".config/fish/config.fish",
    ];
    let mut places = shells.iter().filter_map(|name| line_in(&home.join(name)));
    places
        .next()
        .or_else(|| settings_in(&home.join(".claude/settings.json")))
}

/// `FILE line N`, where a line of the file sets the variable to another host.
fn line_in(path: &Path) -> Option<String> {
    let text = files::text(path)?;
    for (at, line) in text.lines().enumerate() {
        let line = line.trim_start();
        let line = ["export ", "set -gx ", "set -x "]
            .iter()
            .find_map(|word| line.strip_prefix(word))
            .unwrap_or(line);
        let Some(rest) = line.trim_start().strip_prefix(BASE_URL) else {
            continue;
        };
        let value = rest.trim_start_matches(['=', ' ']);
        if rest.starts_with(['=', ' ']) && is_other_host(value) {
            return Some(format!("{} line {}", files::shown(path), at + 1));
        }
    }
    None
}

fn settings_in(path: &Path) -> Option<String> {
    let value: Value = serde_json::from_str(&files::text(path)?).ok()?;
    let url = value["env"][BASE_URL].as_str()?;
    is_other_host(url).then(|| Untrusted::sanitize(&format!("{} (env)", files::shown(path))))
}

fn is_other_host(value: &str) -> bool {
    let value = value.trim().trim_matches(['"', '\'']);
    !value.is_empty() && value.trim_end_matches('/') != DEFAULT_BASE_URL
}
