//! The report: a table for people, JSON for programs.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;

use crate::allocations::Allocations;
use crate::candidate::{Candidate, Failure, Group};
use crate::floor::{COARSE, PRECISE};
use crate::measure::{Plan, Samples, Stats, TASKS, Times, WORKERS};
use crate::peers::CRATES;

/// The lock file that this binary was built from, for the versions.
const LOCK: &str = include_str!("../Cargo.lock");

/// Everything that a run found.
#[derive(Debug, Serialize)]
pub struct Report {
    cpu: String,
    cpus: usize,
    versions: BTreeMap<&'static str, &'static str>,
    samples: usize,
    sample_at_least_ms: u128,
    tasks: usize,
    workers: usize,
    rows: Vec<Row>,
}

/// Everything known of one candidate.
#[derive(Debug, Serialize)]
struct Row {
    group: Group,
    name: &'static str,
    one_thread: Rated,
    workers: Rated,
    /// Allocations per call, when they were counted.
    allocations: Option<f64>,
    /// Bytes allocated per call.
    bytes: Option<f64>,
    /// Tokens fetched while timing, where that is known; 1 means that all calls but the first were hits.
    token_fetches: Option<u64>,
}

/// Times with their ratios to both floors.
#[derive(Debug, Clone, Copy, Serialize)]
struct Rated {
    #[serde(flatten)]
    ns: Stats,
    /// Against the floor with the precise clock.
    floor: Option<f64>,
    /// Against the floor with the coarse clock, where there is one.
    coarse_floor: Option<f64>,
}

impl Report {
    /// Rates the times. `times` are in the order of the candidates.
    pub fn new(
        plan: &Plan,
        candidates: &[Candidate],
        times: &[Times],
        allocations: &[Allocations],
    ) -> Self {
        let rate = |pick: fn(&Times) -> &Samples, times_of: &Times| {
            let against = |name| {
                let index = candidates
                    .iter()
                    .position(|candidate| candidate.name == name)?;
                Some(pick(times_of).ratio_to(pick(times.get(index)?)))
            };
            Rated {
                ns: pick(times_of).stats(),
                floor: against(PRECISE),
                coarse_floor: against(COARSE),
            }
        };
        let row = |(candidate, times_of): (&Candidate, &Times)| {
            let counted = allocations
                .iter()
                .find(|counted| counted.name == candidate.name);
            Row {
                group: candidate.group,
                name: candidate.name,
                one_thread: rate(|times| &times.one_thread, times_of),
                workers: rate(|times| &times.workers, times_of),
                allocations: counted.map(|counted| counted.count),
                bytes: counted.map(|counted| counted.bytes),
                token_fetches: candidate.fetches(),
            }
        };
        Self {
            cpu: cpu(),
            cpus: std::thread::available_parallelism().map_or(0, usize::from),
            versions: CRATES.iter().map(|&name| (name, version(name))).collect(),
            samples: plan.samples,
            sample_at_least_ms: plan.at_least.as_millis(),
            tasks: TASKS,
            workers: WORKERS,
            rows: candidates.iter().zip(times).map(row).collect(),
        }
    }

    /// For programs.
    pub fn json(&self) -> Result<String, Failure> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// For people.
    pub fn text(&self) -> String {
        let mut out = format!(
            "A warm credential placed on a request: 1 KB bearer, a HeaderMap with 8 other headers.\n\
             Every row ends with the same insert and a remove, so that each call starts alike; both are in its time.\n\
             Only ours and the floor check the origin and look for foreign credentials. See README.md.\n\n\
             cpu       {} ({} online)\n\
             method    median (min..max) of {} samples of {} ms or more, round robin; allocations in a pass of their own\n\
             workers   {} tasks on {} workers; wall ns per call\n\
             x, xc     median of each round's ratio to the floor with SystemTime, and to that with the coarse clock\n\
             versions  {}\n\n",
            self.cpu,
            self.cpus,
            self.samples,
            self.sample_at_least_ms,
            self.tasks,
            self.workers,
            self.versions
                .iter()
                .map(|(name, version)| format!("{name} {version}"))
                .collect::<Vec<_>>()
                .join(", "),
        );
        let cells: Vec<[String; COLUMNS]> = std::iter::once(HEADINGS.map(str::to_owned))
            .chain(self.rows.iter().map(Row::cells))
            .collect();
        let widths: [usize; COLUMNS] = std::array::from_fn(|column| {
            cells.iter().map(|row| row[column].len()).max().unwrap_or(0)
        });
        for row in &cells {
            push_line(&mut out, row, &widths);
        }
        if self.rows.iter().any(|row| row.allocations.is_none()) {
            out.push_str("\nAllocations were not counted: `cargo build --release` builds the program that does it.\n");
        }
        out
    }
}

const COLUMNS: usize = 12;
const HEADINGS: [&str; COLUMNS] = [
    "candidate",
    "1 thread ns",
    "min..max",
    "x",
    "xc",
    "workers ns",
    "min..max",
    "x",
    "xc",
    "allocs",
    "bytes",
    "fetches",
];

impl Row {
    fn cells(&self) -> [String; COLUMNS] {
        let range = |stats: Stats| format!("{:.1}..{:.1}", stats.min, stats.max);
        let figure = |value: Option<f64>, digits: usize| match value {
            Some(value) => format!("{value:.digits$}"),
            None => "-".to_owned(),
        };
        [
            self.name.to_owned(),
            format!("{:.1}", self.one_thread.ns.median),
            range(self.one_thread.ns),
            figure(self.one_thread.floor, 2),
            figure(self.one_thread.coarse_floor, 2),
            format!("{:.1}", self.workers.ns.median),
            range(self.workers.ns),
            figure(self.workers.floor, 2),
            figure(self.workers.coarse_floor, 2),
            figure(self.allocations, 2),
            figure(self.bytes, 0),
            self.token_fetches
                .map_or_else(|| "-".to_owned(), |count| count.to_string()),
        ]
    }
}

/// Names to the left, figures to the right.
fn push_line(out: &mut String, row: &[String; COLUMNS], widths: &[usize; COLUMNS]) {
    for (column, (cell, &width)) in row.iter().zip(widths).enumerate() {
        // Writing to a String cannot fail.
        let _ = if column == 0 {
            write!(out, "{cell:<width$}")
        } else {
            write!(out, "  {cell:>width$}")
        };
    }
    out.push('\n');
}

/// The locked version of a crate.
fn version(name: &str) -> &'static str {
    let entry = format!("name = \"{name}\"\nversion = \"");
    LOCK.split_once(&entry)
        .and_then(|(_, rest)| rest.split_once('"'))
        .map_or("?", |(version, _)| version)
}

/// The processor's name, where the system tells it in a file.
fn cpu() -> String {
    std::fs::read_to_string("/proc/cpuinfo")
        .ok()
        .and_then(|text| {
            let line = text.lines().find(|line| line.starts_with("model name"))?;
            Some(line.split_once(':')?.1.trim().to_owned())
        })
        .unwrap_or_else(|| "unknown".to_owned())
}
