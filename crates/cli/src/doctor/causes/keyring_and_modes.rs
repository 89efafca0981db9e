//! 24: a keyring that nobody answers for, and files with secrets that others can read.

use std::path::{Path, PathBuf};

use crate::doctor::files;
use crate::doctor::finding::Findings;
use crate::doctor::scene::{Scene, Scope};
use crate::doctor::stores;

pub(super) fn look(scene: &Scene<'_>, found: &mut Findings) {
    for path in secret_files(scene) {
        mode(&path, found);
    }
    if cfg!(target_os = "linux") && scene.scope == Scope::Everything {
        keyring(scene, found);
    }
}

fn secret_files(scene: &Scene<'_>) -> Vec<PathBuf> {
    let stores = scene.stores.iter().map(|store| store.path.clone());
    let mut paths: Vec<PathBuf> = stores.collect();
    if scene.scope == Scope::Everything {
        let env = scene.env;
        let shared = env.text("AWS_SHARED_CREDENTIALS_FILE").map(PathBuf::from);
        paths.extend(shared.or_else(|| Some(env.home()?.join(".aws/credentials"))));
        paths.extend(
            env.text("GOOGLE_APPLICATION_CREDENTIALS")
                .map(PathBuf::from),
        );
    }
    paths
}

#[cfg(unix)]
fn mode(path: &Path, found: &mut Findings) {
    use std::os::unix::fs::PermissionsExt;
    let Ok(about) = path.metadata() else { return };
    let mode = about.permissions().mode() & 0o777;
    if about.is_file() && mode & 0o077 != 0 {
        found.warning(
            "a file with secrets is open to other users",
            format!("{} has mode {mode:04o}", files::shown(path)),
            format!("chmod 600 {}", files::shown(path)),
        );
    }
}

#[cfg(not(unix))]
fn mode(_: &Path, _: &mut Findings) {}

/// Only where something is configured to use it; whether it is locked cannot be seen without asking it.
fn keyring(scene: &Scene<'_>, found: &mut Findings) {
    let env = scene.env;
    let Some(user) = keyring_user(scene) else {
        return;
    };
    let runtime = env.text("XDG_RUNTIME_DIR").map(PathBuf::from);
    let has_socket = runtime.is_some_and(|path| path.join("bus").exists());
    if env.text("DBUS_SESSION_BUS_ADDRESS").is_some() || has_socket {
        return;
    }
    let mut signs = vec!["DBUS_SESSION_BUS_ADDRESS is not set and there is no session bus"];
    if env.text("DISPLAY").is_none() && env.text("WAYLAND_DISPLAY").is_none() {
        signs.push("there is no display");
    }
    if env.text("WSL_DISTRO_NAME").is_some() {
        signs.push("this is WSL");
    }
    if env.text("KUBERNETES_SERVICE_HOST").is_some() || env.text("container").is_some() {
        signs.push("this is a container");
    }
    found.warning(
        "a keyring is configured, and no session is there that could have one",
        format!("{user}; {}", signs.join("; ")),
        "keep the credential in a file with mode 0600, or start a session with dbus-run-session",
    );
}

fn keyring_user(scene: &Scene<'_>) -> Option<String> {
    let home = scene.env.home();
    let configuration = scene
        .env
        .text("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(home?.join(".config")));
    let own = configuration.map(|path| path.join("onecred/onecred.toml"));
    let codex = stores::codex_directory(scene.env).map(|path| path.join("config.toml"));
    if let Some(path) = codex
        && has_line(&path, |line| {
            line.strip_prefix("cli_auth_credentials_store")
                .is_some_and(|rest| rest.trim_matches([' ', '=', '"', '\'']) == "keyring")
        })
    {
        return Some(format!(
            "codex keeps its login there ({})",
            files::shown(&path)
        ));
    }
    if let Some(path) = own
        && has_line(&path, |line| {
            !line.starts_with('#') && line.contains("keyring")
        })
    {
        return Some(format!("{} names one", files::shown(&path)));
    }
    None
}

fn has_line(path: &Path, is_it: impl Fn(&str) -> bool) -> bool {
    let text = files::text(path).unwrap_or_default();
    text.lines().any(|line| is_it(line.trim()))
}
