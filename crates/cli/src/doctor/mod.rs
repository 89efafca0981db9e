//! `onecred doctor`: what is wrong with the credentials around here, and how to put it right.
//!
//! Offline it reads variables and files, and nothing else: no helper is run, nothing is acquired or
//! refreshed. Each cause is a file in `causes`; a table lists them.

mod causes;
mod files;
mod finding;
mod probe;
mod scene;
mod stores;

use std::time::SystemTime;

use clap::Parser;
use onecred_core::{Clock, Env, ForeignPolicy, Outcome, SystemClock};
use serde::Serialize;

pub use finding::{Finding, Severity};

use crate::args::{self, Args, Command, TargetArgs, TargetName};
use crate::chosen::{Chosen, Refusal};
use crate::exit::{Exit, Failure};
use crate::explain;
use crate::output::{Output, Tone};
use finding::Findings;
use scene::Scene;

/// What was found, in the JSON contract of `doctor`.
#[derive(Debug, Serialize)]
pub struct Diagnosis {
    targets: Vec<explain::View>,
    findings: Vec<Finding>,
}

impl Diagnosis {
    /// The findings, worst first.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    fn exit(&self) -> Exit {
        match self.findings.first().map(|finding| finding.severity) {
            Some(Severity::Error) => Exit::Refused,
            Some(Severity::Warning) => Exit::Warnings,
            _ => Exit::Good,
        }
    }
}

/// Looks at an environment with the arguments of `onecred doctor`, at this time.
///
/// # Errors
/// One sentence where the arguments cannot be used.
pub fn diagnose(arguments: &[&str], env: &Env, now: SystemTime) -> Result<Diagnosis, String> {
    let line = ["onecred", "doctor"].iter().chain(arguments);
    let args = Args::try_parse_from(line).map_err(|error| error.kind().to_string())?;
    match args.command {
        Command::Doctor(args) => examine(&args, env, now).map_err(|failure| failure.message),
        _ => Err("not the arguments of doctor".to_owned()),
    }
}

pub(crate) fn run(args: &args::Doctor, env: &Env, out: &mut Output) -> Result<Exit, Failure> {
    let diagnosis = examine(args, env, SystemClock::new().now())?;
    if args.json {
        out.json(&diagnosis);
    } else {
        print(&diagnosis, out);
    }
    Ok(diagnosis.exit())
}

fn examine(args: &args::Doctor, env: &Env, now: SystemTime) -> Result<Diagnosis, Failure> {
    let is_asked = args.target.is_some();
    let default = TargetArgs::of(TargetName::Anthropic);
    let target = args.target.as_ref().unwrap_or(&default);
    let chosen = target.choose(ForeignPolicy::Reject, env);
    if let Err(refusal) = &chosen
        && refusal.failure.exit == Exit::Usage
    {
        return Err(Failure {
            exit: Exit::Usage,
            message: refusal.failure.message.clone(),
            hint: refusal.failure.hint.clone(),
        });
    }

    let mut scene = Scene::new(env, now, target, is_asked);
    let view = match &chosen {
        Ok(chosen) => {
            scene.report = Some(&chosen.report);
            scene.target = Some(&chosen.target);
            explain::View::new(target.name(), Some(&chosen.target), Some(&chosen.report))
        }
        Err(refusal) => {
            scene.report = refusal.report.as_ref();
            scene.target = refusal.target.as_ref();
            scene.setting = refusal.setting.as_ref();
            explain::View::refused(target.name(), refusal)
        }
    };
    let mut findings = causes::look(&scene);
    if args.online {
        findings.extend(probe::look(&scene));
    }
    findings.extend(without_a_cause(&scene, &chosen, &findings));
    findings.sort_by_key(|finding| finding.severity);
    Ok(Diagnosis {
        targets: vec![view],
        findings,
    })
}

/// No credential, and a refusal that no cause explains.
fn without_a_cause(
    scene: &Scene<'_>,
    chosen: &Result<Chosen, Box<Refusal>>,
    others: &[Finding],
) -> Vec<Finding> {
    let Err(refusal) = chosen else {
        return Vec::new();
    };
    let hint = refusal.failure.hint.clone();
    let fix = hint.unwrap_or_else(|| "correct what is named there".to_owned());
    let is_none = |report: &onecred_core::Report| report.outcome == Outcome::None;
    if refusal.setting.is_none() && refusal.report.as_ref().is_some_and(is_none) {
        let mut found = Findings::of("unset");
        let sources = refusal.report.iter().flat_map(|report| &report.attempts);
        let looked: Vec<String> = sources
            .map(|attempt| format!("{}: {}", attempt.source, attempt.detail))
            .collect();
        let what = "there is no credential for this target";
        // Who uses another vendor alone, or a program's own login, needs none.
        let needs_none = scene.scope == scene::Scope::Everything
            && (!scene.secrets.is_empty() || scene.stores.iter().any(stores::Store::is_login));
        let severity = if needs_none {
            Severity::Info
        } else {
            Severity::Error
        };
        found.add(severity, what, looked.join("; "), fix);
        return found.into_vec();
    }
    if others
        .iter()
        .any(|finding| finding.severity == Severity::Error)
    {
        return Vec::new();
    }
    let mut found = Findings::of("refused");
    found.error(
        "the credential is refused",
        refusal.failure.message.clone(),
        fix,
    );
    found.into_vec()
}

fn print(diagnosis: &Diagnosis, out: &mut Output) {
    for target in &diagnosis.targets {
        target.print_text(out);
        out.line("");
    }
    for finding in &diagnosis.findings {
        let tone = match finding.severity {
            Severity::Error => Tone::Bad,
            Severity::Warning => Tone::Caution,
            Severity::Info => Tone::Good,
        };
        let head = format!("{} {}", finding.code, finding.severity);
        out.headline(tone, &head, format_args!("  {}", finding.what));
        out.line(format_args!("  evidence  {}", finding.evidence));
        out.line(format_args!("  fix       {}", finding.fix));
        out.line("");
    }
    let count = |severity, name: &str| {
        let found = diagnosis.findings.iter();
        match found.filter(|one| one.severity == severity).count() {
            1 => format!("1 {name}"),
            count => format!("{count} {name}s"),
        }
    };
    if diagnosis.findings.is_empty() {
        out.headline(Tone::Good, "nothing wrong", " was found");
        return;
    }
    out.line(format_args!(
        "{}, {}, {}",
        count(Severity::Error, "error"),
        count(Severity::Warning, "warning"),
        count(Severity::Info, "note"),
    ));
}
