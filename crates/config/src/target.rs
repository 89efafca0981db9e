//! `target = …`: a registered name, or an inline table.

use onecred_core::{InvalidTarget, Target, TargetBuilder};
use serde::Deserialize;

use crate::context::BuildContext;
use crate::document::{Data, Node, shown, suggestion};
use crate::error::{ConfigError, ConfigErrorKind as Kind};
use crate::factory::TargetFactory;
use crate::section::Section;

/// A target that is described in the file itself.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct InlineTarget {
    /// An origin that may see the credential: `https://host[:port]`, or `http://` to this machine.
    origin: Option<String>,
    /// Several such origins.
    origins: Option<Vec<String>>,
    /// A base URL, whose origin may see the credential too.
    base_url: Option<String>,
    /// The header under which an API key goes, as it is.
    key_header: Option<String>,
    /// API keys go as `Authorization: Bearer …`.
    key_bearer: Option<bool>,
    /// The audience for which tokens are minted.
    audience: Option<String>,
    /// The region for which requests are signed.
    region: Option<String>,
    /// The service for which requests are signed.
    service: Option<String>,
}

/// The keys of an inline target.
pub(crate) const INLINE_KEYS: [&str; 8] = [
    "origin",
    "origins",
    "base_url",
    "key_header",
    "key_bearer",
    "audience",
    "region",
    "service",
];

/// What was chosen: the target, and the factory that knows its conventions.
pub(crate) struct Chosen<'a> {
    pub(crate) target: Target,
    pub(crate) factory: Option<&'a dyn TargetFactory>,
}

pub(crate) fn build<'a>(cx: &BuildContext<'a>, node: &Node) -> Result<Chosen<'a>, ConfigError> {
    let section = Section::new(cx.document, node);
    match &node.data {
        Data::String(name) => {
            let factory = named(cx, name, section)?;
            Ok(Chosen {
                target: factory.build(cx, None)?,
                factory: Some(factory),
            })
        }
        Data::Table(entries) => {
            if let [only] = entries.as_slice()
                && let Some(factory) = cx.settings.target_factory(&only.key)
            {
                let options = Section::new(cx.document, &only.value);
                return Ok(Chosen {
                    target: factory.build(cx, Some(options))?,
                    factory: Some(factory),
                });
            }
            Ok(Chosen {
                target: inline(cx, section)?,
                factory: None,
            })
        }
        _ => Err(section
            .error(
                "",
                format!("expected a target's name or a table, found {}", node.kind()),
            )
            .with_kind(Kind::WrongType)),
    }
}

fn named<'a>(
    cx: &BuildContext<'a>,
    name: &str,
    section: Section<'_>,
) -> Result<&'a dyn TargetFactory, ConfigError> {
    if let Some(factory) = cx.settings.target_factory(name) {
        return Ok(factory);
    }
    let error = section
        .error(
            "",
            format!("there is no target {}", shown(name, "of this name")),
        )
        .with_kind(Kind::UnknownName);
    let known: Vec<&str> = cx.settings.target_names().collect();
    if name.contains("://") {
        return Err(error.with_help("write { origin = \"https://…\", key_header = \"…\" }"));
    }
    Err(match suggestion(name, known.iter().copied()) {
        Some(meant) => error.with_help(format!("did you mean `{meant}`?")),
        None if known.is_empty() => error.with_help("describe it: { origin = \"https://…\", … }"),
        None => error.with_help(format!("known are: {}", known.join(", "))),
    })
}

fn inline(cx: &BuildContext<'_>, section: Section<'_>) -> Result<Target, ConfigError> {
    let inline: InlineTarget = section.deserialize()?;
    let refuse = |path: &str, error: InvalidTarget| {
        section
            .error(path, error.to_string())
            .with_kind(Kind::Target)
            .with_source(error)
    };
    if inline.key_header.is_some() && inline.key_bearer.is_some() {
        return Err(section
            .error(
                "key_bearer",
                "`key_header` and `key_bearer` say two places for one key",
            )
            .with_kind(Kind::Target)
            .with_help("keep one"));
    }
    let mut builder = Target::builder(cx.client);
    if let Some(url) = &inline.base_url {
        builder = builder
            .base_url(url)
            .map_err(|error| refuse("base_url", error))?;
    }
    if let Some(origin) = &inline.origin {
        builder = builder
            .origin(origin)
            .map_err(|error| refuse("origin", error))?;
    }
    builder = several(builder, &inline, section)?;
    match (&inline.key_header, inline.key_bearer) {
        (Some(name), _) => {
            builder = builder.key_header(name).map_err(|error| match error {
                // Not quoted: a key may have been pasted here.
                InvalidTarget::HeaderName(_) => section
                    .error("key_header", "not the name of a header")
                    .with_kind(Kind::Target),
                other => refuse("key_header", other),
            })?;
        }
        (None, Some(true)) => builder = builder.key_bearer(),
        (None, Some(false)) => {
            return Err(section
                .error("key_bearer", "`key_bearer` is true or not there")
                .with_kind(Kind::Target)
                .with_help("remove it"));
        }
        (None, None) => {}
    }
    if let Some(audience) = inline.audience {
        builder = builder.audience(audience);
    }
    if let Some(region) = inline.region {
        builder = builder.region(region);
    }
    if let Some(service) = inline.service {
        builder = builder.service(service);
    }
    builder.build().map_err(|error| {
        let error = refuse("", error);
        match inline.origin.is_some() || inline.base_url.is_some() {
            true => error,
            false => error.with_help("add origin = \"https://…\" or base_url = \"https://…\""),
        }
    })
}

fn several(
    mut builder: TargetBuilder,
    inline: &InlineTarget,
    section: Section<'_>,
) -> Result<TargetBuilder, ConfigError> {
    for (index, origin) in inline.origins.iter().flatten().enumerate() {
        builder = builder.origin(origin).map_err(|error| {
            let place = section.get("origins").and_then(|list| list.element(index));
            place
                .unwrap_or(section)
                .error("", error.to_string())
                .with_kind(Kind::Target)
                .with_source(error)
        })?;
    }
    Ok(builder)
}
