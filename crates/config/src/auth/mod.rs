//! `auth = { … }`: exactly one of the kinds.

mod chain;
mod env;

use onecred_core::{Auth, Conflict, SourceName};

use crate::context::BuildContext;
use crate::document::{Entry, Node, shown, suggestion};
use crate::error::{ConfigError, ConfigErrorKind as Kind};
use crate::factory::{AuthFactory, Built, TargetFactory};
use crate::section::Section;

#[cfg(feature = "schema")]
pub(crate) use env::EnvTable;
pub(crate) use env::not_a_variable;

/// The kinds that need no factory.
pub(crate) const BUILT_IN: [&str; 3] = ["env", "anonymous", "chain"];

/// What one kind became.
pub(crate) enum Made {
    /// There is one.
    Some(Built),
    /// The variable is not set: an error, unless a chain has something else.
    Absent(ConfigError),
}

/// The one auth of a client.
pub(crate) fn build(
    cx: &BuildContext<'_>,
    node: &Node,
    conventions: Option<&dyn TargetFactory>,
) -> Result<Auth, ConfigError> {
    let entry = the_one(cx, node)?;
    let section = Section::new(cx.document, &entry.value);
    let made = match entry.key.as_str() {
        "anonymous" => Made::Some(Built::Auth(anonymous(section)?)),
        "chain" => chain::build(cx, section, conventions)?,
        _ => link(cx, entry, conventions)?,
    };
    match made {
        Made::Some(built) => Ok(cx.finish(built)),
        Made::Absent(error) => Err(error),
    }
}

/// One kind that is neither the end of a choice nor a choice of its own.
fn link(
    cx: &BuildContext<'_>,
    entry: &Entry,
    conventions: Option<&dyn TargetFactory>,
) -> Result<Made, ConfigError> {
    let section = Section::new(cx.document, &entry.value);
    if entry.key == "env" {
        return env::build(cx, section, conventions);
    }
    let factory = factory(cx, entry)?;
    if factory.runs_commands() || factory.kind() == "command" {
        cx.require_commands_at(&entry.value)?;
    }
    factory.build(cx, section).map(Made::Some)
}

fn factory<'a>(cx: &BuildContext<'a>, entry: &Entry) -> Result<&'a dyn AuthFactory, ConfigError> {
    cx.settings.auth_factory(&entry.key).ok_or_else(|| {
        let name = shown(&entry.key, "of this name");
        let error = cx.document.error(
            Kind::UnknownName,
            &entry.at,
            format!("there is no auth {name}"),
        );
        let known: Vec<&str> = BUILT_IN
            .into_iter()
            .chain(cx.settings.auth_kinds())
            .collect();
        match suggestion(&entry.key, known.iter().copied()) {
            Some(meant) => error.with_help(format!("did you mean `{meant}`?")),
            None => error.with_help(format!("known are: {}", known.join(", "))),
        }
    })
}

/// The one key of an auth table.
fn the_one<'a>(cx: &BuildContext<'_>, node: &'a Node) -> Result<&'a Entry, ConfigError> {
    let section = Section::new(cx.document, node);
    let Some(entries) = node.as_table() else {
        let message = format!("expected a table, found {}", node.kind());
        let error = section.error("", message).with_kind(Kind::WrongType);
        return Err(match node.as_str() {
            Some("anonymous") => error.with_help("write auth = { anonymous = true }"),
            Some(_) => error.with_help(
                "secrets are not written here; name where it is, as in auth = { env = \"NAME\" }",
            ),
            None => error.with_help("several are written as auth = { chain = [{ … }, { … }] }"),
        });
    };
    match entries {
        [only] => Ok(only),
        [] => Err(section
            .error("", "this auth is empty")
            .with_kind(Kind::Missing)
            .with_help("write { env = \"NAME\" } or { anonymous = true }")),
        [first, second, ..] => Err(two(cx, first, second)),
    }
}

fn two(cx: &BuildContext<'_>, first: &Entry, second: &Entry) -> ConfigError {
    let place = |entry: &Entry| {
        let (line, column) = cx.document.position(&entry.at);
        let name = shown(&entry.key, "a key");
        (format!("{name} at {line}:{column}"), name)
    };
    let (first_place, first_name) = place(first);
    let (second_place, second_name) = place(second);
    let source = |name: String| SourceName::new(format!("auth.{}", name.trim_matches('`')));
    cx.document
        .error(
            Kind::Conflict,
            &second.at,
            format!("two credentials where one belongs: {first_place} and {second_place}"),
        )
        .with_help("keep one, or put them into a chain")
        .with_conflict(Conflict::new(source(first_name), source(second_name)))
}

fn anonymous(section: Section<'_>) -> Result<Auth, ConfigError> {
    match section.node.data {
        crate::document::Data::Boolean(true) => Ok(Auth::Anonymous),
        _ => Err(section
            .error("", "`anonymous` is true or not there")
            .with_kind(Kind::WrongType)
            .with_help("write { anonymous = true }, or name a credential")),
    }
}
