//! `onecred token`: the credential itself, for programs that ask a helper for it.

use std::time::{Duration, SystemTime};

use onecred_core::{Auth, Clock, Env, ForeignPolicy, SystemClock};
use serde::Serialize;

use crate::args;
use crate::exec::secret_of;
use crate::exit::{Exit, Failure};
use crate::jwt::Claims;
use crate::output::Output;

/// The JSON contract of `token`.
#[derive(Serialize)]
struct View<'a> {
    token: &'a str,
    source: String,
    expires_at: Option<String>,
}

pub(crate) fn run(args: &args::Token, env: &Env, out: &mut Output) -> Result<Exit, Failure> {
    let chosen = args
        .target
        .choose(ForeignPolicy::Reject, env)
        .map_err(|refusal| refusal.failure)?;
    let secret = secret_of(&chosen.auth)?;
    let expiry = expiry_of(&chosen.auth, secret.expose());
    check(expiry, args.min_ttl.unwrap_or(0), SystemClock::new().now())?;
    if args.json {
        out.json(&View {
            token: secret.expose(),
            source: chosen.auth.source().to_string(),
            expires_at: expiry.and_then(onecred_core::rfc3339),
        });
    } else {
        out.secret(&secret);
    }
    for note in chosen.notes {
        out.note(note);
    }
    Ok(Exit::Good)
}

/// The earlier of what the source and the token say.
fn expiry_of(auth: &Auth, token: &str) -> Option<SystemTime> {
    let stated = match auth {
        Auth::Static(fixed) => fixed.credential().expiry(),
        Auth::Provider(provider) => provider.status().expiry,
        _ => None,
    };
    let claimed = Claims::of(token).and_then(|claims| claims.expires_at());
    [stated, claimed].into_iter().flatten().min()
}

/// What is unknown is taken to be good: most keys have no expiry.
fn check(expiry: Option<SystemTime>, min_ttl: u64, now: SystemTime) -> Result<(), Failure> {
    let Some(at) = expiry else { return Ok(()) };
    let left = at.duration_since(now).unwrap_or_default();
    if left.is_zero() {
        return Err(
            Failure::new(Exit::NoCredential, "the credential has expired")
                .hint("get a new one where it comes from"),
        );
    }
    if left < Duration::from_secs(min_ttl) {
        let message = format!(
            "the credential expires in {} s, before the {min_ttl} s that it should last",
            left.as_secs()
        );
        return Err(Failure::new(Exit::NoCredential, message)
            .hint("get a new one where it comes from, or ask for less"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_decides() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000);
        let at = |seconds| Some(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        for (expiry, min_ttl, is_good) in [
            (None, u64::MAX, true),
            (at(1_001), 0, true),
            (at(1_000), 0, false),
            (at(999), 0, false),
            (at(1_060), 60, true),
            (at(1_059), 60, false),
        ] {
            let done = check(expiry, min_ttl, now);
            assert_eq!(done.is_ok(), is_good, "{expiry:?} {min_ttl}");
            let exit = done.err().map(|failure| failure.exit);
            assert_eq!(exit, (!is_good).then_some(Exit::NoCredential));
        }
    }
}
