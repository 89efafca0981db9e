//! The JSON schema of the file, for editors.

use schemars::{SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use crate::auth::EnvTable;
use crate::registry::RegistryBuilder;
use crate::target::InlineTarget;

/// The JSON schema of a file in which any kind of auth and any target may be registered, as JSON text.
/// The one in `schema/onecred.schema.json`.
pub fn schema() -> String {
    render(&Map::new(), &[], true)
}

impl RegistryBuilder {
    /// The JSON schema of the files that this builder accepts: only what is registered with it, with the
    /// schemas of its factories.
    ///
    /// A schema of a factory that is not JSON is taken as one that accepts anything.
    pub fn schema(&self) -> String {
        let kinds = self.factories().map(|factory| {
            let value = factory
                .schema()
                .and_then(|text| serde_json::from_str(&text).ok())
                .unwrap_or(Value::Bool(true));
            (factory.kind().to_owned(), value)
        });
        let kinds: Map<String, Value> = kinds.collect();
        let targets: Vec<&str> = self.target_names().collect();
        render(&kinds, &targets, false)
    }
}

fn render(kinds: &Map<String, Value>, targets: &[&str], open: bool) -> String {
    let mut generator = SchemaGenerator::default();
    let inline = generator.subschema_for::<InlineTarget>();
    let env = generator.subschema_for::<EnvTable>();

    let named = match open {
        true => json!({ "type": "string", "description": "The name of a registered target." }),
        false => json!({ "enum": targets }),
    };
    let with_options: Map<String, Value> = targets
        .iter()
        .map(|name| ((*name).to_owned(), Value::Bool(true)))
        .collect();
    let mut target = vec![named, json!(inline)];
    target.push(match open {
        true => json!({
            "description": "A registered target with options: { NAME = { … } }.",
            "type": "object", "minProperties": 1, "maxProperties": 1,
            "additionalProperties": { "type": "object" },
        }),
        false => json!({
            "type": "object", "minProperties": 1, "maxProperties": 1,
            "properties": with_options, "additionalProperties": false,
        }),
    });

    let env = json!({
        "description": "The credential is in this environment variable.",
        "anyOf": [{ "type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$" }, env],
    });
    let mut link = kinds.clone();
    link.insert("env".to_owned(), env);
    let mut all = link.clone();
    all.insert(
        "anonymous".to_owned(),
        json!({ "const": true, "description": "Send no credential, and look for none." }),
    );
    all.insert(
        "chain".to_owned(),
        json!({
            "description": "The first of these that is configured.",
            "type": "array", "minItems": 1, "items": { "$ref": "#/$defs/Link" },
        }),
    );
    generator.definitions_mut().insert(
        "Link".to_owned(),
        json!({
            "type": "object", "minProperties": 1, "maxProperties": 1,
            "properties": link, "additionalProperties": open,
            "not": { "anyOf": [{ "required": ["anonymous"] }, { "required": ["chain"] }] },
        }),
    );
    let client = json_schema!({
        "type": "object",
        "description": "One client: one target and one auth.",
        "additionalProperties": false,
        "required": ["target", "auth"],
        "properties": {
            "target": {
                "description": "Where the credential may go, and how it is written there.",
                "anyOf": target,
            },
            "auth": {
                "description": "The one credential. Secrets are named, never written here.",
                "type": "object", "minProperties": 1, "maxProperties": 1,
                "properties": all, "additionalProperties": open,
            },
        },
    });
    generator
        .definitions_mut()
        .insert("Client".to_owned(), json!(client));
    let root = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "onecred.toml",
        "type": "object",
        "additionalProperties": false,
        "required": ["client"],
        "properties": {
            "client": {
                "description": "The clients by name.",
                "type": "object", "minProperties": 1,
                "propertyNames": { "pattern": "^[A-Za-z0-9_.-]{1,64}$" },
                "additionalProperties": { "$ref": "#/$defs/Client" },
            },
        },
        "$defs": generator.definitions(),
    });
    format!("{root:#}\n")
}
