//! What a loaded document makes of the clients there are: everything is built and checked here, and
//! nothing is changed.

use std::collections::BTreeMap;

use onecred_core::{Attempt, Auth, AuthError, Authenticator, Target};

use super::settings::{Permit, Settings, SharedClock};
use super::source::Loaded;
use super::spec::{Spec, specs};
use super::{Client, Clients};
use crate::context::BuildContext;
use crate::dependencies::{Dependencies, Noted};
use crate::document::{Document, Node, shown, suggestion};
use crate::error::{ConfigError, ConfigErrorKind as Kind};
use crate::{auth, target};

/// What will become of each client of the document.
pub(super) enum Change {
    Keep,
    Replace(Auth, Identity),
    New(Authenticator, Identity),
}

/// By what a client is told to be the same at a reload.
pub(super) struct Identity {
    pub(super) target: String,
    pub(super) auth: String,
    pub(super) dependencies: Dependencies,
    /// The variables that were looked at, for reports.
    pub(super) attempts: Vec<Attempt>,
}

pub(super) fn plan(
    settings: &Settings,
    loaded: &Loaded,
    before: &Clients,
) -> Result<BTreeMap<String, Change>, ConfigError> {
    let document = &loaded.document;
    let mut changes = BTreeMap::new();
    let specs = specs(document)?;
    for name in settings.only.iter().flatten() {
        if !specs.iter().any(|spec| spec.name == *name) {
            return Err(no_such_client(document, name, &specs));
        }
    }
    for spec in specs {
        let wanted = match &settings.only {
            Some(only) => only.iter().any(|name| *name == spec.name),
            None => true,
        };
        if wanted {
            let change = change(settings, loaded, &spec, before.get(spec.name))?;
            changes.insert(spec.name.to_owned(), change);
        }
    }
    Ok(changes)
}

fn no_such_client(document: &Document, name: &str, specs: &[Spec<'_>]) -> ConfigError {
    let name_shown = shown(name, "of this name");
    let message = format!("there is no client {name_shown}");
    let error = ConfigError::new(Kind::Missing, &document.name, None, message);
    let known: Vec<&str> = specs.iter().map(|spec| spec.name).collect();
    match suggestion(name, known.iter().copied()) {
        Some(meant) => error.with_help(format!("did you mean `{meant}`?")),
        None => error.with_help(format!("there are: {}", known.join(", "))),
    }
}

fn change(
    settings: &Settings,
    loaded: &Loaded,
    spec: &Spec<'_>,
    before: Option<&Client>,
) -> Result<Change, ConfigError> {
    let document = &loaded.document;
    let noted = Noted::default();
    let mut cx = BuildContext {
        settings,
        document,
        permit: &loaded.permit,
        client: spec.name,
        target: None,
        at: spec.target.at.clone(),
        noted: &noted,
    };
    let chosen = target::build(&cx, spec.target)?;
    let target_identity = identity_of(&chosen.target, spec.target);
    let auth_identity = format!("{:?}{}", document.directory, spec.auth.canonical());
    let same_target = before.is_some_and(|client| client.identity.target == target_identity);
    if let Some(client) = before
        && same_target
        && client.identity.auth == auth_identity
        && client.identity.dependencies.hold(&settings.env)
        && may_run(&client.identity.dependencies, &loaded.permit)
    {
        return Ok(Change::Keep);
    }
    cx.target = Some(&chosen.target);
    cx.at = spec.auth.at.clone();
    let auth = auth::build(&cx, spec.auth, chosen.factory)?;
    let authenticator = authenticator(settings, &chosen.target, &auth)
        .map_err(|error| unplaceable(document, spec, error))?;
    let identity = Identity {
        target: target_identity,
        auth: auth_identity,
        dependencies: noted.take(),
        attempts: noted.take_attempts(),
    };
    Ok(if same_target {
        Change::Replace(auth, identity)
    } else {
        Change::New(authenticator, identity)
    })
}

fn may_run(dependencies: &Dependencies, permit: &Permit) -> bool {
    !dependencies.commands || matches!(permit, Permit::Commands)
}

/// A factory may make another target of the same text, so what it made counts too.
fn identity_of(target: &Target, node: &Node) -> String {
    format!("{}{target:?}{:?}", node.canonical(), target.base_url())
}

fn authenticator(
    settings: &Settings,
    target: &Target,
    auth: &Auth,
) -> Result<Authenticator, AuthError> {
    let mut builder = Authenticator::builder(target.clone(), auth.clone())
        .foreign(settings.foreign)
        .clock(SharedClock(settings.clock.clone()));
    if let Some(observer) = &settings.observer {
        builder = builder.observer(observer.clone());
    }
    builder.build()
}

fn unplaceable(document: &Document, spec: &Spec<'_>, error: AuthError) -> ConfigError {
    let no_placement = matches!(error, AuthError::NoPlacement { .. });
    let refused = document
        .error(
            Kind::Target,
            &spec.target.at,
            "this credential cannot be placed on requests to this target",
        )
        .with_source(error);
    if no_placement {
        refused.with_help("add key_header = \"…\" or key_bearer = true to the target")
    } else {
        refused
    }
}
