//! Measures a warm `authorize` of onecred beside a hand-written floor and beside what other crates do when their
//! token is cached, all in one run. See README.md for what is and is not like with like.
//!
//! Two programs share that part of the library: `onecred-bench` takes the time, with the allocator that every program has;
//! `onecred-bench-allocations` counts allocations. One process cannot do both fairly: README.md says what a
//! counting allocator did to the times.
//!
//! A third one, `onecred-bench-keyed`, is about sets of many clients.

pub mod allocations;
pub mod args;
pub mod candidate;
pub mod floor;
pub mod gate;
pub mod keyed;
pub mod measure;
pub mod ours;
pub mod peers;
pub mod request;
pub mod table;
pub mod token_endpoint;

use tokio::runtime::{Builder, Runtime};

use candidate::{Candidate, Failure};
use measure::WORKERS;
use token_endpoint::TokenEndpoint;

/// The runtime that all candidates live on, with every candidate, warm and checked.
#[derive(Debug)]
pub struct Bench {
    /// Two workers.
    pub runtime: Runtime,
    /// In the order of the table: ours, the floor, the peers.
    pub candidates: Vec<Candidate>,
}

impl Bench {
    /// Builds every candidate and lets each authorize one request, which fetches its token.
    pub fn start() -> Result<Self, Failure> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(WORKERS)
            .enable_all()
            .build()?;
        let endpoint = TokenEndpoint::start()?;
        let candidates = runtime.block_on(async {
            // Inside the runtime, since some peers spawn a task when they are built.
            let mut all = ours::candidates().await?;
            all.extend(floor::candidates()?);
            all.extend(peers::candidates(&endpoint)?);
            for candidate in &all {
                candidate.check().await?;
            }
            Ok::<_, Failure>(all)
        })?;
        Ok(Self {
            runtime,
            candidates,
        })
    }
}
