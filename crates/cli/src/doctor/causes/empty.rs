//! 4: a variable that is set and holds nothing, which some programs take for a credential.

use onecred_core::{Env, is_blank};

use crate::doctor::finding::{Findings, Severity};
use crate::doctor::scene::{Scene, known};

pub(super) fn look(scene: &Scene<'_>, found: &mut Findings) {
    // An empty variable next to another credential is how some gateways tell to switch one off.
    let severity = if scene.secrets.is_empty() {
        Severity::Warning
    } else {
        Severity::Info
    };
    let mut names: Vec<String> = known(scene.scope)
        .map(|known| known.name.to_owned())
        .collect();
    if let Some(report) = scene.report {
        let sources = report.attempts.iter();
        names.extend(
            sources.filter_map(|attempt| {
                Some(attempt.source.as_str().strip_prefix("env:")?.to_owned())
            }),
        );
    }
    names.sort();
    names.dedup();
    for name in names {
        if let Some(how) = nothing_in(scene.env, &name) {
            found.add(
                severity,
                "a variable is set and holds nothing; some programs send it all the same",
                format!("{name} is {how}"),
                format!("unset {name}, or give it its value"),
            );
        }
    }
}

fn nothing_in(env: &Env, name: &str) -> Option<&'static str> {
    let value = env.var(name)?.to_str()?;
    match value {
        "" => Some("empty"),
        value if is_blank(value) => Some("white space only"),
        _ => None,
    }
}
