//! onecred's own rows: the cached bearer with an hour to live as the peers have it, awaited and tried; the same from
//! a derived client, which shares the cache; and a static key, which needs no clock.
//!
//! The first call of the awaited row warms the cache ([`Candidate::check`]); the others warm theirs when they are
//! made, since `try_authorize` alone would not wait.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use onecred_core::{
    Auth, AuthRequest, Authenticator, Body, Credential, HeaderSecret, Target, TextFrom, provider_fn,
};

use crate::candidate::{Candidate, Failure, Group, Subject};
use crate::request::{AUTHORITY, Request, SCHEME, token};

/// How long the credential lives: longer than any run.
const LIFETIME: Duration = Duration::from_secs(3600);

/// Our rows.
pub async fn candidates() -> Result<Vec<Candidate>, Failure> {
    let fetches = Arc::new(AtomicU64::new(0));
    let cached = authenticator(cached_bearer(&fetches))?;
    cached.warm_up().await?;
    let derived = cached.derive().build()?;
    let fixed = authenticator(Auth::bearer(secret()?))?;
    let row = |name, subject| Candidate::new(Group::Ours, name, subject);
    Ok(vec![
        row(
            "onecred authorize, bearer with expiry",
            Awaited(cached.clone()),
        )
        .counted_by(Arc::clone(&fetches)),
        Candidate::new(
            Group::Ours,
            "onecred try_authorize, the same",
            Tried(cached),
        )
        .counted_by(Arc::clone(&fetches)),
        row("onecred authorize, derived client", Awaited(derived)).counted_by(fetches),
        row("onecred authorize, static bearer", Awaited(fixed)),
    ])
}

fn secret() -> Result<HeaderSecret, Failure> {
    Ok(HeaderSecret::parse(&token(), TextFrom::Argument)?)
}

fn authenticator(auth: Auth) -> Result<Authenticator, Failure> {
    let target = Target::builder("bench")
        .origin(format!("{SCHEME}://{AUTHORITY}"))?
        .key_header("x-api-key")?
        .build()?;
    Ok(Authenticator::new(target, auth)?)
}

fn cached_bearer(fetches: &Arc<AtomicU64>) -> Auth {
    let fetches = Arc::clone(fetches);
    Auth::provider(provider_fn("bench", move |_cx| {
        let fetches = Arc::clone(&fetches);
        async move {
            fetches.fetch_add(1, Ordering::Relaxed);
            let secret = HeaderSecret::parse(&token(), TextFrom::Provider)?;
            Ok(Credential::bearer(secret).expires_at(SystemTime::now() + LIFETIME))
        }
    }))
}

fn view(request: &mut Request) -> AuthRequest<'_> {
    AuthRequest::new(
        &request.method,
        &mut request.uri,
        &mut request.headers,
        Body::Empty,
    )
}

struct Awaited(Authenticator);

impl Subject for Awaited {
    async fn authorize(&self, request: &mut Request) -> Result<(), Failure> {
        black_box(self.0.authorize(&mut view(request)).await?);
        Ok(())
    }
}

struct Tried(Authenticator);

impl Subject for Tried {
    async fn authorize(&self, request: &mut Request) -> Result<(), Failure> {
        let tried = self.0.try_authorize(&mut view(request));
        black_box(tried.ok_or("the cache is not warm")??);
        Ok(())
    }
}
