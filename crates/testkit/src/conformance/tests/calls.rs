use std::borrow::Cow;
use std::sync::Mutex;

use onecred_core::Reason;

use super::*;
use crate::Gate;
use crate::sync::lock;

#[derive(Debug)]
struct Named<F>(F);

#[async_trait::async_trait]
impl<F: Fn() -> String + fmt::Debug + Send + Sync + 'static> CredentialProvider for Named<F> {
    async fn provide(&self, cx: &ProvideContext) -> Provided {
        Ok(hourly(cx))
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Owned((self.0)())
    }
}

/// A function with a Debug.
#[derive(Debug, Default)]
struct Counter(AtomicUsize);

#[derive(Debug, Default)]
struct Renamed(Counter);

#[async_trait::async_trait]
impl CredentialProvider for Renamed {
    async fn provide(&self, cx: &ProvideContext) -> Provided {
        self.0.0.fetch_add(1, Ordering::SeqCst);
        Ok(hourly(cx))
    }

    fn name(&self) -> Cow<'_, str> {
        format!("after {} calls", self.0.0.load(Ordering::SeqCst)).into()
    }
}

#[test]
fn name_blank_or_changing() {
    let blank = || provider_fn("  ", |cx: ProvideContext| async move { Ok(hourly(&cx)) });
    breaks_only(&Conformance::new(blank), Promise::Name);
    let report = breaks_only(&Conformance::new(Renamed::default), Promise::Name);
    assert!(
        report.contains("`after 0 calls` became `after 1 calls`"),
        "{report}"
    );
}

#[test]
fn no_panic_on_a_reason() {
    let provider = || {
        provider_fn("panics", |cx: ProvideContext| async move {
            match cx.reason() {
                Reason::RefreshAhead => panic!("not expected here"),
                _ => Ok(hourly(&cx)),
            }
        })
    };
    let report = breaks_only(&Conformance::new(provider), Promise::NoPanic);
    assert!(report.contains("asked ahead of the expiry"), "{report}");
}

#[test]
fn no_panic_after_the_deadline() {
    let provider = || {
        provider_fn("panics", |cx: ProvideContext| async move {
            let left = cx.deadline() - cx.clock().monotonic(); // underflows
            assert!(left <= HOUR);
            Ok(hourly(&cx))
        })
    };
    let report = breaks_only(&Conformance::new(provider), Promise::NoPanic);
    assert!(report.contains("after its deadline"), "{report}");
}

#[derive(Debug, Default)]
struct OneAtATime(Mutex<bool>);

#[async_trait::async_trait]
impl CredentialProvider for OneAtATime {
    async fn provide(&self, cx: &ProvideContext) -> Provided {
        struct Busy<'a>(&'a Mutex<bool>);
        impl Drop for Busy<'_> {
            fn drop(&mut self) {
                *lock(self.0) = false;
            }
        }
        assert!(
            !std::mem::replace(&mut *lock(&self.0), true),
            "twice at once"
        );
        let _busy = Busy(&self.0);
        yield_once().await;
        Ok(hourly(cx))
    }
}

#[test]
fn no_panic_when_called_twice_at_once() {
    let report = breaks_only(&Conformance::new(OneAtATime::default), Promise::NoPanic);
    assert!(report.contains("called twice at once"), "{report}");
}

#[test]
fn no_panic_on_the_first_call() {
    let provider = || provider_fn("panics", |_| async { panic!("at once") });
    breaks_only(&Conformance::new(provider), Promise::NoPanic);
}

#[test]
fn answers_within_bounds_or_the_suite_goes_on_without_it() {
    let never = || provider_fn("never", |_| std::future::pending::<Provided>());
    breaks_only(&Conformance::new(never).patience(SHORT), Promise::Answers);
    let blocks = || {
        provider_fn("blocks", |cx: ProvideContext| async move {
            // As if for ever, but the thread is to end one day.
            let _ = Gate::new().await_waiting(1, Duration::from_secs(5));
            Ok(hourly(&cx))
        })
    };
    breaks_only(&Conformance::new(blocks).patience(SHORT), Promise::Answers);
    let late = || {
        provider_fn("late", |cx: ProvideContext| async move {
            if cx.remaining().is_zero() {
                std::future::pending::<()>().await;
            }
            Ok(hourly(&cx))
        })
    };
    let report = breaks_only(&Conformance::new(late).patience(SHORT), Promise::Answers);
    assert!(report.contains("after its deadline"), "{report}");
}

/// Takes what it needs, waits, and puts it back: unless it is dropped in between.
#[derive(Debug)]
struct TakesOut(Mutex<Option<u32>>);

#[async_trait::async_trait]
impl CredentialProvider for TakesOut {
    async fn provide(&self, cx: &ProvideContext) -> Provided {
        yield_once().await;
        let taken = lock(&self.0).take();
        let Some(connection) = taken else {
            return Err(ProviderError::unavailable("the connection is in use"));
        };
        yield_once().await;
        *lock(&self.0) = Some(connection);
        Ok(hourly(cx))
    }
}

#[test]
fn cancellation_at_any_wait() {
    let provider = || TakesOut(Mutex::new(Some(1)));
    let report = breaks_only(&Conformance::new(provider), Promise::Cancellation);
    assert!(report.contains("at wait 2"), "{report}");
}

/// Does its work on the runtime of the first call.
#[derive(Debug, Default)]
struct Settled(std::sync::OnceLock<tokio::runtime::Handle>);

#[async_trait::async_trait]
impl CredentialProvider for Settled {
    async fn provide(&self, cx: &ProvideContext) -> Provided {
        let home = self.0.get_or_init(tokio::runtime::Handle::current);
        let work = home.spawn(async {}).await;
        work.map_err(|_| ProviderError::unavailable("the worker is gone"))?;
        Ok(hourly(cx))
    }
}

#[test]
fn runtime_lost() {
    let report = breaks_only(
        &Conformance::new(Settled::default).rotate(|| {}),
        Promise::RuntimeLost,
    );
    assert!(report.contains("the worker is gone"), "{report}");
}

#[test]
fn no_runtime_only_if_it_is_claimed() {
    let provider = || {
        provider_fn("tokio", |cx: ProvideContext| async move {
            tokio::time::sleep(Duration::from_millis(1)).await;
            Ok(hourly(&cx))
        })
    };
    Conformance::new(provider).check();
    let claimed = Conformance::new(provider).needs_no_runtime();
    breaks_only(&claimed, Promise::NoRuntime);
}

#[test]
fn yields_when_the_source_hangs() {
    let blocks = || {
        provider_fn("blocks", |cx: ProvideContext| async move {
            let _ = Gate::new().await_waiting(1, Duration::from_secs(5));
            Ok(hourly(&cx))
        })
    };
    let conformance = Conformance::new(good)
        .patience(SHORT)
        .hangs("a silent issuer", blocks);
    let report = breaks_only(&conformance, Promise::Yields);
    assert!(
        report.contains("`a silent issuer` it blocks the thread"),
        "{report}"
    );
    let answers = Conformance::new(good).hangs("a silent issuer", good);
    let report = breaks_only(&answers, Promise::Yields);
    assert!(report.contains("does not hang"), "{report}");
}

#[test]
fn single_flight_of_a_credential_that_is_due_at_once() {
    let provider = || {
        provider_fn("restless", |_| async {
            Ok(token().refresh_after(Duration::ZERO))
        })
    };
    let report = breaks_only(&Conformance::new(provider), Promise::SingleFlight);
    assert!(report.contains("110 callers caused"), "{report}");
}

#[test]
fn the_check_panics_with_the_whole_report() {
    let named = || Named(String::new as fn() -> String);
    let panic = std::panic::catch_unwind(|| Conformance::new(named).check()).unwrap_err();
    let report = panic.downcast_ref::<String>().unwrap();
    for part in [
        "breaks 1 of its promises",
        "\nname\n",
        "promised: name() is",
        "seen:     the name is blank",
        "mend:     return a constant",
    ] {
        assert!(report.contains(part), "{part} in {report}");
    }
}
