//! The one step of a reload that changes anything.

use std::collections::BTreeMap;

use onecred_core::{Auth, Authenticator, ProviderError, provider_fn};

use super::plan::Change;
use super::{Client, Clients};
use crate::error::{ConfigError, ConfigErrorKind};

/// What a reload did, by the names of the clients.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reloaded {
    /// New clients.
    pub added: Vec<String>,
    /// Clients with another auth, which their handles carry already.
    pub replaced: Vec<String>,
    /// Clients with another target: take them from the registry again.
    pub retargeted: Vec<String>,
    /// Clients that are gone.
    pub removed: Vec<String>,
    /// Clients that were not touched.
    pub unchanged: Vec<String>,
}

impl Reloaded {
    /// Whether anything was touched.
    pub fn is_change(&self) -> bool {
        let touched = [&self.added, &self.replaced, &self.retargeted, &self.removed];
        touched.iter().any(|names| !names.is_empty())
    }
}

pub(super) fn apply(
    clients: &mut Clients,
    changes: BTreeMap<String, Change>,
) -> Result<Reloaded, ConfigError> {
    let mut done = Reloaded::default();
    let gone: Vec<String> = clients
        .keys()
        .filter(|name| !changes.contains_key(*name))
        .cloned()
        .collect();
    for name in gone {
        if let Some(client) = clients.remove(&name) {
            retire(&name, &client.handle, "was removed from the configuration");
        }
        done.removed.push(name);
    }
    for (name, change) in changes {
        match change {
            Change::Keep => done.unchanged.push(name),
            Change::Replace(auth, identity) => {
                if let Some(client) = clients.get_mut(&name) {
                    client.handle.replace(auth).map_err(|error| {
                        let message = "the new credential cannot be placed";
                        ConfigError::new(ConfigErrorKind::Target, &name, None, message)
                            .with_source(error)
                    })?;
                    client.identity = identity;
                }
                done.replaced.push(name);
            }
            Change::New(handle, identity) => {
                let before = clients.insert(name.clone(), Client { handle, identity });
                match before {
                    Some(before) => {
                        let why = "has another target now; take it from the registry again";
                        retire(&name, &before.handle, why);
                        done.retargeted.push(name);
                    }
                    None => done.added.push(name),
                }
            }
        }
    }
    Ok(done)
}

/// From now on the handle fails, and says why.
fn retire(name: &str, handle: &Authenticator, why: &'static str) {
    let message = format!("client `{name}` {why}");
    let provider = provider_fn(format!("client {name}"), move |_cx| {
        let error = ProviderError::misconfigured(message.clone());
        async move { Err(error) }
    });
    // A provider is never refused: where its credential goes is not known before it gives one.
    let _epoch = handle.replace(Auth::provider(provider));
}
