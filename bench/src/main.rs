//! Takes the times, has the allocations counted, prints the report.

use std::io::Write;
use std::process::ExitCode;

use onecred_bench::args::{Args, USAGE};
use onecred_bench::candidate::Failure;
use onecred_bench::measure::{self, Plan};
use onecred_bench::table::Report;
use onecred_bench::{Bench, allocations};

fn main() -> ExitCode {
    let args = match Args::parse(std::env::args().skip(1)) {
        Ok(Some(args)) => args,
        Ok(None) => {
            // A closed stdout is not worth an error.
            let _ = std::io::stdout().write_all(USAGE.as_bytes());
            return ExitCode::SUCCESS;
        }
        Err(complaint) => {
            let _ = writeln!(std::io::stderr(), "{complaint}\n\n{USAGE}");
            return ExitCode::from(64);
        }
    };
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let _ = writeln!(std::io::stderr(), "onecred-bench: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Measures every candidate and prints the report.
fn run(args: &Args) -> Result<(), Failure> {
    if cfg!(debug_assertions) {
        writeln!(
            std::io::stderr(),
            "warning: a debug build; build with --release for figures that mean something"
        )?;
    }
    let plan = Plan::new(args.samples, args.quick);
    let bench = Bench::start()?;
    let times = measure::times(&bench, &plan)?;
    let allocations = allocations::from_sibling()?;
    let report = Report::new(&plan, &bench.candidates, &times, &allocations);
    let text = if args.json {
        report.json()?
    } else {
        report.text()
    };
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(())
}
