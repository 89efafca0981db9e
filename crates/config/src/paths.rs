//! Where the user's files are. Nothing is ever looked for in the current directory.

use std::path::{Path, PathBuf};

use onecred_core::Env;

/// The file that a program reads when nobody names another: `onecred/onecred.toml` in
/// `XDG_CONFIG_HOME` if that is an absolute path, else in `~/.config`. `None` without a home.
///
/// ```
/// let env = onecred_core::Env::empty().with_home("/home/me");
/// let path = onecred_config::default_path(&env).unwrap();
/// assert_eq!(path, std::path::Path::new("/home/me/.config/onecred/onecred.toml"));
/// ```
pub fn default_path(env: &Env) -> Option<PathBuf> {
    Some(config_directory(env)?.join("onecred.toml"))
}

/// The directory whose files the user put there: they need no further trust.
pub(crate) fn config_directory(env: &Env) -> Option<PathBuf> {
    Some(base(env, "XDG_CONFIG_HOME", ".config")?.join("onecred"))
}

/// Where the list of trusted files is.
pub(crate) fn state_directory(env: &Env) -> Option<PathBuf> {
    Some(base(env, "XDG_STATE_HOME", ".local/state")?.join("onecred"))
}

fn base(env: &Env, variable: &str, below_home: &str) -> Option<PathBuf> {
    // The XDG specification says to ignore relative paths; they would depend on the current directory.
    env.var(variable)
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| {
            let home = env.home().filter(|home| home.is_absolute())?;
            Some(home.join(below_home))
        })
}

/// Whether `file` was put into `directory` by name: the directory it is named in is resolved, the file
/// itself is not, since only who may write the directory can put a link there.
pub(crate) fn is_within(file: &Path, directory: &Path) -> bool {
    let Ok(file) = std::path::absolute(file) else {
        return false;
    };
    let Some(parent) = file.parent() else {
        return false;
    };
    match (parent.canonicalize(), directory.canonicalize()) {
        (Ok(parent), Ok(directory)) => parent.starts_with(directory),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_in_the_users_configuration_directory_or_nowhere() {
        let home = Env::empty().with_home("/home/me");
        for (env, expected) in [
            (home.clone(), Some("/home/me/.config/onecred/onecred.toml")),
            (
                home.clone().with("XDG_CONFIG_HOME", "/etc/me"),
                Some("/etc/me/onecred/onecred.toml"),
            ),
            (
                home.clone().with("XDG_CONFIG_HOME", "relative"),
                Some("/home/me/.config/onecred/onecred.toml"),
            ),
            (
                home.with("XDG_CONFIG_HOME", ""),
                Some("/home/me/.config/onecred/onecred.toml"),
            ),
            (Env::empty().with_home("relative"), None),
            (Env::empty(), None),
        ] {
            assert_eq!(default_path(&env).as_deref(), expected.map(Path::new));
        }
    }
}
