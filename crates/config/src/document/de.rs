//! Serde over the tree, with errors that know their place and show no value.

use std::fmt;
use std::ops::Range;

use serde::de::{
    self, DeserializeSeed, EnumAccess, Error as _, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, VariantAccess, Visitor,
};

use super::literal::INSTEAD;
use super::{Data, Document, Entry, Node, shown, suggestion};
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
    fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            at: None,
            message: message.into(),
            help: None,
        }
    }

    fn placed(mut self, node: &Node) -> Self {
        if self.at.is_none() {
            self.at = Some(node.at.clone());
            self.forget(node);
        }
        self
    }

    /// A type's own message may quote the value.
    fn forget(&mut self, node: &Node) {
        if quotes(&self.message, node) {
            self.message = "the value is not accepted".to_owned();
        }
    }

    fn placed_at(mut self, at: &Range<usize>) -> Self {
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
        Self::new(Kind::WrongType, format!("expected {expected}, found {found}"))
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::new(Kind::Invalid, format!("expected {expected}"))
    }

    fn invalid_length(length: usize, expected: &dyn de::Expected) -> Self {
        Self::new(Kind::Invalid, format!("expected {expected}, found {length} elements"))
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

/// Reads any type from a node.
pub(crate) struct NodeDeserializer<'a>(pub(crate) &'a Node);

impl<'a, 'de> de::Deserializer<'de> for NodeDeserializer<'a> {
    type Error = DeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        let node = self.0;
        let value = match &node.data {
            Data::String(text) => visitor.visit_str(text),
            Data::Integer(Some(number)) => visitor.visit_i64(*number),
            Data::Integer(None) => Err(DeError::new(Kind::Invalid, "the number is too large")),
            Data::Float(number) => visitor.visit_f64(*number),
            Data::Boolean(is) => visitor.visit_bool(*is),
            Data::Datetime(time) => visitor.visit_str(time),
            Data::Array(values) => visitor.visit_seq(Values(values.iter())),
            Data::Table(entries) => visitor.visit_map(Entries {
                entries: entries.iter(),
                value: None,
            }),
        };
        value.map_err(|error| error.placed(node))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DeError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeError> {
        let node = self.0;
        let value = match &node.data {
            Data::String(text) => visitor.visit_enum(text.as_str().into_deserializer()),
            Data::Table(entries) => match entries.as_slice() {
                [entry] => visitor.visit_enum(Variant(entry)),
                _ => {
                    let mut error = DeError::new(Kind::Invalid, "exactly one key belongs here");
                    error.help = Some(one_of(variants));
                    Err(error)
                }
            },
            _ => Err(DeError::new(
                Kind::WrongType,
                format!("expected a string or a table, found {}", node.kind()),
            )),
        };
        value.map_err(|error| error.placed(node))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string
        bytes byte_buf unit unit_struct seq tuple tuple_struct map struct
        identifier ignored_any
    }
}

struct Values<'a>(std::slice::Iter<'a, Node>);

impl<'de> SeqAccess<'de> for Values<'_> {
    type Error = DeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, DeError> {
        self.0
            .next()
            .map(|node| {
                seed.deserialize(NodeDeserializer(node))
                    .map_err(|error| error.placed(node))
            })
            .transpose()
    }
}

struct Entries<'a> {
    entries: std::slice::Iter<'a, Entry>,
    value: Option<&'a Entry>,
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = DeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, DeError> {
        let Some(entry) = self.entries.next() else {
            return Ok(None);
        };
        self.value = Some(entry);
        seed.deserialize(entry.key.as_str().into_deserializer())
            .map(Some)
            .map_err(|error: DeError| error.placed_at(&entry.at))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, DeError> {
        match self.value.take() {
            Some(entry) => seed
                .deserialize(NodeDeserializer(&entry.value))
                .map_err(|error| error.placed(&entry.value)),
            None => Err(DeError::custom("a value was asked for before its key")),
        }
    }
}

struct Variant<'a>(&'a Entry);

impl<'a, 'de> EnumAccess<'de> for Variant<'a> {
    type Error = DeError;
    type Variant = Payload<'a>;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Payload<'a>), DeError> {
        let entry = self.0;
        seed.deserialize(entry.key.as_str().into_deserializer())
            .map(|value| (value, Payload(&entry.value)))
            .map_err(|error: DeError| error.placed_at(&entry.at))
    }
}

struct Payload<'a>(&'a Node);

impl<'de> VariantAccess<'de> for Payload<'_> {
    type Error = DeError;

    fn unit_variant(self) -> Result<(), DeError> {
        match &self.0.data {
            Data::Boolean(true) => Ok(()),
            Data::Table(entries) if entries.is_empty() => Ok(()),
            _ => Err(DeError::new(Kind::WrongType, "expected `true`").placed(self.0)),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, DeError> {
        seed.deserialize(NodeDeserializer(self.0))
            .map_err(|error| error.placed(self.0))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, DeError> {
        de::Deserializer::deserialize_any(NodeDeserializer(self.0), visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeError> {
        de::Deserializer::deserialize_any(NodeDeserializer(self.0), visitor)
    }
}
