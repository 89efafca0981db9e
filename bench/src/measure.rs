//! Sampling: hand-written loops, round robin over all candidates, medians.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use tokio::runtime::Runtime;
use tokio::task::unconstrained;

use crate::Bench;
use crate::candidate::{Candidate, Failure, Span};
use crate::gate::Gate;

/// Worker threads of the runtime.
pub const WORKERS: usize = 2;
/// Tasks at once in the mode with workers.
pub const TASKS: usize = 8;
/// Calls that a calibration starts with.
const FIRST_TRY: u64 = 1024;

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Samples of each candidate in each mode.
    pub samples: usize,
    /// A sample takes at least this long, and about twice as long at most.
    pub at_least: Duration,
}

impl Plan {
    /// 21 samples of 8 to 16 ms unless told otherwise; a few short ones when `quick`.
    pub fn new(samples: Option<usize>, quick: bool) -> Self {
        let (usual, at_least) = if quick { (3, 1) } else { (21, 8) };
        Self {
            samples: samples.unwrap_or(usual),
            at_least: Duration::from_millis(at_least),
        }
    }
}

/// Samples of one candidate.
#[derive(Debug)]
pub struct Times {
    /// All calls on one thread.
    pub one_thread: Samples,
    /// Wall time per call of tasks on workers.
    pub workers: Samples,
}

/// Nanoseconds per call, in the order of the rounds.
#[derive(Debug)]
pub struct Samples(Vec<f64>);

/// Nanoseconds per call, summed up.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Stats {
    /// Median of the samples.
    pub median: f64,
    /// The fastest sample.
    pub min: f64,
    /// The slowest sample.
    pub max: f64,
}

impl Samples {
    /// Median, fastest and slowest.
    pub fn stats(&self) -> Stats {
        let of = |best: fn(f64, f64) -> f64| self.0.iter().copied().fold(f64::NAN, best);
        Stats {
            median: median(self.0.clone()),
            min: of(f64::min),
            max: of(f64::max),
        }
    }

    /// Median of the ratios within each round: what slows a whole round down falls out.
    pub fn ratio_to(&self, floor: &Self) -> f64 {
        median(
            self.0
                .iter()
                .zip(&floor.0)
                .map(|(ours, floor)| ours / floor)
                .collect(),
        )
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match (values.get(middle), values.len() % 2) {
        (Some(&upper), 0) => f64::midpoint(values[middle - 1], upper),
        (Some(&value), _) => value,
        (None, _) => f64::NAN,
    }
}

/// Takes all samples, in the order of the candidates.
pub fn times(bench: &Bench, plan: &Plan) -> Result<Vec<Times>, Failure> {
    let one_thread = sample_all(bench, plan, one_thread)?;
    let workers = sample_all(bench, plan, on_workers)?;
    Ok(one_thread
        .into_iter()
        .zip(workers)
        .map(|(one_thread, workers)| Times {
            one_thread,
            workers,
        })
        .collect())
}

/// A mode: makes at least that many calls; gives the wall time and the calls really made.
type Mode = fn(&Runtime, &Candidate, u64) -> Result<(Duration, u64), Failure>;

/// Takes the n-th sample of every candidate before the next of any, so that a burst of other load falls on all alike.
fn sample_all(bench: &Bench, plan: &Plan, mode: Mode) -> Result<Vec<Samples>, Failure> {
    let calls: Vec<u64> = bench
        .candidates
        .iter()
        .map(|candidate| calibrate(&bench.runtime, candidate, plan.at_least, mode))
        .collect::<Result<_, _>>()?;
    let mut samples = vec![Vec::with_capacity(plan.samples); calls.len()];
    for _ in 0..plan.samples {
        for ((candidate, &calls), samples) in bench.candidates.iter().zip(&calls).zip(&mut samples)
        {
            let (wall, calls) = mode(&bench.runtime, candidate, calls)?;
            samples.push(wall.as_nanos() as f64 / calls as f64);
        }
    }
    Ok(samples.into_iter().map(Samples).collect())
}

/// Doubles the calls until a sample takes long enough. Its calls also warm caches and branch predictors.
fn calibrate(
    runtime: &Runtime,
    candidate: &Candidate,
    at_least: Duration,
    mode: Mode,
) -> Result<u64, Failure> {
    let mut calls = FIRST_TRY;
    while mode(runtime, candidate, calls)?.0 < at_least {
        calls *= 2;
    }
    Ok(calls)
}

/// All calls in one loop on the calling thread.
///
/// Here and below without tokio's budget, which would charge the length of the loop to candidates with a tokio lock.
fn one_thread(
    runtime: &Runtime,
    candidate: &Candidate,
    calls: u64,
) -> Result<(Duration, u64), Failure> {
    let span = runtime.block_on(unconstrained(candidate.run(calls)))?;
    Ok((span.to - span.from, calls))
}

/// [`TASKS`] tasks on [`WORKERS`] workers. Wall time runs from the first task's first call to the last one's last.
fn on_workers(
    runtime: &Runtime,
    candidate: &Candidate,
    calls: u64,
) -> Result<(Duration, u64), Failure> {
    let each = calls.div_ceil(TASKS as u64);
    let gate = Arc::new(Gate::new(WORKERS));
    let start = || {
        let (gate, running) = (Arc::clone(&gate), candidate.run(each));
        unconstrained(async move {
            gate.pass().await;
            running.await
        })
    };
    let spans = runtime.block_on(async {
        let tasks: Vec<_> = (0..TASKS).map(|_| tokio::spawn(start())).collect();
        let mut spans = Vec::with_capacity(TASKS);
        for task in tasks {
            spans.push(task.await??);
        }
        Ok::<Vec<Span>, Failure>(spans)
    })?;
    let from = spans
        .iter()
        .map(|span| span.from)
        .min()
        .ok_or("no task ran")?;
    let to = spans
        .iter()
        .map(|span| span.to)
        .max()
        .ok_or("no task ran")?;
    Ok((to - from, each * TASKS as u64))
}
