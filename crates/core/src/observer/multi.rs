use std::sync::Arc;

use super::{Event, Observer, tell};

/// Several observers as one: logs and metrics, say. Each hears every event, in the order in which they
/// were added; one that panics costs the others nothing.
///
/// ```
/// # use onecred_core::{Event, MultiObserver, Observer};
/// # #[derive(Debug)] struct Log;
/// # impl Observer for Log { fn event(&self, _: &Event<'_>) {} }
/// # #[derive(Debug)] struct Metrics;
/// # impl Observer for Metrics { fn event(&self, _: &Event<'_>) {} }
/// let observer = MultiObserver::new().and(Log).and(Metrics);
/// ```
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct MultiObserver {
    observers: Vec<Arc<dyn Observer>>,
}

impl MultiObserver {
    /// Nobody.
    pub fn new() -> Self {
        Self::default()
    }

    /// This one, too.
    pub fn and(mut self, observer: impl Observer) -> Self {
        self.observers.push(Arc::new(observer));
        self
    }
}

impl Observer for MultiObserver {
    fn event(&self, event: &Event<'_>) {
        for observer in &self.observers {
            tell(Some(observer), event);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[derive(Debug)]
    struct Throws;

    impl Observer for Throws {
        fn event(&self, _: &Event<'_>) {
            std::panic::resume_unwind(Box::new("an observer's bug"));
        }
    }

    #[derive(Debug, Default)]
    struct Counts(AtomicUsize);

    impl Observer for Counts {
        fn event(&self, _: &Event<'_>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn each_hears_every_event_whatever_the_others_do() {
        let (first, last) = (Arc::new(Counts::default()), Arc::new(Counts::default()));
        let all = MultiObserver::new()
            .and(Arc::clone(&first))
            .and(Throws)
            .and(Arc::clone(&last));
        let event = Event::Resolved {
            target: "t",
            source: &"s".into(),
            kind: None,
            fingerprint: None,
            expiry: None,
        };
        all.event(&event);
        all.event(&event);
        let heard = [&first, &last].map(|counts| counts.0.load(Ordering::Relaxed));
        assert_eq!(heard, [2, 2]);
    }
}
