//! `onecred explain`: which credential would be used, and why.

use onecred_core::{Attempt, Env, ForeignPolicy, Outcome, Report, Target};
use serde::Serialize;

use crate::args;
use crate::chosen::{Chosen, Refusal};
use crate::exit::{Exit, Failure};
use crate::output::{Output, Tone};
use crate::shown;

/// The JSON contract of `explain`.
#[derive(Debug, Serialize)]
pub(crate) struct View {
    target: TargetView,
    outcome: &'static str,
    selected: Option<SelectedView>,
    attempts: Vec<AttemptView>,
}

#[derive(Debug, Serialize)]
struct TargetView {
    name: String,
    base_url: Option<String>,
    origins: Vec<String>,
}

#[derive(Debug, Serialize)]
struct SelectedView {
    source: String,
    kind: Option<&'static str>,
    header: Option<String>,
    fingerprint: Option<String>,
    expires_at: Option<String>,
}

#[derive(Debug, Serialize)]
struct AttemptView {
    source: String,
    outcome: &'static str,
    kind: Option<&'static str>,
    detail: String,
}

pub(crate) fn run(args: &args::Explain, env: &Env, out: &mut Output) -> Result<Exit, Failure> {
    match args.target.choose(ForeignPolicy::Reject, env) {
        Ok(Chosen {
            target,
            report,
            notes,
            ..
        }) => {
            let view = View::new(args.target.name(), Some(&target), Some(&report));
            view.print(args.json, out);
            for note in notes {
                out.note(note);
            }
            Ok(Exit::of_outcome(report.outcome))
        }
        Err(refusal) => {
            let refusal = *refusal;
            if refusal.failure.exit != Exit::Usage {
                View::refused(args.target.name(), &refusal).print(args.json, out);
            }
            Err(refusal.failure)
        }
    }
}

impl View {
    pub(crate) fn new(name: &str, target: Option<&Target>, report: Option<&Report>) -> Self {
        let attempts = report.map_or(&[][..], |report| &report.attempts);
        Self {
            target: TargetView::new(name, target),
            outcome: report
                .map_or(Outcome::Invalid, |report| report.outcome)
                .as_str(),
            selected: target.zip(report).and_then(|(target, report)| {
                let selected = report.selected.as_ref()?;
                Some(SelectedView {
                    source: selected.source.to_string(),
                    kind: selected.kind.map(|kind| kind.as_str()),
                    header: selected
                        .kind
                        .and_then(|kind| shown::header_of(kind, target)),
                    fingerprint: selected.fingerprint.as_ref().map(ToString::to_string),
                    expires_at: selected.expires_at.and_then(onecred_core::rfc3339),
                })
            }),
            attempts: attempts.iter().map(AttemptView::new).collect(),
        }
    }

    pub(crate) fn refused(name: &str, refusal: &Refusal) -> Self {
        let mut view = Self::new(name, refusal.target.as_ref(), refusal.report.as_ref());
        if let Some((source, detail)) = &refusal.setting {
            view.outcome = Outcome::Invalid.as_str();
            view.selected = None;
            view.attempts.push(AttemptView {
                source: source.clone(),
                outcome: "invalid",
                kind: None,
                detail: detail.clone(),
            });
        } else if refusal.report.is_none() {
            view.outcome = Outcome::Conflict.as_str();
        }
        view
    }

    fn print(&self, json: bool, out: &mut Output) {
        if json {
            out.json(self);
        } else {
            self.print_text(out);
        }
    }

    pub(crate) fn print_text(&self, out: &mut Output) {
        out.line(format_args!("target     {}", self.target.name));
        if let Some(url) = &self.target.base_url {
            out.line(format_args!("base URL   {url}"));
        }
        for origin in &self.target.origins {
            out.line(format_args!("goes to    {origin}"));
        }
        match &self.selected {
            Some(selected) => out.headline(Tone::Good, "selected   ", selected.sentence()),
            None => out.headline(Tone::Bad, "outcome    ", self.outcome),
        }
        if !self.attempts.is_empty() {
            out.line("");
            let rows = self.attempts.iter().map(|attempt| {
                [
                    attempt.source.clone(),
                    attempt.outcome.to_owned(),
                    attempt.kind.unwrap_or("-").to_owned(),
                    attempt.detail.clone(),
                ]
            });
            out.table(["source", "outcome", "kind", "detail"], rows.collect());
        }
    }
}

impl TargetView {
    fn new(name: &str, target: Option<&Target>) -> Self {
        Self {
            name: onecred_core::Untrusted::sanitize(name),
            base_url: target.and_then(Target::base_url).map(shown::base_url),
            origins: target.map_or_else(Vec::new, |target| {
                target.origins().iter().map(ToString::to_string).collect()
            }),
        }
    }
}

impl SelectedView {
    fn sentence(&self) -> String {
        let mut sentence = self.source.clone();
        if let Some(fingerprint) = &self.fingerprint {
            sentence.push_str(&format!(", {fingerprint}"));
        }
        if let Some(header) = &self.header {
            sentence.push_str(&format!(", sent as header `{header}`"));
        }
        if let Some(at) = &self.expires_at {
            sentence.push_str(&format!(", expires at {at}"));
        }
        sentence
    }
}

impl AttemptView {
    fn new(attempt: &Attempt) -> Self {
        Self {
            source: attempt.source.to_string(),
            outcome: attempt.outcome.as_str(),
            kind: attempt.kind.map(|kind| kind.as_str()),
            detail: attempt.detail.clone(),
        }
    }
}
