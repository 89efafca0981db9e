//! Finds the program, and never in the current directory.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use onecred_core::ProviderError;

/// The absolute path of the program.
pub(super) fn find(
    program: &OsStr,
    path: Option<&OsStr>,
    base_dir: Option<&Path>,
) -> Result<PathBuf, ProviderError> {
    let named = Path::new(program);
    if program.is_empty() {
        return Err(ProviderError::misconfigured("no program is named"));
    }
    if named.is_absolute() {
        return usable(named.to_owned());
    }
    if named.components().count() > 1 || program.as_encoded_bytes().contains(&b'/') {
        return match base_dir {
            Some(base) if base.is_absolute() => usable(base.join(named)),
            Some(_) => Err(ProviderError::misconfigured(
                "the base directory of the helper is not an absolute path",
            )),
            None => Err(ProviderError::misconfigured(
                "the helper's program is a relative path; name it absolutely, or give a base directory",
            )),
        };
    }
    let directories = path.map(std::env::split_paths).into_iter().flatten();
    directories
        // An empty entry means the current directory, as `.` does.
        .filter(|directory| directory.is_absolute())
        .map(|directory| directory.join(named))
        .find(|candidate| is_program(candidate))
        .ok_or_else(|| ProviderError::misconfigured("the helper's program is not in the PATH"))
}

fn usable(program: PathBuf) -> Result<PathBuf, ProviderError> {
    if !program.exists() {
        return Err(ProviderError::misconfigured(
            "the helper's program does not exist",
        ));
    }
    if !is_program(&program) {
        return Err(ProviderError::misconfigured(
            "the helper's program is not an executable file",
        ));
    }
    Ok(program)
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata()
        .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}
