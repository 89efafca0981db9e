//! 17: a token for another resource or another cloud than that of the Azure endpoint.

use onecred_core::{Untrusted, Vendor};

use crate::doctor::finding::Findings;
use crate::doctor::scene::Scene;
use crate::jwt::Claims;

pub(super) fn look(scene: &Scene<'_>, found: &mut Findings) {
    for held in &scene.secrets {
        let (Ok(secret), Some(host)) = (&held.secret, held.host()) else {
            continue;
        };
        if held.vendor() != Some(Vendor::Microsoft) {
            continue;
        }
        let Some(claims) = Claims::of(secret.expose()) else {
            continue;
        };
        let cloud = if host.ends_with(".us") { "us" } else { "com" };
        let wanted = [
            format!("https://cognitiveservices.azure.{cloud}"),
            format!("https://ai.azure.{cloud}"),
        ];
        let audiences = claims.audiences();
        let fits = |audience: &String| {
            let audience = audience.trim_end_matches("/.default").trim_end_matches('/');
            wanted.iter().any(|wanted| wanted == audience)
        };
        if audiences.is_empty() || audiences.iter().any(fits) {
            continue;
        }
        found.error(
            "the token was issued for another resource than this endpoint",
            format!(
                "{} ({}) is for {:?}, and {host} takes tokens for {} (signature not checked)",
                held.place,
                secret.fingerprint(),
                Untrusted::new(&audiences.join(", ")),
                wanted[0],
            ),
            format!(
                "az account get-access-token --resource {} --query accessToken",
                wanted[0]
            ),
        );
    }
}
