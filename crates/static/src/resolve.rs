//! From arguments and a snapshot of the environment to one auth and its target.

use onecred_core::{
    Argument, Authenticator, Conflict, Env, OnConflict, Resolution, ResolveError, Resolver,
    SourceName, Target, Variable,
};

use crate::builder::{Custom, Kind, Placement};
use crate::error::Error;
use crate::resolved::Resolved;

impl Custom {
    /// Finds the one credential.
    ///
    /// # Errors
    /// [`Error`]: no credential, two, a broken one, or a target that cannot be.
    pub async fn resolve(&self, env: &Env) -> Result<Resolved, Error> {
        let target = self.target()?;
        self.refuse_two_choices()?;
        self.finish(target, self.resolver().resolve(env).await)
    }

    /// The same on this thread, for callers without an executor.
    ///
    /// # Errors
    /// As [`resolve`](Self::resolve).
    pub fn resolve_blocking(&self, env: &Env) -> Result<Resolved, Error> {
        let target = self.target()?;
        self.refuse_two_choices()?;
        self.finish(target, self.resolver().resolve_blocking(env))
    }

    /// The target alone.
    ///
    /// # Errors
    /// [`Error::Target`]: correct what it names.
    pub fn target(&self) -> Result<Target, Error> {
        let mut builder = Target::builder(&self.name);
        if let Some(url) = &self.base_url {
            builder = builder.base_url(url)?;
        }
        for origin in &self.origins {
            builder = builder.origin(origin)?;
        }
        builder = match &self.placement {
            Some(Placement::Header(name)) => builder.key_header(name)?,
            Some(Placement::Bearer) => builder.key_bearer(),
            None => builder,
        };
        Ok(builder.build()?)
    }

    /// A credential that was given is never passed over because another source was chosen.
    fn refuse_two_choices(&self) -> Result<(), Error> {
        let Some(only) = &self.only else {
            return Ok(());
        };
        let given: Vec<SourceName> = self
            .arguments
            .iter()
            .map(|(kind, _)| SourceName::from(kind.argument()))
            .collect();
        match given.first() {
            Some(first) if !given.contains(only) => {
                Err(Error::Choice(Conflict::new(first.clone(), only.clone())))
            }
            _ => Ok(()),
        }
    }

    fn resolver(&self) -> Resolver {
        let arguments = self.arguments.iter().map(|(kind, secret)| match kind {
            Kind::ApiKey => Argument::api_key(secret.expose_str()),
            Kind::Bearer => Argument::bearer(secret.expose_str()),
        });
        let variables = self.variables.iter().map(|(kind, name)| match kind {
            Kind::ApiKey => Variable::api_key(name),
            Kind::Bearer => Variable::bearer(name),
        });
        let on_conflict = if self.arguments.is_empty() {
            self.on_conflict
        } else {
            OnConflict::Reject
        };
        let resolver = Resolver::builder()
            .tier(arguments)
            .tier(variables)
            .on_conflict(on_conflict);
        match &self.only {
            Some(only) => resolver.only(only.clone()).build(),
            None => resolver.build(),
        }
    }

    fn finish(
        &self,
        target: Target,
        found: Result<Resolution, ResolveError>,
    ) -> Result<Resolved, Error> {
        let Resolution { auth, report, .. } = found?;
        // Says now what the first request would say.
        Authenticator::new(target.clone(), auth.clone()).map_err(Error::Placement)?;
        Ok(Resolved {
            target,
            auth,
            report,
            foreign: self.foreign,
        })
    }
}
