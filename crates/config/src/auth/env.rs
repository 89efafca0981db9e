//! `{ env = "NAME" }` and `{ env = { name = "NAME", form = "bearer" } }`.

use onecred_core::{InvalidSource, OnConflict, ResolveErrorKind, Resolver, Variable};
use serde::Deserialize;

use super::Made;
use crate::context::BuildContext;
use crate::document::{Data, is_variable_name, shown};
use crate::error::{ConfigError, ConfigErrorKind as Kind};
use crate::factory::{Built, SecretForm, TargetFactory};
use crate::section::Section;

/// A variable, and which form its content has.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct EnvTable {
    /// The name of the variable.
    name: String,
    /// Whether it holds an API key or an access token; by the target's convention if not given.
    form: Option<SecretForm>,
}

pub(super) fn build(
    cx: &BuildContext<'_>,
    section: Section<'_>,
    conventions: Option<&dyn TargetFactory>,
) -> Result<Made, ConfigError> {
    let (table, path) = match &section.node.data {
        Data::String(name) => {
            let name = name.clone();
            (EnvTable { name, form: None }, "")
        }
        Data::Table(_) => (section.deserialize::<EnvTable>()?, "name"),
        _ => {
            let message = format!("expected a variable's name, found {}", section.node.kind());
            return Err(section.error("", message).with_kind(Kind::WrongType));
        }
    };
    if !is_variable_name(&table.name) {
        return Err(not_a_variable(section, path));
    }
    let form = table
        .form
        .or_else(|| conventions?.form_of(&table.name))
        .unwrap_or_default();
    look(cx, &table.name, form, section, path)
}

fn look(
    cx: &BuildContext<'_>,
    name: &str,
    form: SecretForm,
    section: Section<'_>,
    path: &str,
) -> Result<Made, ConfigError> {
    cx.noted.variable(cx.env(), name);
    let variable = match form {
        SecretForm::Bearer => Variable::bearer(name),
        SecretForm::ApiKey => Variable::api_key(name),
    };
    let resolver = Resolver::builder()
        .tier([variable.explicit()])
        .on_conflict(OnConflict::Reject)
        .build();
    let says = |what: &str| {
        let name = shown(name, "the variable that is named here");
        section
            .error(path, format!("{name} {what}"))
            .with_kind(Kind::Secret)
    };
    match resolver.resolve_blocking(cx.env()) {
        Ok(resolution) => {
            cx.noted.attempts(&resolution.report.attempts);
            Ok(Made::Some(Built::Auth(resolution.auth)))
        }
        Err(error) => match error.kind() {
            ResolveErrorKind::NotConfigured => {
                cx.noted.attempts(&error.report().attempts);
                let what = match cx.env().var(name) {
                    None => "is not set",
                    Some(_) => "is set, but blank",
                };
                let error = says(what).with_help("set it in the environment, or name another");
                Ok(Made::Absent(error))
            }
            ResolveErrorKind::Invalid { error, .. } => Err(unfit(says, error)),
            _ => Err(says("cannot be read").with_source(error)),
        },
    }
}

fn unfit(says: impl Fn(&str) -> ConfigError, error: &InvalidSource) -> ConfigError {
    says("holds what cannot be used as a credential").with_source(error.clone())
}

/// What stands where the name of a variable belongs is not one: perhaps its value. Not shown.
pub(crate) fn not_a_variable(section: Section<'_>, path: &str) -> ConfigError {
    let message = "not the name of a variable";
    section
        .error(path, message)
        .with_help("write the variable's name here, not what it holds, and nothing like `$NAME`")
}
