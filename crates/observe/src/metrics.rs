//! Events as metrics of the `metrics` facade.

use std::time::{Duration, SystemTime};

use metrics::{
    Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram,
};
use onecred_core::{Event, Observer, ProviderErrorKind};

const REFRESHES: &str = "onecred_refresh_total";
const DURATION: &str = "onecred_refresh_duration_seconds";
const FAILURES: &str = "onecred_refresh_failures_in_a_row";
const EXPIRY: &str = "onecred_credential_expiry_timestamp_seconds";
const RESOLVED: &str = "onecred_resolved_total";
const REJECTED: &str = "onecred_rejected_total";
const REPLAYED: &str = "onecred_replayed_total";
const REPLACED: &str = "onecred_replaced_total";
const CONFLICTS: &str = "onecred_conflict_total";

/// Counts events with the recorder that is installed. The names are in the documentation of the crate.
#[derive(Debug, Clone)]
#[must_use]
pub struct MetricsObserver {
    gauges: bool,
}

impl Default for MetricsObserver {
    fn default() -> Self {
        Self::new()
    }
}

impl MetricsObserver {
    /// With all metrics. Describes them to the recorder, so install that one first.
    pub fn new() -> Self {
        describe();
        Self { gauges: true }
    }

    /// Without the gauges, which say little where many caches share one provider's name.
    pub fn without_gauges(mut self) -> Self {
        self.gauges = false;
        self
    }

    fn refreshed(&self, provider: &str, outcome: &'static str, took: Duration, failures: u32) {
        let provider = provider.to_owned();
        counter!(REFRESHES, "provider" => provider.clone(), "outcome" => outcome).increment(1);
        histogram!(DURATION, "provider" => provider.clone(), "outcome" => outcome).record(took);
        if self.gauges {
            gauge!(FAILURES, "provider" => provider).set(failures);
        }
    }
}

impl Observer for MetricsObserver {
    fn event(&self, event: &Event<'_>) {
        match event {
            Event::Refreshed {
                provider,
                expiry,
                took,
                ..
            } => {
                self.refreshed(provider, "ok", *took, 0);
                if self.gauges {
                    gauge!(EXPIRY, "provider" => (*provider).to_owned()).set(timestamp(*expiry));
                }
            }
            Event::RefreshFailed {
                provider,
                error,
                failures,
                took,
                ..
            } => self.refreshed(provider, outcome(error.kind()), *took, *failures),
            Event::Resolved { target, source, .. } => {
                let source = source.to_string();
                counter!(RESOLVED, "target" => (*target).to_owned(), "source" => source)
                    .increment(1);
            }
            Event::Rejected { target, status, .. } => {
                let status = status.as_str().to_owned();
                counter!(REJECTED, "target" => (*target).to_owned(), "status" => status)
                    .increment(1);
            }
            Event::Replayed { target, .. } => count(REPLAYED, target),
            Event::Replaced { target, .. } => count(REPLACED, target),
            Event::Conflict { target, .. } => count(CONFLICTS, target),
            // Events of a later version of the core.
            _ => {}
        }
    }
}

fn count(name: &'static str, target: &str) {
    counter!(name, "target" => target.to_owned()).increment(1);
}

fn timestamp(expiry: Option<SystemTime>) -> f64 {
    expiry.map_or(f64::INFINITY, |expiry| {
        let since = expiry.duration_since(SystemTime::UNIX_EPOCH);
        since.unwrap_or_default().as_secs_f64()
    })
}

fn outcome(kind: ProviderErrorKind) -> &'static str {
    match kind {
        ProviderErrorKind::NotConfigured => "not_configured",
        ProviderErrorKind::Misconfigured => "misconfigured",
        ProviderErrorKind::Denied => "denied",
        ProviderErrorKind::Unavailable => "unavailable",
        ProviderErrorKind::IdentityChanged => "identity_changed",
        _ => "other",
    }
}

fn describe() {
    describe_counter!(REFRESHES, "Calls of a credential provider, by outcome");
    describe_histogram!(
        DURATION,
        Unit::Seconds,
        "How long a credential provider took"
    );
    describe_gauge!(FAILURES, "Refreshes that failed since the last success");
    describe_gauge!(
        EXPIRY,
        Unit::Seconds,
        "Unix time at which the credential expires"
    );
    describe_counter!(RESOLVED, "Credential sources selected by resolvers");
    describe_counter!(
        REJECTED,
        "Requests refused by a server because of the credential"
    );
    describe_counter!(REPLAYED, "Requests authorized once more after a rejection");
    describe_counter!(REPLACED, "Clients that got another auth");
    describe_counter!(CONFLICTS, "Requests refused because two credentials met");
}
