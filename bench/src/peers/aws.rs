//! The AWS SDK's lazy identity cache, called with what the SDK's orchestrator passes it. The identity is a bearer token.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::SystemTimeSource;
use aws_smithy_runtime::client::identity::IdentityCache;
use aws_smithy_runtime_api::client::identity::http::Token;
use aws_smithy_runtime_api::client::identity::{
    Identity, IdentityFuture, ResolveCachedIdentity, ResolveIdentity, SharedIdentityCache,
    SharedIdentityResolver,
};
use aws_smithy_runtime_api::client::runtime_components::{
    RuntimeComponents, RuntimeComponentsBuilder,
};
use aws_smithy_types::config_bag::ConfigBag;

use crate::candidate::{Candidate, Failure, Group, Subject};
use crate::request::{Request, token};
use crate::token_endpoint::LIFETIME;

/// Hands out the token in process: any resolver may stand behind the cache, and a hit does not reach it.
#[derive(Debug)]
struct InProcess {
    fetches: Arc<AtomicU64>,
}

impl ResolveIdentity for InProcess {
    fn resolve_identity<'a>(
        &'a self,
        _: &'a RuntimeComponents,
        _: &'a ConfigBag,
    ) -> IdentityFuture<'a> {
        self.fetches.fetch_add(1, Ordering::Relaxed);
        let expiry = Some(SystemTime::now() + LIFETIME);
        IdentityFuture::ready(Ok(Identity::new(Token::new(token(), expiry), expiry)))
    }
}

struct LazyCache {
    cache: SharedIdentityCache,
    resolver: SharedIdentityResolver,
    components: RuntimeComponents,
    config: ConfigBag,
}

impl Subject for LazyCache {
    async fn authorize(&self, request: &mut Request) -> Result<(), Failure> {
        let identity = self
            .cache
            .resolve_cached_identity(self.resolver.clone(), &self.components, &self.config)
            .await?;
        let token = identity.data::<Token>().ok_or("not a bearer token")?;
        request.insert_token(token.token())
    }
}

/// The row of aws-smithy-runtime.
pub fn candidate() -> Result<Candidate, Failure> {
    let fetches = Arc::new(AtomicU64::new(0));
    // Placeholders for what the cache does not use; the clock and the sleep are real.
    let components = RuntimeComponentsBuilder::for_tests()
        .with_time_source(Some(SystemTimeSource::new()))
        .with_sleep_impl(Some(TokioSleep::new()))
        .build()?;
    let subject = LazyCache {
        cache: IdentityCache::lazy().build(),
        resolver: SharedIdentityResolver::new(InProcess {
            fetches: Arc::clone(&fetches),
        }),
        components,
        config: ConfigBag::base(),
    };
    Ok(Candidate::new(
        Group::Peer,
        "aws-smithy-runtime lazy identity cache",
        subject,
    )
    .counted_by(fetches))
}
