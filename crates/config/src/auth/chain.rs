//! `{ chain = [{ … }, { … }] }`: the first that is configured.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use onecred_core::{
    Auth, CachePolicy, CachedProvider, Credential, CredentialProvider, ProvideContext,
    ProviderChain, ProviderError, Reason, StaticCredential,
};

use super::{Made, link, the_one};
use crate::context::BuildContext;
use crate::document::{Data, shown};
use crate::error::{ConfigError, ConfigErrorKind as Kind};
use crate::factory::{Built, TargetFactory};
use crate::section::Section;

pub(super) fn build(
    cx: &BuildContext<'_>,
    section: Section<'_>,
    conventions: Option<&dyn TargetFactory>,
) -> Result<Made, ConfigError> {
    let nodes = match &section.node.data {
        Data::Array(nodes) if nodes.is_empty() => {
            return Err(section
                .error("", "the chain is empty")
                .with_kind(Kind::Missing));
        }
        Data::Array(nodes) => nodes,
        _ => {
            let message = format!("expected an array of auths, found {}", section.node.kind());
            return Err(section.error("", message).with_kind(Kind::WrongType));
        }
    };
    let mut present = Vec::new();
    let mut absent = None;
    // All links are built, also those that can never be reached: a mistake in one is a mistake.
    for node in nodes {
        let entry = the_one(cx, node)?;
        if matches!(entry.key.as_str(), "chain" | "anonymous") {
            let name = shown(&entry.key, "this");
            let error = cx.document.error(
                Kind::Invalid,
                &entry.at,
                format!("{name} cannot be part of a chain"),
            );
            return Err(match entry.key.as_str() {
                "anonymous" => error.with_help("sending no credential is a choice, not a fallback"),
                _ => error.with_help("put its links into this chain"),
            });
        }
        match link(cx, entry, conventions)? {
            Made::Some(built) => present.push(built),
            Made::Absent(error) => {
                absent.get_or_insert(error);
            }
        }
    }
    // Nothing comes after a static credential, because it is always there.
    if let Some(end) = present.iter().position(is_static) {
        present.truncate(end + 1);
    }
    if present.len() > 1 {
        return Ok(Made::Some(chained(present)));
    }
    match (present.pop(), absent) {
        (Some(only), _) => Ok(Made::Some(only)),
        (None, Some(error)) => Ok(Made::Absent(error)),
        (None, None) => Err(section.error("", "the chain is empty")),
    }
}

fn is_static(built: &Built) -> bool {
    matches!(built, Built::Auth(Auth::Static(_) | Auth::Anonymous))
}

fn chained(links: Vec<Built>) -> Built {
    let mut policy = CachePolicy::default();
    let mut chain = ProviderChain::new("chain");
    for (index, built) in links.into_iter().enumerate() {
        chain = match built {
            Built::Provider(provider, its) => {
                if index == 0 {
                    policy = its;
                }
                chain.then(provider)
            }
            Built::Auth(Auth::Static(fixed)) => chain.then(Fixed(fixed)),
            Built::Auth(Auth::Provider(cached)) => chain.then(Shared(cached)),
            // No other auth can be a link; the two above are all that a source or factory gives.
            Built::Auth(_) => chain,
        };
    }
    Built::Provider(Arc::new(chain), policy)
}

/// A static credential at the end of a chain.
#[derive(Debug)]
struct Fixed(StaticCredential);

#[async_trait::async_trait]
impl CredentialProvider for Fixed {
    async fn provide(&self, _: &ProvideContext) -> Result<Credential, ProviderError> {
        Ok(self.0.credential().clone())
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Owned(self.0.source().to_string())
    }
}

/// A provider whose cache is shared with other clients.
#[derive(Debug)]
struct Shared(CachedProvider);

/// How often, and how far apart, a shared cache is looked at for another credential after a rejection.
const LOOKS: usize = 20;
const PAUSE: Duration = Duration::from_millis(100);

#[async_trait::async_trait]
impl CredentialProvider for Shared {
    async fn provide(&self, cx: &ProvideContext) -> Result<Credential, ProviderError> {
        if cx.reason() != Reason::Rejected {
            return self.0.credential().await;
        }
        // The cache goes on serving what it has while it looks again.
        self.0.source_changed();
        let mut credential = self.0.credential().await?;
        for _ in 0..LOOKS {
            if Some(credential.fingerprint()) != cx.rejected() {
                break;
            }
            cx.sleep(PAUSE).await;
            credential = self.0.credential().await?;
        }
        Ok(credential)
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.0.name())
    }
}
