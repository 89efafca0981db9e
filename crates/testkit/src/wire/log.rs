//! What the server remembers.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use super::lock;
use super::malformed::Malformed;
use super::request::RecordedRequest;

/// How much the server remembers of each request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Recording {
    /// The whole request.
    #[default]
    All,
    /// Nothing but the tally and the counts by label: for load, where keeping the requests would be the load.
    CountsOnly,
}

/// How many requests arrived, by the number of credentials on them. Malformed ones are not in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Tally {
    /// All of them.
    pub total: usize,
    /// Those with exactly one credential.
    pub one_credential: usize,
    /// Those with no credential.
    pub none: usize,
    /// Those with two or more.
    pub several: usize,
}

#[derive(Default)]
struct Entries {
    requests: Vec<Arc<RecordedRequest>>,
    tally: Tally,
    counts: BTreeMap<String, usize>,
    malformed: Vec<Malformed>,
}

pub(super) struct Log {
    recording: Recording,
    entries: Mutex<Entries>,
}

impl Log {
    pub(super) fn new(recording: Recording) -> Self {
        Self {
            recording,
            entries: Mutex::default(),
        }
    }

    /// Numbers and remembers a request. This is before it is answered: whoever sees the answer finds the request here.
    pub(super) fn record(&self, mut request: RecordedRequest) -> Arc<RecordedRequest> {
        let mut entries = lock(&self.entries);
        let tally = &mut entries.tally;
        request.number = tally.total;
        tally.total += 1;
        match request.credentials().len() {
            0 => tally.none += 1,
            1 => tally.one_credential += 1,
            _ => tally.several += 1,
        }
        let request = Arc::new(request);
        if self.recording == Recording::All {
            entries.requests.push(Arc::clone(&request));
        }
        request
    }

    pub(super) fn count_label(&self, label: String) {
        *lock(&self.entries).counts.entry(label).or_default() += 1;
    }

    pub(super) fn record_malformed(&self, why: Malformed) {
        lock(&self.entries).malformed.push(why);
    }

    pub(super) fn requests(&self) -> Vec<RecordedRequest> {
        let requests = lock(&self.entries).requests.clone();
        requests.into_iter().map(Arc::unwrap_or_clone).collect()
    }

    pub(super) fn take(&self) -> Vec<RecordedRequest> {
        let requests = std::mem::take(&mut lock(&self.entries).requests);
        requests.into_iter().map(Arc::unwrap_or_clone).collect()
    }

    pub(super) fn tally(&self) -> Tally {
        lock(&self.entries).tally
    }

    pub(super) fn counts(&self) -> BTreeMap<String, usize> {
        lock(&self.entries).counts.clone()
    }

    pub(super) fn malformed(&self) -> Vec<Malformed> {
        lock(&self.entries).malformed.clone()
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Log")
            .field("recording", &self.recording)
            .field("tally", &self.tally())
            .field("malformed", &self.malformed().len())
            .finish_non_exhaustive()
    }
}
