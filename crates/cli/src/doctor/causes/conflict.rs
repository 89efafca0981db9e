//! 1: two credentials for one target.

use onecred_core::Outcome;

use crate::doctor::files;
use crate::doctor::finding::Findings;
use crate::doctor::scene::{Scene, Scope, is_set};

pub(super) fn look(scene: &Scene<'_>, found: &mut Findings) {
    let is_conflict = scene
        .report
        .is_some_and(|report| report.outcome == Outcome::Conflict);
    let mut sources = scene.found();
    // A credential among the custom headers is cause 23.
    sources.retain(|source| !source.contains(onecred_anthropic::CUSTOM_HEADERS));
    if is_conflict && let [first, second, ..] = sources.as_slice() {
        let names: Vec<&str> = [first, second]
            .iter()
            .map(|source| source.strip_prefix("env:").unwrap_or(source))
            .collect();
        found.error(
            "two credentials are set for one target, and neither wins",
            sources.join(" and "),
            format!(
                "unset {}, or say which is meant: --source {first}",
                names[1]
            ),
        );
    }
    if scene.scope == Scope::Custom {
        return;
    }
    let Some(key) = scene.anthropic_variables().first().copied() else {
        return;
    };
    if let Some(profile) = scene.env.text("ANTHROPIC_PROFILE") {
        found.warning(
            "a key and a profile are both chosen; programs differ in which they use",
            format!(
                "{key} is set, and ANTHROPIC_PROFILE names {}",
                files::shown_word(profile)
            ),
            format!("unset ANTHROPIC_PROFILE, or unset {key} to use the profile"),
        );
    }
    if is_set(scene.env, "CLAUDE_CODE_OAUTH_TOKEN") {
        found.warning(
            "Claude Code has a token and another credential",
            format!("{key} and CLAUDE_CODE_OAUTH_TOKEN are both set"),
            format!("unset {key} or CLAUDE_CODE_OAUTH_TOKEN"),
        );
    }
}
