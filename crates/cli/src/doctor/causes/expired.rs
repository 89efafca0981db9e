//! 9: an access token that has expired where nothing renews it.

use std::time::Duration;

use onecred_core::{Shape, rfc3339};

use crate::doctor::finding::Findings;
use crate::doctor::scene::{Held, Scene};
use crate::jwt::Claims;

/// What is left of a token that will not see the end of the work.
const SOON: Duration = Duration::from_secs(5 * 60);

pub(super) fn look(scene: &Scene<'_>, found: &mut Findings) {
    for held in &scene.secrets {
        token(scene, held, found);
    }
    for store in &scene.stores {
        if let Some(why) = &store.broken {
            found.warning(
                format!("the login of {} cannot be read", store.program),
                format!("{} {why}", store.shown()),
                "log in again",
            );
        }
        if store.refresh_token.is_none()
            && store.has_access_token
            && let Some(at) = store.expires_at
            && at <= scene.now
        {
            found.warning(
                format!(
                    "the login of {} has expired, and holds nothing to renew it with",
                    store.program
                ),
                format!(
                    "{} expired at {}",
                    store.shown(),
                    rfc3339(at).unwrap_or_default()
                ),
                "log in again",
            );
        }
    }
}

fn token(scene: &Scene<'_>, held: &Held, found: &mut Findings) {
    let Ok(secret) = &held.secret else { return };
    let fix = format!(
        "get a new token; better, give the program what renews it instead of {}",
        held.variable
    );
    if secret.shape() == Some(Shape::GoogleAccessToken) {
        found.warning(
            "an access token that lives for one hour is kept where nothing renews it",
            format!(
                "{} ({}) is a Google access token; when it was issued cannot be seen",
                held.place,
                secret.fingerprint()
            ),
            fix,
        );
        return;
    }
    let Some(at) = Claims::of(secret.expose()).and_then(|claims| claims.expires_at()) else {
        return;
    };
    let evidence = format!(
        "{} ({}) says of itself that it expires at {} (signature not checked)",
        held.place,
        secret.fingerprint(),
        rfc3339(at).unwrap_or_default()
    );
    if at <= scene.now {
        found.error("an access token has expired", evidence, fix);
    } else if at <= scene.now + SOON && !held.is_file {
        found.warning("an access token is about to expire", evidence, fix);
    }
}
