//! The tree: owned, in the order of the file.

use std::fmt::Write;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value and where it stands, in bytes.
#[derive(Clone)]
pub(crate) struct Node {
    pub(crate) at: Range<usize>,
    pub(crate) data: Data,
}

#[derive(Clone)]
pub(crate) enum Data {
    String(String),
    Integer(Option<i64>),
    Float(f64),
    Boolean(bool),
    Datetime(String),
    Array(Vec<Node>),
    Table(Vec<Entry>),
}

/// A key, where it stands, and its value.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) at: Range<usize>,
    pub(crate) value: Node,
}

impl Node {
    pub(super) fn of_table(table: &Spanned<DeTable<'_>>) -> Self {
        Self {
            at: table.span(),
            data: Data::Table(entries(table.get_ref())),
        }
    }

    fn of(value: &Spanned<DeValue<'_>>) -> Self {
        let data = match value.get_ref() {
            DeValue::String(text) => Data::String(text.clone().into_owned()),
            DeValue::Integer(number) => {
                Data::Integer(i64::from_str_radix(number.as_str(), number.radix()).ok())
            }
            DeValue::Float(number) => Data::Float(number.as_str().parse().unwrap_or(f64::NAN)),
            DeValue::Boolean(is) => Data::Boolean(*is),
            DeValue::Datetime(time) => Data::Datetime(time.to_string()),
            DeValue::Array(values) => Data::Array(values.iter().map(Self::of).collect()),
            DeValue::Table(table) => Data::Table(entries(table)),
        };
        Self {
            at: value.span(),
            data,
        }
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        match &self.data {
            Data::String(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn as_table(&self) -> Option<&[Entry]> {
        match &self.data {
            Data::Table(entries) => Some(entries),
            _ => None,
        }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Entry> {
        self.as_table()?.iter().find(|entry| entry.key == key)
    }

    /// What it is, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match &self.data {
            Data::String(_) => "a string",
            Data::Integer(_) => "an integer",
            Data::Float(_) => "a number",
            Data::Boolean(_) => "a boolean",
            Data::Datetime(_) => "a date",
            Data::Array(_) => "an array",
            Data::Table(_) => "a table",
        }
    }

    /// One text for each meaning, whatever the spelling and the order: for comparing.
    pub(crate) fn canonical(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        // Writing to a string cannot fail.
        let _written = match &self.data {
            Data::String(text) => write!(out, "{text:?}"),
            Data::Integer(number) => write!(out, "i{number:?}"),
            Data::Float(number) => write!(out, "f{number:?}"),
            Data::Boolean(is) => write!(out, "{is}"),
            Data::Datetime(time) => write!(out, "d{time:?}"),
            Data::Array(values) => {
                out.push('[');
                for value in values {
                    value.write(out);
                    out.push(',');
                }
                out.write_str("]")
            }
            Data::Table(entries) => {
                let mut sorted: Vec<&Entry> = entries.iter().collect();
                sorted.sort_by(|a, b| a.key.cmp(&b.key));
                out.push('{');
                for entry in sorted {
                    let _key = write!(out, "{:?}=", entry.key);
                    entry.value.write(out);
                    out.push(',');
                }
                out.write_str("}")
            }
        };
    }
}

fn entries(table: &DeTable<'_>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = table
        .iter()
        .map(|(key, value)| Entry {
            key: key.get_ref().clone().into_owned(),
            at: key.span(),
            value: Node::of(value),
        })
        .collect();
    entries.sort_by_key(|entry| entry.at.start);
    entries
}
