//! Walks ordered sources once and returns one auth, with a report of every source it looked at.

mod error;
mod report;
mod source;
mod text_source;

use std::fmt;

pub use error::{ResolveError, ResolveErrorKind};
#[cfg(feature = "serde")]
pub use report::rfc3339;
pub use report::{Attempt, AttemptOutcome, Outcome, Report, Selected};
pub use source::{InvalidSource, Lookup, Source};
pub use text_source::{Argument, Variable};

use crate::auth::Auth;
use crate::env::Env;
use crate::error::Conflict;
use crate::observer::{Event, Observer};
use crate::source_name::SourceName;

/// What to do when one tier holds two credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum OnConflict {
    /// Refuse, naming both sources. The default.
    #[default]
    Reject,
    /// The first one wins, as in the vendors' SDKs; the report still shows the other.
    FirstWins,
}

/// Walks ordered tiers of sources. Within a tier, finding two is a conflict; a tier that holds one
/// ends the walk. "Not configured" is the only outcome that lets it go on: a source that is there and
/// broken stops it.
///
/// ```
/// use onecred_core::{Argument, Env, Resolver, Variable};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let given: Option<&str> = None; // from your own settings
/// let resolver = Resolver::builder()
///     .tier([Argument::api_key(given)])
///     .tier([Variable::api_key("MY_API_KEY"), Variable::bearer("MY_AUTH_TOKEN")])
///     .build();
/// let env = Env::empty().with("MY_API_KEY", "k3y\n");
/// let resolution = resolver.resolve_blocking(&env)?;
/// let selected = resolution.report.selected.ok_or("nothing selected")?;
/// assert_eq!(selected.source.as_str(), "env:MY_API_KEY");
/// # Ok(()) }
/// ```
pub struct Resolver {
    tiers: Vec<Vec<Box<dyn Source>>>,
    on_conflict: OnConflict,
    only: Option<SourceName>,
}

/// Builds a [`Resolver`].
#[derive(Debug)]
#[must_use]
pub struct ResolverBuilder {
    resolver: Resolver,
}

/// One auth, and how it was found.
#[derive(Debug)]
#[non_exhaustive]
pub struct Resolution {
    /// The auth that was selected.
    pub auth: Auth,
    /// Every source that was looked at, and why it won or did not.
    pub report: Report,
}

impl Resolution {
    /// Tells `observer` which source was selected for the target or client of this name.
    pub fn tell(&self, target: &str, observer: &dyn Observer) {
        if let Some(selected) = &self.report.selected {
            observer.event(&Event::Resolved {
                target,
                source: &selected.source,
                kind: selected.kind,
                fingerprint: selected.fingerprint.as_ref(),
                expiry: selected.expires_at,
            });
        }
    }
}

impl Resolver {
    /// Starts a resolver without sources.
    pub fn builder() -> ResolverBuilder {
        ResolverBuilder {
            resolver: Self {
                tiers: Vec::new(),
                on_conflict: OnConflict::default(),
                only: None,
            },
        }
    }

    /// Looks for the one credential.
    ///
    /// # Errors
    /// [`ResolveError`]: none, two, or a broken one. It carries the same report.
    pub async fn resolve(&self, env: &Env) -> Result<Resolution, ResolveError> {
        let mut walk = Walk::new(self);
        for tier in &self.tiers {
            walk.tier(tier, env).await;
        }
        walk.finish()
    }

    /// The same on this thread, for callers without an executor.
    ///
    /// # Errors
    /// As [`resolve`](Self::resolve).
    pub fn resolve_blocking(&self, env: &Env) -> Result<Resolution, ResolveError> {
        crate::cache::block_on(self.resolve(env))
    }
}

impl ResolverBuilder {
    /// Adds a tier: its sources are of the same rank.
    pub fn tier<S: Source>(self, sources: impl IntoIterator<Item = S>) -> Self {
        self.tier_of(
            sources
                .into_iter()
                .map(|source| Box::new(source) as Box<dyn Source>),
        )
    }

    /// Adds a tier of sources of several types.
    pub fn tier_of(mut self, sources: impl IntoIterator<Item = Box<dyn Source>>) -> Self {
        self.resolver.tiers.push(sources.into_iter().collect());
        self
    }

    /// What to do when one tier holds two credentials.
    pub fn on_conflict(mut self, on_conflict: OnConflict) -> Self {
        self.resolver.on_conflict = on_conflict;
        self
    }

    /// Looks at this source alone (`--source env:NAME`): the way to say which of two is meant.
    pub fn only(mut self, source: impl Into<SourceName>) -> Self {
        self.resolver.only = Some(source.into());
        self
    }

    /// The resolver.
    #[must_use]
    pub fn build(self) -> Resolver {
        self.resolver
    }
}

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resolver")
            .field("tiers", &self.tiers)
            .field("on_conflict", &self.on_conflict)
            .field("only", &self.only)
            .finish()
    }
}

/// One walk over the tiers.
struct Walk<'a> {
    resolver: &'a Resolver,
    attempts: Vec<Attempt>,
    end: Option<End>,
}

/// What ended the looking for a winner; the rest is looked at for the report only.
enum End {
    Won {
        auth: Auth,
        selected: Selected,
        explicit: bool,
    },
    Failed {
        kind: ResolveErrorKind,
        explicit: bool,
    },
}

impl<'a> Walk<'a> {
    fn new(resolver: &'a Resolver) -> Self {
        Self {
            resolver,
            attempts: Vec::new(),
            end: None,
        }
    }

    async fn tier(&mut self, tier: &[Box<dyn Source>], env: &Env) {
        let mut present: Vec<(usize, &dyn Source, Lookup)> = Vec::new();
        for source in tier {
            if let Some(why) = self.skip(source.as_ref()) {
                self.attempts.push(Attempt::skipped(source.as_ref(), why));
                continue;
            }
            let lookup = source.look(env).await;
            let place = self.attempts.len();
            self.attempts.push(Attempt::of(source.as_ref(), &lookup));
            if lookup.is_present() {
                present.push((place, source.as_ref(), lookup));
            }
        }
        if self.end.is_some() {
            for (place, ..) in present {
                self.shadow(place);
            }
        } else {
            self.elect(present);
        }
    }

    fn skip(&self, source: &dyn Source) -> Option<&'static str> {
        if let Some(only) = &self.resolver.only
            && source.name() != *only
        {
            return Some("another source was chosen");
        }
        match &self.end {
            Some(End::Won { explicit: true, .. } | End::Failed { explicit: true, .. }) => {
                Some("not consulted: an explicit choice was made")
            }
            _ => None,
        }
    }

    fn elect(&mut self, present: Vec<(usize, &dyn Source, Lookup)>) {
        // What only the network could tell about is neither found nor absent: it decides only where
        // nothing else of its tier does.
        let (unprobed, mut present): (Vec<_>, Vec<_>) = present
            .into_iter()
            .partition(|(.., lookup)| matches!(lookup, Lookup::Unprobed(_)));
        if present.is_empty() {
            present = unprobed;
        }
        let explicit = present.iter().any(|(_, source, _)| source.is_explicit());
        let fail = |kind| Some(End::Failed { kind, explicit });
        let rejects_two = self.resolver.on_conflict == OnConflict::Reject;
        if let [(_, first, lookup), (_, second, _), ..] = present.as_slice()
            && rejects_two
            && !matches!(lookup, Lookup::Unprobed(_))
        {
            let conflict = Conflict::new(first.name(), second.name());
            self.end = fail(ResolveErrorKind::Conflict(conflict));
            return;
        }
        let mut present = present.into_iter();
        let Some((place, source, lookup)) = present.next() else {
            return;
        };
        self.end = match lookup {
            Lookup::Found { auth, .. } => {
                self.mark(place, AttemptOutcome::Selected);
                let auth = auth.with_source_name(source.name());
                let selected = Selected::of(source.name(), &auth);
                Some(End::Won {
                    auth,
                    selected,
                    explicit,
                })
            }
            Lookup::Invalid(error) => fail(ResolveErrorKind::Invalid {
                source: source.name(),
                error,
            }),
            Lookup::Unprobed(_) => fail(ResolveErrorKind::Unprobed(source.name())),
            Lookup::Absent(_) => None,
        };
        for (place, ..) in present {
            self.shadow(place);
        }
    }

    /// Present, but something before it decided. A broken one stays marked as broken.
    fn shadow(&mut self, place: usize) {
        if let Some(attempt) = self.attempts.get_mut(place)
            && attempt.outcome == AttemptOutcome::Found
        {
            attempt.outcome = AttemptOutcome::Shadowed;
        }
    }

    fn mark(&mut self, place: usize, outcome: AttemptOutcome) {
        if let Some(attempt) = self.attempts.get_mut(place) {
            attempt.outcome = outcome;
        }
    }

    fn finish(self) -> Result<Resolution, ResolveError> {
        let report = |outcome, selected| Report {
            outcome,
            selected,
            attempts: self.attempts,
        };
        match self.end {
            Some(End::Won { auth, selected, .. }) => Ok(Resolution {
                auth,
                report: report(Outcome::Selected, Some(selected)),
            }),
            Some(End::Failed { kind, .. }) => {
                let report = report(kind.outcome(), None);
                Err(ResolveError::new(kind, report))
            }
            None => {
                let known = self
                    .resolver
                    .only
                    .as_ref()
                    .filter(|only| !report_names(&self.resolver.tiers, only));
                let kind = match known {
                    Some(unknown) => ResolveErrorKind::UnknownSource(unknown.clone()),
                    None => ResolveErrorKind::NotConfigured,
                };
                let report = report(kind.outcome(), None);
                Err(ResolveError::new(kind, report))
            }
        }
    }
}

fn report_names(tiers: &[Vec<Box<dyn Source>>], name: &SourceName) -> bool {
    tiers.iter().flatten().any(|source| source.name() == *name)
}

#[cfg(test)]
mod tests;
