//! What a recorder gets to see.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit,
};
use onecred_core::{MultiObserver, Observer};
use onecred_observe::MetricsObserver;

type Values = Arc<Mutex<BTreeMap<String, f64>>>;

#[derive(Default)]
struct Recording {
    values: Values,
    described: Mutex<Vec<String>>,
}

struct Cell(String, Values);

impl Cell {
    fn of(key: &Key, values: &Values) -> Arc<Self> {
        let labels: Vec<_> = key
            .labels()
            .map(|label| format!("{}={}", label.key(), label.value()))
            .collect();
        Arc::new(Self(
            format!("{}{{{}}}", key.name(), labels.join(",")),
            Arc::clone(values),
        ))
    }

    fn change(&self, change: impl FnOnce(f64) -> f64) {
        let mut values = self.1.lock().unwrap();
        let value = values.entry(self.0.clone()).or_default();
        *value = change(*value);
    }
}

impl CounterFn for Cell {
    fn increment(&self, by: u64) {
        self.change(|value| value + by as f64);
    }
    fn absolute(&self, value: u64) {
        self.change(|_| value as f64);
    }
}

impl GaugeFn for Cell {
    fn increment(&self, by: f64) {
        self.change(|value| value + by);
    }
    fn decrement(&self, by: f64) {
        self.change(|value| value - by);
    }
    fn set(&self, value: f64) {
        self.change(|_| value);
    }
}

impl HistogramFn for Cell {
    fn record(&self, _value: f64) {
        self.change(|count| count + 1.0);
    }
}

impl Recorder for Recording {
    fn describe_counter(&self, name: KeyName, _: Option<Unit>, _: SharedString) {
        self.described
            .lock()
            .unwrap()
            .push(name.as_str().to_owned());
    }
    fn describe_gauge(&self, name: KeyName, _: Option<Unit>, _: SharedString) {
        self.described
            .lock()
            .unwrap()
            .push(name.as_str().to_owned());
    }
    fn describe_histogram(&self, name: KeyName, _: Option<Unit>, _: SharedString) {
        self.described
            .lock()
            .unwrap()
            .push(name.as_str().to_owned());
    }
    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(Cell::of(key, &self.values))
    }
    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(Cell::of(key, &self.values))
    }
    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(Cell::of(key, &self.values))
    }
}

fn record(
    observer: impl FnOnce() -> MetricsObserver,
) -> (BTreeMap<String, f64>, Vec<String>, Vec<String>) {
    let recorder = Recording::default();
    let secrets = metrics::with_local_recorder(&recorder, || {
        let observer: Arc<dyn Observer> = Arc::new(MultiObserver::new().and(observer()));
        support::tell_everything_to(observer)
    });
    let values = recorder.values.lock().unwrap().clone();
    (values, recorder.described.into_inner().unwrap(), secrets)
}

#[test]
fn every_event_is_counted_under_its_documented_name() {
    let (values, described, secrets) = record(MetricsObserver::new);
    let expiry = 1_893_456_000.0 + 60.0 + 3600.0;
    let expected = [
        ("onecred_conflict_total{target=api}", 1.0),
        (
            "onecred_credential_expiry_timestamp_seconds{provider=scripted}",
            expiry,
        ),
        (
            "onecred_refresh_duration_seconds{provider=scripted,outcome=ok}",
            2.0,
        ),
        (
            "onecred_refresh_duration_seconds{provider=scripted,outcome=unavailable}",
            2.0,
        ),
        ("onecred_refresh_failures_in_a_row{provider=scripted}", 2.0),
        ("onecred_refresh_total{provider=scripted,outcome=ok}", 2.0),
        (
            "onecred_refresh_total{provider=scripted,outcome=unavailable}",
            2.0,
        ),
        ("onecred_rejected_total{target=api,status=401}", 1.0),
        ("onecred_replaced_total{target=api}", 1.0),
        ("onecred_replayed_total{target=api}", 1.0),
        (
            "onecred_resolved_total{target=api,source=argument:api_key}",
            1.0,
        ),
    ];
    let expected: BTreeMap<_, _> = expected
        .map(|(name, value)| (name.to_owned(), value))
        .into();
    assert_eq!(values, expected);

    let readme = include_str!("../README.md");
    for name in values.keys().filter_map(|name| name.split('{').next()) {
        assert!(
            described.iter().any(|described| described == name),
            "{name}"
        );
        assert!(
            readme.contains(&format!("| `{name}` |")),
            "{name} is in the table"
        );
    }
    for secret in &secrets {
        assert!(!values.keys().any(|name| name.contains(secret)));
    }
}

#[test]
fn without_gauges_there_are_none() {
    let (values, ..) = record(|| MetricsObserver::new().without_gauges());
    assert_eq!(values.len(), 9);
    assert!(
        !values
            .keys()
            .any(|name| name.contains("expiry") || name.contains("in_a_row"))
    );
}
