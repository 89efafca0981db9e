//! `onecred demo`: the story of the library on real sockets, told by what arrived there.
//!
//! Every verdict is computed from the requests that servers of this process recorded below any HTTP
//! library.

mod basics;
mod cast;
mod load;
mod redirect;
mod refusals;
mod step;

#[cfg(test)]
mod tests;

use serde::Serialize;

use crate::args;
use crate::exit::{Exit, Failure};
use crate::output::{Output, Tone};
use step::Step;

#[derive(Debug, Serialize)]
struct Story {
    steps: Vec<Step>,
    ok: bool,
}

pub(crate) fn run(args: &args::Demo, out: &mut Output) -> Result<Exit, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|_| Failure::new(Exit::ProviderFailed, "no thread can be started"))?;
    if !args.json {
        out.line("Real requests to servers inside this process; no account, no network.");
        out.line(
            "Credentials are shown as fingerprints: their last 4 characters and a short hash.",
        );
        out.line("");
    }
    let story = runtime.block_on(tell());
    if args.json {
        out.json(&story);
    } else {
        story.print(out);
    }
    Ok(if story.ok {
        Exit::Good
    } else {
        Exit::ProviderFailed
    })
}

async fn tell() -> Story {
    let steps = vec![
        Step::of(1, "static key", basics::static_key().await),
        Step::of(2, "derive", basics::derive().await),
        Step::of(3, "hot replace", load::replace_under_load().await),
        Step::of(4, "conflict", refusals::conflict()),
        Step::of(5, "stray header", refusals::stray_header().await),
        Step::of(6, "redirect", redirect::to_another_origin().await),
        Step::of(7, "401", basics::refresh_and_replay().await),
    ];
    let ok = steps.iter().all(|step| step.ok);
    Story { steps, ok }
}

impl Story {
    fn print(&self, out: &mut Output) {
        let rows = self.steps.iter().map(Step::row).collect();
        out.table(
            ["", "step", "what was done", "what arrived", "verdict"],
            rows,
        );
        out.line("");
        let held = self.steps.iter().filter(|step| step.ok).count();
        let (tone, word) = if self.ok {
            (Tone::Good, "ok")
        } else {
            (Tone::Bad, "failed")
        };
        let all = self.steps.len();
        out.headline(tone, word, format_args!(": {held} of {all} steps held"));
        out.line("");
        out.line("Next, with your own environment (no network either):");
        out.line("  onecred explain --target anthropic");
        out.line("  onecred headers --target anthropic --url /v1/messages");
    }
}
