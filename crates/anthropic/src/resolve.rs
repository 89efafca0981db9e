//! From arguments and a snapshot of the environment to one auth and its target.

use onecred_core::{
    Argument, Conflict, Env, InvalidTarget, OnConflict, Report, Resolution, ResolveError, Resolver,
    Source, SourceName, Target, Variable, Vendor,
};

use crate::anonymous::{self, ChosenAnonymous};
use crate::base_url::{self, BaseUrl};
use crate::builder::Anthropic;
use crate::custom_headers::{CustomHeaders, SmuggledCredential};
use crate::error::Error;
use crate::resolved::{Notice, Resolved};
use crate::target::ambient_target_at;
use crate::{API_KEY, AUTH_TOKEN, BaseUrlSource, target_at};

impl Anthropic {
    /// Finds the one credential and the host it may go to.
    ///
    /// # Errors
    /// [`Error`]: no credential, two, a broken one, or a base URL that none may go to.
    pub async fn resolve(&self, env: &Env) -> Result<Resolved, Error> {
        let plan = self.plan(env)?;
        let found = plan.resolver.resolve(env).await;
        plan.finish(found)
    }

    /// The same on this thread, for callers without an executor.
    ///
    /// # Errors
    /// As [`resolve`](Self::resolve).
    pub fn resolve_blocking(&self, env: &Env) -> Result<Resolved, Error> {
        let plan = self.plan(env)?;
        let found = plan.resolver.resolve_blocking(env);
        plan.finish(found)
    }

    /// The target alone, with the host that [`resolve`](Self::resolve) would choose.
    ///
    /// # Errors
    /// [`Error::BaseUrl`] and [`Error::Target`].
    pub fn target(&self, env: &Env) -> Result<Target, Error> {
        let plan = self.plan_for(&self.explicit(), env);
        match plan.base_url {
            Ok(base_url) => Ok(self.target_of(&base_url)?),
            Err((source, error)) => Err(Error::BaseUrl {
                source,
                error,
                report: Box::new(report(plan.resolver.resolve_blocking(env))),
            }),
        }
    }

    fn target_of(&self, base_url: &BaseUrl) -> Result<Target, InvalidTarget> {
        let is_ambient = base_url.source == BaseUrlSource::Environment && !self.allow_env_base_url;
        if is_ambient {
            ambient_target_at(&base_url.url, self.dialect)
        } else {
            target_at(&base_url.url, self.dialect)
        }
    }

    fn plan(&self, env: &Env) -> Result<Plan<'_>, Error> {
        let explicit = self.explicit();
        if let (Some(given), Some(only)) = (explicit.first(), &self.only)
            && !explicit.contains(only)
        {
            return Err(Conflict::new(given.clone(), only.clone()).into());
        }
        Ok(self.plan_for(&explicit, env))
    }

    fn plan_for(&self, explicit: &[SourceName], env: &Env) -> Plan<'_> {
        let carries_explicit = !explicit.is_empty() && !self.anonymous;
        let reads_env = !carries_explicit || self.allow_env_base_url;
        let base_url = BaseUrl::choose(self.base_url.as_deref(), env, reads_env);
        let vendor = base_url.as_ref().ok().and_then(BaseUrl::vendor);
        let headers = CustomHeaders::of(env);

        let mut notes = Vec::new();
        if !reads_env && self.base_url.is_none() && base_url::is_in(env) {
            notes.push(Notice::EnvironmentBaseUrlIgnored);
        }
        if headers.has_others || (headers.credential.is_some() && !explicit.is_empty()) {
            notes.push(Notice::CustomHeadersNotSent);
        }
        Plan {
            settings: self,
            resolver: self.resolver(headers, vendor, explicit.is_empty()),
            base_url,
            notes,
        }
    }

    /// The names of the explicit choices, given or named.
    fn explicit(&self) -> Vec<SourceName> {
        let given = [
            self.api_key.as_ref().map(|_| "argument:api_key"),
            self.auth_token.as_ref().map(|_| "argument:bearer"),
            self.anonymous.then_some(anonymous::NAME),
        ];
        let named = [&self.api_key_from, &self.auth_token_from];
        let named = named
            .into_iter()
            .flatten()
            .map(|name| SourceName::env(name));
        let given = given.into_iter().flatten().map(SourceName::from);
        given.chain(named).collect()
    }

    fn resolver(&self, headers: CustomHeaders, vendor: Option<Vendor>, is_open: bool) -> Resolver {
        let mut resolver = Resolver::builder().tier_of(self.explicit_tier(vendor));
        // A variable that the program named and that is not set must not become another one.
        if self.api_key_from.is_none() && self.auth_token_from.is_none() {
            let mut ambient: Vec<Box<dyn Source>> = vec![
                variable(Variable::api_key(API_KEY), vendor),
                variable(Variable::bearer(AUTH_TOKEN), vendor),
            ];
            if let Some(name) = headers.credential {
                ambient.push(Box::new(SmuggledCredential(name)));
            }
            resolver = resolver.tier_of(ambient);
        }
        if is_open {
            resolver = resolver.on_conflict(self.on_conflict);
        } else {
            resolver = resolver.on_conflict(OnConflict::Reject);
        }
        match &self.only {
            Some(only) => resolver.only(only.clone()).build(),
            None => resolver.build(),
        }
    }

    fn explicit_tier(&self, vendor: Option<Vendor>) -> Vec<Box<dyn Source>> {
        let mut tier: Vec<Box<dyn Source>> = Vec::new();
        if let Some(key) = &self.api_key {
            tier.push(argument(Argument::api_key(key.expose_str()), vendor));
        }
        if let Some(token) = &self.auth_token {
            tier.push(argument(Argument::bearer(token.expose_str()), vendor));
        }
        if let Some(name) = &self.api_key_from {
            tier.push(variable(Variable::api_key(name).explicit(), vendor));
        }
        if let Some(name) = &self.auth_token_from {
            tier.push(variable(Variable::bearer(name).explicit(), vendor));
        }
        if self.anonymous {
            tier.push(Box::new(ChosenAnonymous));
        }
        tier
    }
}

fn argument(source: Argument, vendor: Option<Vendor>) -> Box<dyn Source> {
    Box::new(match vendor {
        Some(vendor) => source.vendor(vendor),
        None => source,
    })
}

fn variable(source: Variable, vendor: Option<Vendor>) -> Box<dyn Source> {
    Box::new(match vendor {
        Some(vendor) => source.vendor(vendor),
        None => source,
    })
}

/// What was decided before looking for the credential.
struct Plan<'a> {
    settings: &'a Anthropic,
    resolver: Resolver,
    base_url: Result<BaseUrl, (BaseUrlSource, crate::InvalidBaseUrl)>,
    notes: Vec<Notice>,
}

impl Plan<'_> {
    fn finish(self, found: Result<Resolution, ResolveError>) -> Result<Resolved, Error> {
        let base_url = match self.base_url {
            Ok(base_url) => base_url,
            Err((source, error)) => {
                return Err(Error::BaseUrl {
                    source,
                    error,
                    report: Box::new(report(found)),
                });
            }
        };
        let Resolution { auth, report, .. } = found?;
        let mut notes = self.notes;
        if base_url.source == BaseUrlSource::Environment {
            notes.insert(0, Notice::BaseUrlFromEnvironment);
        }
        Ok(Resolved {
            target: self.settings.target_of(&base_url)?,
            auth,
            report,
            base_url_source: base_url.source,
            notes,
            foreign: self.settings.foreign,
        })
    }
}

fn report(found: Result<Resolution, ResolveError>) -> Report {
    match found {
        Ok(resolution) => resolution.report,
        Err(error) => error.report().clone(),
    }
}
