//! One row of the table.

use std::error::Error;

use serde::Serialize;

/// What a step found out, before it has a place in the story.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) did: String,
    pub(super) arrived: Vec<String>,
    pub(super) ok: bool,
}

/// A step fails with what stopped it.
pub(super) type Outcome = Result<Found, Box<dyn Error + Send + Sync>>;

#[derive(Debug, Serialize)]
pub(super) struct Step {
    step: usize,
    name: &'static str,
    did: String,
    arrived: Vec<String>,
    pub(super) ok: bool,
}

impl Step {
    pub(super) fn of(step: usize, name: &'static str, outcome: Outcome) -> Self {
        let found = outcome.unwrap_or_else(|error| Found {
            did: "stopped by an error".to_owned(),
            arrived: vec![error.to_string()],
            ok: false,
        });
        Self {
            step,
            name,
            did: found.did,
            arrived: found.arrived,
            ok: found.ok,
        }
    }

    pub(super) fn row(&self) -> [String; 5] {
        [
            self.step.to_string(),
            self.name.to_owned(),
            self.did.clone(),
            self.arrived.join("\n"),
            if self.ok { "ok" } else { "failed" }.to_owned(),
        ]
    }
}
