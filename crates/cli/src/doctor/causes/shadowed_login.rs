//! 2: a variable that silently beats a login, and bills another account.

use serde_json::Value;

use crate::doctor::files;
use crate::doctor::finding::Findings;
use crate::doctor::scene::Scene;

pub(super) fn look(scene: &Scene<'_>, found: &mut Findings) {
    let Some(key) = scene.anthropic_variables().first().copied() else {
        return;
    };
    let fix = format!("unset {key} to use the login; to keep the variable, log out there");
    for store in &scene.stores {
        if store.is_login() && store.program != "codex" {
            found.warning(
                format!(
                    "the variable is used instead of the login of {}, and may bill another account",
                    store.program
                ),
                format!("{key} is set, and there is a login in {}", store.shown()),
                fix.clone(),
            );
        }
    }
    for path in scene.claude_settings() {
        let settings =
            files::text(&path).and_then(|text| serde_json::from_str::<Value>(&text).ok());
        let helper = settings.and_then(|value| Some(value["apiKeyHelper"].as_str()?.len()));
        if helper.is_some_and(|length| length > 0) {
            found.warning(
                "the variable is used instead of Claude Code's apiKeyHelper",
                format!("{key} is set, and {} has a helper", files::shown(&path)),
                format!("unset {key}, or remove apiKeyHelper from that file"),
            );
        }
    }
}
