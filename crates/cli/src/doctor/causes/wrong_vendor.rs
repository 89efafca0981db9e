//! 7: a key on its way to an endpoint of another vendor.

use crate::doctor::finding::Findings;
use crate::doctor::scene::Scene;
use crate::known::vendor_of;

/// Prefixes that the library does not know, whose they are, and where they are at home.
const OTHERS: [(&str, &str, &str); 6] = [
    ("sk-or-", "OpenRouter", "openrouter.ai"),
    ("gsk_", "Groq", "api.groq.com"),
    ("xai-", "xAI", "api.x.ai"),
    ("pplx-", "Perplexity", "api.perplexity.ai"),
    ("hf_", "Hugging Face", "huggingface.co"),
    ("github_pat_", "GitHub", "github.com"),
];

pub(super) fn look(scene: &Scene<'_>, found: &mut Findings) {
    for held in &scene.secrets {
        let (Ok(secret), Some(host)) = (&held.secret, held.host()) else {
            continue;
        };
        let home = OTHERS.iter().find(|(.., home)| is_at(&host, home));
        let vendor = vendor_of(&host);
        // Anything may be right for a gateway.
        if vendor.is_none() && home.is_none() {
            continue;
        }
        let other = OTHERS
            .iter()
            .find(|(prefix, ..)| secret.expose().starts_with(prefix));
        let what = match (secret.shape(), other) {
            (Some(shape), _) if shape.vendor().is_some() && shape.vendor() != vendor => {
                shape.to_string()
            }
            (None, Some((prefix, whose, _))) if home.is_none_or(|(own, ..)| own != prefix) => {
                format!("a key of {whose}")
            }
            _ => continue,
        };
        found.error(
            "a credential of another vendor goes to this host, which will refuse it and has then seen it",
            format!(
                "{} ({}) looks like {what}, and goes to {host}",
                held.place,
                secret.fingerprint()
            ),
            format!("set {} to a key of {host}, or correct the base URL", held.variable),
        );
    }
}

fn is_at(host: &str, home: &str) -> bool {
    host == home
        || host
            .strip_suffix(home)
            .is_some_and(|rest| rest.ends_with('.'))
}
