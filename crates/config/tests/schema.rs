//! The schema is that of the types, and agrees with the reader about the files beside it.
#![cfg(all(unix, feature = "schema"))]
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use boon::{Compiler, Schemas};
use common::{Asked, builder};
use onecred_config::schema;
use serde_json::Value;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// To write it anew: delete the file, and run this test twice.
#[test]
fn the_file_is_up_to_date() {
    let path = folder("schema/onecred.schema.json");
    if !path.exists() {
        fs::write(&path, schema()).unwrap();
        panic!("it was missing; written anew");
    }
    // As values: other crates may make serde_json keep another order.
    let written: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let current: Value = serde_json::from_str(&schema()).unwrap();
    assert!(
        written == current,
        "delete {} and run this test twice",
        path.display()
    );
}

fn read(path: &Path) -> Option<Value> {
    let text = fs::read_to_string(path).ok()?;
    toml::de::from_str(&text).ok()
}

fn files(name: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder(name))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .collect();
    files.sort();
    files
}

#[test]
fn good_files_are_valid_and_wrong_structure_is_not() {
    let open: Value = serde_json::from_str(&schema()).unwrap();
    let closed: Value = serde_json::from_str(&builder(&Asked::default()).schema()).unwrap();
    let mut schemas = Schemas::new();
    let mut compiler = Compiler::new();
    let [open, closed] = [("open.json", open), ("closed.json", closed)].map(|(name, schema)| {
        compiler.add_resource(name, schema).unwrap();
        // Checks the schema against that of its draft, too.
        compiler.compile(name, &mut schemas).unwrap()
    });
    for path in files("tests/good") {
        let file = read(&path).unwrap();
        for schema in [open, closed] {
            if let Err(error) = schemas.validate(&file, schema) {
                panic!("{}: {error:#}", path.display());
            }
        }
    }

    // What only a reader can see: variables, origins, trust, and secrets by their look.
    let structural = [
        "Missing",
        "UnknownKey",
        "WrongType",
        "Conflict",
        "UnknownName",
    ];
    let mut refused = 0;
    for path in files("tests/broken") {
        let expected = fs::read_to_string(path.with_extension("expected")).unwrap();
        let kind = expected.lines().next().unwrap().split_once(' ').unwrap().1;
        let Some(file) = read(&path).filter(|_| structural.contains(&kind)) else {
            continue;
        };
        assert!(
            schemas.validate(&file, closed).is_err(),
            "{} is valid",
            path.display()
        );
        refused += 1;
    }
    assert!(refused >= 25, "{refused} files");
}
