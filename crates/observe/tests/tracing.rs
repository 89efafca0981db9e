//! What a subscriber gets to see.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};

use onecred_observe::TracingObserver;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

#[derive(Clone, Default)]
struct Recording(Arc<Mutex<Vec<String>>>);

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {}={value:?}", field.name()).unwrap();
    }
}

impl Subscriber for Recording {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "onecred"
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        let mut line = Line(event.metadata().level().to_string());
        event.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[test]
fn every_event_is_reported_with_its_fields_and_no_secret() {
    let recording = Recording::default();
    let secrets = tracing::subscriber::with_default(recording.clone(), || {
        support::tell_everything_to(Arc::new(TracingObserver::new()))
    });
    let lines = recording.0.lock().unwrap().clone();
    let all = lines.join("\n");
    let expected: [(&str, &str, &[&str]); 9] = [
        (
            "INFO",
            "credential source selected",
            &[
                "client=api",
                "source=argument",
                "kind=api_key",
                "fingerprint=…",
            ],
        ),
        (
            "DEBUG",
            "credential refreshed",
            &[
                "provider=scripted",
                "kind=bearer",
                "expires_in=3600.0",
                "took=0.0",
            ],
        ),
        (
            "WARN",
            "credential rejected",
            &[
                "client=api",
                "source=scripted",
                "status=401",
                "age=60.0",
                "expires_in=3540.0",
            ],
        ),
        ("DEBUG", "credential refreshed", &["provider=scripted"]),
        (
            "INFO",
            "request authorized again",
            &["client=api", "source=scripted", "kind=bearer", "age=0.0"],
        ),
        (
            "WARN",
            "refresh failed, the old credential still serves",
            &[
                "provider=scripted",
                "failures=1",
                "age=3400.0",
                "expires_in=200.0",
                "error=",
            ],
        ),
        (
            "ERROR",
            "refresh failed, there is no usable credential",
            &["failures=2", "expires_in=0.0"],
        ),
        (
            "ERROR",
            "two credentials where one belongs",
            &["client=api", "conflict=", "x-api-key"],
        ),
        (
            "INFO",
            "auth replaced",
            &["client=api", "source=argument", "kind=api_key"],
        ),
    ];
    assert_eq!(lines.len(), expected.len(), "{all}");
    for (line, (level, message, fields)) in lines.iter().zip(expected) {
        assert!(
            line.starts_with(level) && line.contains(message),
            "{line}\nis not {level} {message}"
        );
        for field in fields {
            assert!(line.contains(field), "{line}\nhas no {field}");
        }
    }
    for secret in &secrets {
        assert!(!all.contains(secret), "{all}");
    }
}
