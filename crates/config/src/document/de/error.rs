//! Errors of serde that know their place and show no value.

use std::fmt;
use std::ops::Range;

use serde::de::{self, Unexpected};

use crate::document::literal::INSTEAD;
use crate::document::{Data, Document, Node, shown, suggestion};
use crate::error::{ConfigError, ConfigErrorKind as Kind};

/// An error on the way to a [`ConfigError`]: serde makes it, the nearest value gives it its place.
#[derive(Debug)]
pub(crate) struct DeError {
    kind: Kind,
    at: Option<Range<usize>>,
    message: String,
    help: Option<String>,
}

/// Whether a message contains a text from the file. Short ones are words that any message may contain.
fn quotes(message: &str, node: &Node) -> bool {
    match &node.data {
        Data::String(text) => text.len() >= 4 && message.contains(text.as_str()),
        Data::Array(values) => values.iter().any(|value| quotes(message, value)),
        Data::Table(entries) => entries.iter().any(|entry| quotes(message, &entry.value)),
        _ => false,
    }
}

/// The text by which a type says that a secret stands where a reference belongs.
pub(crate) const LITERAL: &str = "a secret is written here instead of a reference to one";

impl DeError {
    pub(super) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            at: None,
            message: message.into(),
            help: None,
        }
    }

    pub(super) fn placed(mut self, node: &Node) -> Self {
        if self.at.is_none() {
            self.at = Some(node.at.clone());
            self.forget(node);
        }
        self
    }

    pub(super) fn with_choice(mut self, expected: &[&str]) -> Self {
        self.help = Some(one_of(expected));
        self
    }

    /// A type's own message may quote the value.
    fn forget(&mut self, node: &Node) {
        if quotes(&self.message, node) {
            self.message = "the value is not accepted".to_owned();
        }
    }

    pub(super) fn placed_at(mut self, at: &Range<usize>) -> Self {
        self.at.get_or_insert_with(|| at.clone());
        self
    }

    pub(crate) fn into_config(self, document: &Document, node: &Node) -> ConfigError {
        let placed = self.placed(node);
        let at = placed.at.unwrap_or_else(|| node.at.clone());
        let error = document.error(placed.kind, &at, placed.message);
        match placed.help {
            Some(help) => error.with_help(help),
            None => error,
        }
    }
}

impl fmt::Display for DeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for DeError {}

fn one_of(expected: &[&str]) -> String {
    let names: Vec<String> = expected.iter().map(|name| format!("`{name}`")).collect();
    format!("it may be {}", names.join(", "))
}

fn found(unexpected: &Unexpected<'_>) -> &'static str {
    match unexpected {
        Unexpected::Bool(_) => "a boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "an integer",
        Unexpected::Float(_) => "a number",
        Unexpected::Char(_) | Unexpected::Str(_) => "a string",
        Unexpected::Seq => "an array",
        Unexpected::Map => "a table",
        _ => "something else",
    }
}

impl de::Error for DeError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        let message = message.to_string();
        if message == LITERAL {
            let mut error = Self::new(Kind::Literal, message);
            error.help = Some(INSTEAD.to_owned());
            return error;
        }
        Self::new(Kind::Invalid, message)
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        let found = found(&unexpected);
        Self::new(
            Kind::WrongType,
            format!("expected {expected}, found {found}"),
        )
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::new(Kind::Invalid, format!("expected {expected}"))
    }

    fn invalid_length(length: usize, expected: &dyn de::Expected) -> Self {
        Self::new(
            Kind::Invalid,
            format!("expected {expected}, found {length} elements"),
        )
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let mut error = Self::new(Kind::Invalid, "this value is not known here");
        error.help = Some(match suggestion(variant, expected.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => one_of(expected),
        });
        error
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let name = shown(field, "");
        let mut error = Self::new(Kind::UnknownKey, format!("unknown key {name}").trim_end());
        error.help = Some(match suggestion(field, expected.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None if expected.is_empty() => "remove it".to_owned(),
            None => one_of(expected),
        });
        error
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(Kind::Missing, format!("`{field}` is missing"))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::new(Kind::Duplicate, format!("`{field}` is given twice"))
    }
}
