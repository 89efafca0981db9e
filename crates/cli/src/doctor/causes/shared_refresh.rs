//! 21: one refresh token, several users of it.

use std::path::Path;
use std::time::SystemTime;

use crate::doctor::files;
use crate::doctor::finding::Findings;
use crate::doctor::scene::Scene;

pub(super) fn look(scene: &Scene<'_>, found: &mut Findings) {
    for (at, store) in scene.stores.iter().enumerate() {
        let Some(token) = &store.refresh_token else {
            continue;
        };
        for other in scene.stores.iter().skip(at + 1) {
            if other.refresh_token.as_ref() == Some(token) {
                found.warning(
                    "one refresh token is in two files; who renews it first logs the other out",
                    format!("{} and {}", store.shown(), other.shown()),
                    "log in separately in each program",
                );
            }
        }
        if store.expires_at == Some(SystemTime::UNIX_EPOCH) {
            found.warning(
                "a login does not know when its access token expires, so every process renews it",
                format!("{} says expiry 0", store.shown()),
                "log in again, with one process running",
            );
        }
        let holders = store.directory().map(lock_holders).unwrap_or_default();
        if holders.len() > 1 {
            let pids: Vec<String> = holders.iter().map(u32::to_string).collect();
            found.warning(
                "several processes hold locks on one login; a refresh token works once",
                format!(
                    "lock files beside {} name the running processes {}",
                    store.shown(),
                    pids.join(", ")
                ),
                "end all but one of them, or give each a login of its own",
            );
        }
    }
}

/// The processes that lock files name and that live.
fn lock_holders(directory: &Path) -> Vec<u32> {
    let mut pids: Vec<u32> = files::entries(directory)
        .iter()
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.ends_with(".lock") || name.contains(".lock.")
        })
        .filter_map(|path| files::text(path)?.split_whitespace().next()?.parse().ok())
        .filter(|pid| is_alive(*pid))
        .collect();
    pids.sort_unstable();
    pids.dedup();
    pids
}

/// Where the system has no `/proc`, nothing is claimed.
fn is_alive(pid: u32) -> bool {
    Path::new("/proc").join(pid.to_string()).exists()
}
