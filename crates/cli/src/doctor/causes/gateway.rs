//! 23: header lines of the environment that carry a credential of their own. What a gateway does to
//! requests is seen online only.

use onecred_core::AttemptOutcome;

use crate::doctor::finding::Findings;
use crate::doctor::scene::Scene;

pub(super) fn look(scene: &Scene<'_>, found: &mut Findings) {
    let attempts = scene.report.map_or(&[][..], |report| &report.attempts);
    for attempt in attempts {
        let source = attempt.source.as_str();
        let is_there = matches!(
            attempt.outcome,
            AttemptOutcome::Found | AttemptOutcome::Invalid
        );
        if is_there && source.contains(onecred_anthropic::CUSTOM_HEADERS) {
            found.error(
                "a header line of the environment carries a second credential",
                source.to_owned(),
                format!(
                    "remove that line from {}, and set {} or {}",
                    onecred_anthropic::CUSTOM_HEADERS,
                    onecred_anthropic::API_KEY,
                    onecred_anthropic::AUTH_TOKEN
                ),
            );
        }
    }
}
