//! Every file in `broken/` is refused with the line, the column, the kind and the words beside it, and no
//! part of a secret that was planted in it appears anywhere.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use common::{Asked, Directory, builder, mode};
use onecred_config::{ConfigError, Consent};
use onecred_testkit::LeakScan;

const PLANTED: [&str; 6] = [
    "sk-ant-api03-plant3d-0000000000000000000000000000",
    "plant3d-secret-without-a-shape",
    "ghp_plant3d16C7e42F292c6912E7710c838347A",
    "plant3d_9f8e7d6c5b4a39281706",
    "two plant3d words q8z7w6v5",
    "plant3d\u{1b}[31m-q8z7w6",
];

/// Display and Debug of the error and of everything that caused it.
fn everything(error: &ConfigError) -> String {
    let mut text = format!("{error}\n{error:?}\n{error:#?}\n");
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(&format!("{error}\n{error:?}\n"));
        source = error.source();
    }
    text
}

fn assert_clean(name: &str, error: &ConfigError) {
    let text = everything(error);
    assert!(!text.contains("plant3d"), "{name}: {text}");
    let control = |c: char| c.is_control() && c != '\n';
    assert!(!text.contains(control), "{name}: {text:?}");
    let mut scan = LeakScan::new(PLANTED);
    // The prefix is public.
    scan.allow("sk-ant-api03-").text(name, text);
    scan.assert_clean();
}

fn check(file: &Path) -> Result<(), String> {
    let name = file.file_stem().unwrap().to_string_lossy().into_owned();
    let directory = Directory::new("broken");
    let path = directory.write("onecred.toml", fs::read(file).unwrap());
    let asked = Asked::default();
    let built = builder(&asked)
        .consent(Consent::Explicit)
        .build_from_file(&path);
    let error = match built {
        Ok(_) => return Err(format!("{name}: accepted")),
        Err(error) => error,
    };
    assert_clean(&name, &error);
    assert_eq!(
        (asked.vault(), asked.command()),
        (0, 0),
        "{name}: something ran"
    );

    let expected = fs::read_to_string(file.with_extension("expected")).unwrap();
    let mut lines = expected.lines();
    let (position, kind) = lines.next().unwrap().split_once(' ').unwrap();
    let text = everything(&error);
    let at = format!(
        "{}:{}",
        error.line().unwrap_or(0),
        error.column().unwrap_or(0)
    );
    if at != position || format!("{:?}", error.kind()) != kind {
        return Err(format!(
            "{name}: expected {position} {kind}, got {:?} {error}",
            error.kind()
        ));
    }
    if !error
        .to_string()
        .contains(&format!("onecred.toml:{position}: "))
    {
        return Err(format!("{name}: the position is not shown in {error}"));
    }
    match lines.find(|words| !text.contains(words)) {
        Some(missing) => Err(format!("{name}: `{missing}` is not in {text}")),
        None => Ok(()),
    }
}

#[test]
fn each_is_refused_at_its_place() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken");
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .collect();
    files.sort();
    assert!(files.len() >= 90, "{} files", files.len());
    let failures: Vec<String> = files.iter().filter_map(|file| check(file).err()).collect();
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

#[test]
fn good_files_are_accepted() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/good");
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let directory = Directory::new("good");
        let file = directory.write("onecred.toml", fs::read(&path).unwrap());
        let registry = builder(&Asked::default())
            .consent(Consent::Explicit)
            .build_from_file(&file)
            .unwrap_or_else(|error| panic!("{error}"));
        assert!(!registry.names().is_empty());
        assert_eq!(registry.last_error().map(|error| error.to_string()), None);
        count += 1;
    }
    assert!(count >= 3, "{count} files");
}

const GOOD: &str = "[client.claude]\ntarget = \"anthropic\"\nauth = { env = \"GOOD\" }\n";

/// What is wrong with a file as a whole has no line.
#[test]
fn files_that_are_not_even_read() {
    let directory = Directory::new("files");
    let refused = |path: &Path| {
        let error = builder(&Asked::default())
            .consent(Consent::Explicit)
            .build_from_file(path)
            .unwrap_err();
        assert_clean("file", &error);
        assert_eq!(error.line(), None);
        format!("{:?} {error}", error.kind())
    };
    let good = directory.write("good.toml", GOOD);
    for (bits, word) in [
        (0o620, "0620"),
        (0o602, "0602"),
        (0o666, "0666"),
        (0o664, "0664"),
    ] {
        mode(&good, bits);
        let text = refused(&good);
        assert!(
            text.contains("Permissions") && text.contains(word),
            "{text}"
        );
        assert!(text.contains("chmod go-w"), "{text}");
    }
    mode(&good, 0o644);
    let link = directory.path().join("link.toml");
    std::os::unix::fs::symlink("good.toml", &link).unwrap();
    let through_link = builder(&Asked::default())
        .consent(Consent::Explicit)
        .build_from_file(&link);
    assert!(through_link.is_ok(), "links are followed");
    mode(&good, 0o646);
    assert!(
        refused(&link).contains("Permissions"),
        "and what they lead to is checked"
    );

    // Only root can give a file away, so others check this by the table beside the rule alone.
    let theirs = directory.write("theirs.toml", GOOD);
    if std::os::unix::fs::chown(&theirs, Some(12345), None).is_ok() {
        assert!(refused(&theirs).contains("belongs to another user (id 12345)"));
    }
    let missing = refused(&directory.path().join("missing.toml"));
    assert!(missing.contains("there is no such file"), "{missing}");
    assert!(refused(directory.path()).contains("not a regular file"));
    let pipe = directory.path().join("pipe");
    make_pipe(&pipe);
    assert!(
        refused(&pipe).contains("not a regular file"),
        "and nobody waits for a pipe"
    );

    let large = directory.write("large.toml", vec![b'#'; onecred_config::MAX_FILE_BYTES + 1]);
    assert!(refused(&large).contains("TooLarge"));
    let odd = directory.path().join("odd\u{1b}[31m\nname.toml");
    let text = refused(&odd);
    assert!(text.contains("name.toml"), "{text}");
}

fn make_pipe(path: &Path) {
    let status = std::process::Command::new("mkfifo").arg(path).status();
    assert!(status.unwrap().success());
}
