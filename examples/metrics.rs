//! Metrics of credentials: what a small run looks like to Prometheus.
//!
//! `cargo run -p onecred-examples --example metrics`
//!
//! A service installs the exporter of its choice (such as `metrics-exporter-prometheus`); the recorder here
//! only prints.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit,
};
use onecred::prelude::*;
use onecred_core::{Clock, MultiObserver, SystemClock};
use onecred_observe::MetricsObserver;
use onecred_testkit::wire::{Reply, WireServer};

type BoxError = Box<dyn std::error::Error>;

fn main() -> Result<(), BoxError> {
    let values = Values::default();
    metrics::set_global_recorder(Printer(Arc::clone(&values)))?;

    // The first token was revoked, so that the server accepts the second one only.
    let server = WireServer::builder()
        .respond(
            |request| match request.header_values("authorization").first() {
                Some(value) if value == "Bearer token-1" => Reply::unauthorized(),
                _ => Reply::ok(),
            },
        )
        .start()?;
    let minted = std::sync::atomic::AtomicU32::new(0);
    let issuer = provider_fn("issuer", move |cx: ProvideContext| {
        let n = 1 + minted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        async move {
            let token = HeaderSecret::parse(&format!("token-{n}"), TextFrom::Provider)?;
            let expiry = cx.clock().now() + Duration::from_secs(3600);
            Ok(Credential::bearer(token).expires_at(expiry))
        }
    });

    // One observer for all; the cache tells of refreshes, the client of everything else.
    let observer = Arc::new(MultiObserver::new().and(MetricsObserver::new()));
    let cache = CachedProvider::builder(issuer)
        .observer(Arc::clone(&observer))
        .build();
    let target = Target::builder("loopback")
        .origin(server.origin())?
        .build()?;
    let client = Authenticator::builder(target, cache)
        .observer(observer)
        .build()?;

    let agent: ureq::Agent = ureq::Agent::config_builder()
        .max_redirects(0)
        .http_status_as_error(false)
        .build()
        .into();
    for _ in 0..3 {
        let status = get(&client, &agent, &server.url("/v1/things"))?;
        assert_eq!(status, 200);
    }
    client.replace(Auth::bearer(HeaderSecret::parse(
        "another-token",
        TextFrom::Argument,
    )?))?;
    assert_eq!(get(&client, &agent, &server.url("/v1/things"))?, 200);

    // The refresh thread tells the observer after it woke us, so give it a moment.
    let printed = settled(
        &values,
        "onecred_refresh_total{provider=\"issuer\",outcome=\"ok\"} 2",
    );
    println!("{printed}");
    assert!(printed.contains("onecred_rejected_total{target=\"loopback\",status=\"401\"} 1"));
    assert!(printed.contains("onecred_replayed_total{target=\"loopback\"} 1"));
    assert!(!printed.contains("token-1") && !printed.contains("another-token"));

    // For a readiness probe: asks nobody.
    let status = client.status();
    let ready = status.kind.is_some() && !status.rejected;
    println!("ready: {ready}, source {}", status.source);
    Ok(())
}

/// One request, and once more after a rejection.
fn get(client: &Authenticator, agent: &ureq::Agent, url: &str) -> Result<u16, BoxError> {
    let mut request = http::Request::get(url).body(())?.into_parts().0;
    let receipt =
        client.authorize_blocking(&mut AuthRequest::from_parts(&mut request, Body::Empty))?;
    let response = agent.run(http::Request::from_parts(request.clone(), ()))?;
    let head = ResponseHead::new(response.status(), response.headers());
    if client.on_response(&receipt, &head) == Verdict::Reauthorize {
        let mut again = AuthRequest::from_parts(&mut request, Body::Empty);
        if client.reauthorize_blocking(&receipt, &mut again)?.is_some() {
            let response = agent.run(http::Request::from_parts(request, ()))?;
            return Ok(response.status().as_u16());
        }
    }
    Ok(response.status().as_u16())
}

type Values = Arc<Mutex<BTreeMap<String, f64>>>;

/// All metrics as text, once `line` is among them or a second has passed.
fn settled(values: &Values, line: &str) -> String {
    let mut text = String::new();
    let clock = SystemClock::new();
    let end = clock.monotonic() + Duration::from_secs(1);
    while clock.monotonic() < end {
        let now = values.lock().unwrap_or_else(PoisonError::into_inner);
        text = now
            .iter()
            .map(|(name, value)| format!("{name} {value}\n"))
            .collect();
        drop(now);
        if text.contains(line) {
            break;
        }
        std::thread::yield_now();
    }
    text
}

struct Printer(Values);

struct Metric(String, Values);

impl Printer {
    fn metric(&self, key: &Key, suffix: &str) -> Arc<Metric> {
        let labels: Vec<_> = key
            .labels()
            .map(|label| format!("{}={:?}", label.key(), label.value()))
            .collect();
        let name = format!("{}{suffix}{{{}}}", key.name(), labels.join(","));
        Arc::new(Metric(name, Arc::clone(&self.0)))
    }
}

impl Metric {
    fn change(&self, change: impl FnOnce(&mut f64)) {
        let mut values = self.1.lock().unwrap_or_else(PoisonError::into_inner);
        change(values.entry(self.0.clone()).or_default());
    }
}

impl Recorder for Printer {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.metric(key, ""))
    }
    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.metric(key, ""))
    }
    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.metric(key, "_sum"))
    }
}

impl CounterFn for Metric {
    fn increment(&self, by: u64) {
        self.change(|value| *value += by as f64);
    }
    fn absolute(&self, to: u64) {
        self.change(|value| *value = to as f64);
    }
}

impl GaugeFn for Metric {
    fn increment(&self, by: f64) {
        self.change(|value| *value += by);
    }
    fn decrement(&self, by: f64) {
        self.change(|value| *value -= by);
    }
    fn set(&self, to: f64) {
        self.change(|value| *value = to);
    }
}

impl HistogramFn for Metric {
    fn record(&self, value: f64) {
        self.change(|sum| *sum += value);
    }
}
