//! Events as events of the `tracing` facade.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use onecred_core::{CredentialFacts, Event, Observer, Untrusted};
use tracing::field::{Value, display};
use tracing::{Level, event};

/// Reports events under the target `onecred`: failures as `error` or `warn`, changes as `info`, refreshes as
/// `debug`. The fields are those of [`Event`], times in seconds.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct TracingObserver;

impl TracingObserver {
    /// Reports to whatever subscriber is there when an event happens.
    pub fn new() -> Self {
        Self
    }
}

/// One event about a credential that is known, or is not, at a level.
macro_rules! about {
    ($level:expr, $facts:expr, { $($field:tt)* }, $message:literal) => {{
        let facts: Option<&CredentialFacts> = $facts;
        event!(
            target: "onecred",
            $level,
            source = facts.map(|facts| display(&facts.source)),
            kind = facts.and_then(|facts| facts.kind).map(display),
            fingerprint = facts.and_then(|facts| facts.fingerprint.as_ref()).map(display),
            age = facts.and_then(|facts| seconds(facts.age)),
            expires_in = facts.and_then(|facts| seconds(facts.expires_in)),
            $($field)*
            $message
        )
    }};
}

impl Observer for TracingObserver {
    fn event(&self, event: &Event<'_>) {
        match event {
            Event::Resolved {
                target,
                source,
                kind,
                fingerprint,
                ..
            } => event!(
                target: "onecred",
                Level::INFO,
                client = shown(target),
                source = display(source),
                kind = kind.map(display),
                fingerprint = fingerprint.map(display),
                "credential source selected"
            ),
            Event::Refreshed {
                provider,
                kind,
                fingerprint,
                expires_in,
                took,
                ..
            } => event!(
                target: "onecred",
                Level::DEBUG,
                provider = shown(provider),
                kind = display(kind),
                fingerprint = display(fingerprint),
                expires_in = seconds(*expires_in),
                took = took.as_secs_f64(),
                "credential refreshed"
            ),
            Event::RefreshFailed {
                provider,
                error,
                still_usable,
                failures,
                took,
                credential,
                ..
            } => {
                macro_rules! failed {
                    ($level:expr, $message:literal) => {
                        about!($level, *credential, {
                            provider = shown(provider),
                            error = display(Chain(*error)),
                            failures = failures,
                            took = took.as_secs_f64(),
                        }, $message)
                    };
                }
                if *still_usable {
                    failed!(
                        Level::WARN,
                        "refresh failed, the old credential still serves"
                    );
                } else {
                    failed!(
                        Level::ERROR,
                        "refresh failed, there is no usable credential"
                    );
                }
            }
            Event::Rejected {
                target,
                status,
                credential,
                ..
            } => about!(Level::WARN, *credential, {
                client = shown(target),
                status = status.as_u16(),
            }, "credential rejected"),
            Event::Replayed {
                target, credential, ..
            } => about!(Level::INFO, Some(*credential), {
                client = shown(target),
            }, "request authorized again"),
            Event::Replaced {
                target, credential, ..
            } => about!(Level::INFO, Some(*credential), {
                client = shown(target),
            }, "auth replaced"),
            Event::Conflict {
                target, conflict, ..
            } => event!(
                target: "onecred",
                Level::ERROR,
                client = shown(target),
                conflict = display(conflict),
                "two credentials where one belongs"
            ),
            // Events of a later version of the core.
            _ => {}
        }
    }
}

/// Names may come from files.
fn shown(name: &str) -> impl Value + '_ {
    display(Untrusted::new(name))
}

fn seconds(duration: Option<Duration>) -> Option<f64> {
    duration.map(|duration| duration.as_secs_f64())
}

/// An error with its causes, in one line.
struct Chain<'a>(&'a (dyn Error + 'static));

/// Longer chains are somebody's loop.
const MOST_CAUSES: usize = 8;

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        for _ in 0..MOST_CAUSES {
            let Some(error) = cause else { break };
            write!(f, ": {}", Untrusted::new(&error.to_string()))?;
            cause = error.source();
        }
        Ok(())
    }
}
