//! Serde over the tree.

mod error;

use serde::de::{
    self, DeserializeSeed, EnumAccess, Error as _, IntoDeserializer, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};

pub(crate) use error::{DeError, LITERAL};

use super::{Data, Entry, Node};
use crate::error::ConfigErrorKind as Kind;

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
                    let error = DeError::new(Kind::Invalid, "exactly one key belongs here");
                    Err(error.with_choice(variants))
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
