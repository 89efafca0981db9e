//! 6: a credential of the right vendor in the place of another kind.

use onecred_core::Shape;

use crate::doctor::finding::{Findings, Severity};
use crate::doctor::scene::{Scene, Scope};

pub(super) fn look(scene: &Scene<'_>, found: &mut Findings) {
    for held in &scene.secrets {
        let Ok(secret) = &held.secret else { continue };
        let (Some(shape), vendor) = (secret.shape(), held.vendor()) else {
            continue;
        };
        let is_foreign = shape.vendor().is_some() && vendor.is_some() && shape.vendor() != vendor;
        if is_foreign {
            continue;
        }
        if let Some(odd) = shape.mismatch(held.slot, vendor) {
            // A gateway may take what the vendor does not.
            let severity = match vendor {
                Some(_) => Severity::Error,
                None => Severity::Warning,
            };
            found.add(
                severity,
                "a credential is in the place of another kind, and goes out in the wrong header",
                format!("{} ({}) {odd}", held.place, secret.fingerprint()),
                "move it to the variable of its kind, or put the right one there",
            );
        }
    }
    if scene.scope == Scope::Everything {
        key_for_vertex(scene, found);
    }
}

fn key_for_vertex(scene: &Scene<'_>, found: &mut Findings) {
    let is_vertex = scene
        .env
        .text("GOOGLE_GENAI_USE_VERTEXAI")
        .is_some_and(|value| value == "1" || value.eq_ignore_ascii_case("true"));
    let has_project = scene.env.text("GOOGLE_CLOUD_PROJECT").is_some();
    for held in &scene.secrets {
        let is_key = held
            .secret
            .as_ref()
            .is_ok_and(|secret| secret.shape() == Some(Shape::GoogleApiKey));
        if is_vertex && has_project && is_key {
            found.warning(
                "Vertex AI with a project takes access tokens, not a Gemini API key",
                format!(
                    "GOOGLE_GENAI_USE_VERTEXAI and GOOGLE_CLOUD_PROJECT are set, and {} holds an API key",
                    held.place
                ),
                format!(
                    "unset {}, or unset GOOGLE_GENAI_USE_VERTEXAI to use the Gemini API",
                    held.variable
                ),
            );
        }
    }
}
