//! The credential is replaced while requests are in flight.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use onecred_core::CachedProvider;
use onecred_reqwest::Client;
use onecred_testkit::wire::{RecordedRequest, Recording, WireServer};

use super::cast::{self, Error, KEY, TOKEN, bearer, carried_only, client, token_provider};
use super::step::{Found, Outcome};

const TASKS: usize = 16;
const REQUESTS: usize = 2_000;
const REPLACES: usize = 20;
/// After each of so many answers somebody replaces.
const EVERY: usize = REQUESTS / (REPLACES + 1);

pub(super) async fn replace_under_load() -> Outcome {
    let server = WireServer::builder()
        .record(Recording::CountsOnly)
        .classify(|request| label(request).to_owned())
        .start()?;
    let client = client(&server, cast::key()?)?;
    let (provider, _) = token_provider(&[TOKEN]);
    let load = Arc::new(Load {
        url: server.url("/v1/messages"),
        client,
        provider,
        started: AtomicUsize::new(0),
        answered: AtomicUsize::new(0),
        failed: AtomicUsize::new(0),
        replaced: AtomicUsize::new(0),
    });
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| tokio::spawn(Arc::clone(&load).work()))
        .collect();
    for task in tasks {
        task.await??;
    }
    let counts = server.counts();
    let count = |label: &str| count(&counts, label);
    let failed = load.failed.load(Ordering::SeqCst);
    let replaced = load.replaced.load(Ordering::SeqCst);
    let (keys, tokens) = (count("key"), count("token"));
    let ok = keys > 0
        && tokens > 0
        && keys + tokens == REQUESTS
        && server.count() == REQUESTS
        && failed == 0
        && replaced == REPLACES;
    Ok(Found {
        did: format!(
            "{TASKS} tasks sent {REQUESTS} requests; the credential was replaced {replaced} times meanwhile"
        ),
        arrived: vec![
            format!("{keys} with the key, {tokens} with the token"),
            format!(
                "{} with both, {} with none, {} with anything else",
                count("both"),
                count("none"),
                count("other")
            ),
            format!("{failed} failed"),
        ],
        ok,
    })
}

struct Load {
    url: String,
    client: Client,
    provider: CachedProvider,
    started: AtomicUsize,
    answered: AtomicUsize,
    failed: AtomicUsize,
    replaced: AtomicUsize,
}

impl Load {
    async fn work(self: Arc<Self>) -> Result<(), Error> {
        // Each task has a clone of the client: they all see every replace.
        let client = self.client.clone();
        while self.started.fetch_add(1, Ordering::SeqCst) < REQUESTS {
            match client.get(&self.url).send().await {
                Ok(response) if response.status().is_success() => {}
                _ => {
                    self.failed.fetch_add(1, Ordering::SeqCst);
                }
            }
            let answered = self.answered.fetch_add(1, Ordering::SeqCst) + 1;
            if answered.is_multiple_of(EVERY) && answered / EVERY <= REPLACES {
                self.replace(answered / EVERY)?;
            }
        }
        Ok(())
    }

    fn replace(&self, number: usize) -> Result<(), Error> {
        let authenticator = self.client.authenticator();
        if number % 2 == 1 {
            authenticator.replace(self.provider.clone())?;
        } else {
            authenticator.replace(cast::key()?)?;
        }
        self.replaced.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

pub(super) fn label(request: &RecordedRequest) -> &'static str {
    if carried_only(request, "x-api-key", KEY) {
        "key"
    } else if carried_only(request, "authorization", &bearer(TOKEN)) {
        "token"
    } else {
        match request.credentials().len() {
            0 => "none",
            1 => "other",
            _ => "both",
        }
    }
}

fn count(counts: &BTreeMap<String, usize>, label: &str) -> usize {
    counts.get(label).copied().unwrap_or_default()
}
