//! Counts the allocations of every candidate and prints them as JSON. `onecred-bench` runs this by itself.

use std::io::Write;

use onecred_bench::Bench;
use onecred_bench::allocations::{Allocations, CALLS};
use onecred_bench::candidate::{Candidate, Failure};

fn main() -> Result<(), Failure> {
    let bench = Bench::start()?;
    let counts: Vec<Allocations> = bench
        .candidates
        .iter()
        .map(|candidate| count(&bench, candidate))
        .collect::<Result<_, _>>()?;
    let text = serde_json::to_string(&counts)?;
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(())
}

/// A loop twice as long against a loop, so that what happens once cancels out.
fn count(bench: &Bench, candidate: &Candidate) -> Result<Allocations, Failure> {
    let total = |calls: u64| {
        let mut outcome = Ok(());
        let info = allocation_counter::measure(|| {
            outcome = bench.runtime.block_on(candidate.run(calls)).map(drop);
        });
        outcome.map(|()| info)
    };
    let (once, twice) = (total(CALLS)?, total(2 * CALLS)?);
    let per_call = |once: u64, twice: u64| twice.saturating_sub(once) as f64 / CALLS as f64;
    Ok(Allocations {
        name: candidate.name.to_owned(),
        count: per_call(once.count_total, twice.count_total),
        bytes: per_call(once.bytes_total, twice.bytes_total),
    })
}
