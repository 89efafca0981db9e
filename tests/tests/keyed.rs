//! Sets of keyed clients: isolation, the bound, and the one scheduler.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on has failed"
)]

use std::sync::{Arc, Barrier};
use std::time::Duration;

use http::StatusCode;
use onecred_core::{
    Auth, AuthError, Authenticator, CachePolicy, KeyedAuthenticators, KeyedBuilder,
    ProviderErrorKind, Verdict,
};
use onecred_testkit::{Answer, LeakScan, ManualClock, ManualRuntime, ScriptedProvider};
use onecred_tests::{HOUR, Head, key, secs, target};

type Tenants = KeyedAuthenticators<String>;

struct Rig {
    clock: ManualClock,
    runtime: ManualRuntime,
    tenants: Tenants,
}

impl Rig {
    fn new(configure: impl FnOnce(KeyedBuilder<String>) -> KeyedBuilder<String>) -> Self {
        let clock = ManualClock::new();
        let runtime = ManualRuntime::new(&clock);
        let builder = Tenants::builder(target())
            .policy(CachePolicy::default().jitter(0.0))
            .clock(clock.clone())
            .runtime(runtime.clone());
        let tenants = configure(builder).build();
        Self {
            clock,
            runtime,
            tenants,
        }
    }

    /// A tenant with this issuer.
    fn tenant(&self, name: &str, issuer: &ScriptedProvider) -> Authenticator {
        let auth = || Ok::<_, AuthError>(Auth::provider(self.tenants.cached(issuer.clone())));
        self.tenants
            .get_or_insert_with(&name.to_owned(), auth)
            .unwrap()
    }

    fn warm_up(&self, client: &Authenticator) -> Result<(), AuthError> {
        self.runtime
            .complete(client.warm_up())
            .expect("nothing to wait for")
    }

    /// The answer to a request of this client.
    fn answered(&self, client: &Authenticator, status: StatusCode) -> Verdict {
        let mut head = Head::new();
        let receipt = self
            .runtime
            .complete(client.authorize(&mut head.view()))
            .unwrap()
            .unwrap();
        let response = http::Response::builder().status(status).body(()).unwrap();
        client.on_response(
            &receipt,
            &onecred_core::ResponseHead::new(status, response.headers()),
        )
    }

    /// Time passes in small steps, so that everybody who sleeps wakes in time.
    fn pass(&self, time: Duration) {
        let end = onecred_core::Clock::monotonic(&self.clock) + time;
        loop {
            self.runtime.run_until_stalled();
            let left = end - onecred_core::Clock::monotonic(&self.clock);
            if left.is_zero() {
                return;
            }
            self.clock
                .advance(self.clock.next_sleeper().unwrap_or(left).min(left));
        }
    }
}

fn hourly() -> ScriptedProvider {
    ScriptedProvider::new().then(Answer::bearer().expires_in(HOUR))
}

fn named(n: usize) -> String {
    format!("tenant-{n}")
}

#[test]
fn a_tenants_rejection_failure_and_replace_touch_no_other() {
    let rig = Rig::new(|builder| builder);
    let refusing = ScriptedProvider::new()
        .then(Answer::bearer().expires_in(HOUR))
        .then(Answer::error(ProviderErrorKind::Denied));
    let (a, b) = (hourly(), refusing);
    let others: Vec<_> = (0..20).map(|_| hourly()).collect();
    let clients: Vec<_> = others
        .iter()
        .enumerate()
        .map(|(n, issuer)| rig.tenant(&named(n), issuer))
        .collect();
    let (rejected, refused) = (rig.tenant("a", &a), rig.tenant("b", &b));
    for client in clients.iter().chain([&rejected, &refused]) {
        assert_eq!(rig.answered(client, StatusCode::OK), Verdict::Accept);
    }
    let before: Vec<_> = clients
        .iter()
        .map(|client| client.status().fingerprint)
        .collect();

    for client in [&rejected, &refused] {
        assert_eq!(
            rig.answered(client, StatusCode::UNAUTHORIZED),
            Verdict::Reauthorize
        );
        assert!(client.status().rejected);
    }
    assert!(rig.warm_up(&rejected).is_ok());
    assert!(rig.warm_up(&refused).is_err(), "its issuer says no");
    assert!(rig.tenants.replace("a", key("another")).unwrap().is_some());
    assert!(
        rig.tenants
            .replace("nobody", key("another"))
            .unwrap()
            .is_none()
    );

    assert_eq!((a.calls(), b.calls()), (2, 2));
    for ((client, issuer), before) in clients.iter().zip(&others).zip(before) {
        let status = client.status();
        assert!(!status.rejected && status.last_error.is_none());
        assert_eq!(status.fingerprint, before);
        assert_eq!(rig.answered(client, StatusCode::OK), Verdict::Accept);
        assert_eq!(issuer.calls(), 1);
    }
}

#[test]
fn the_set_is_bounded_and_who_is_used_stays() {
    let rig = Rig::new(|builder| builder.capacity(100));
    let issuer = hourly();
    let favourite = rig.tenant("favourite", &issuer);
    for n in 0..5_000 {
        rig.tenant(&named(n), &issuer);
        assert!(rig.tenants.len() <= 100);
        assert!(
            rig.tenants
                .get("favourite")
                .is_some_and(|same| same.is_same(&favourite)),
            "{n}"
        );
    }
    assert_eq!(
        (rig.tenants.len(), rig.tenants.statuses().count()),
        (100, 100)
    );
    assert_eq!(issuer.calls(), 0, "making and evicting asks nobody");

    // Who was evicted goes on for whoever holds it, and its key is made anew.
    let evicted = rig.tenant("evicted", &issuer);
    for n in 0..300 {
        assert!(rig.tenants.get("favourite").is_some());
        rig.tenant(&named(n), &issuer);
    }
    assert!(rig.tenants.get("evicted").is_none());
    assert!(rig.warm_up(&evicted).is_ok());
    assert!(!rig.tenant("evicted", &issuer).is_same(&evicted));

    let taken = rig.tenants.remove("favourite").unwrap();
    assert!(taken.is_same(&favourite) && rig.tenants.get("favourite").is_none());
    assert!(rig.tenants.remove("favourite").is_none());
    assert_eq!(rig.tenants.len(), rig.tenants.statuses().count());
}

#[test]
fn the_bound_holds_with_many_threads() {
    for capacity in [1, 7, 64] {
        let tenants = Tenants::builder(target()).capacity(capacity).build();
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let tenants = &tenants;
                scope.spawn(move || {
                    for n in 0..500 {
                        let name = format!("{thread}-{}", n % 90);
                        tenants
                            .get_or_insert_with(&name, || Ok::<_, AuthError>(Auth::Anonymous))
                            .unwrap();
                        if n % 5 == 0 {
                            tenants.remove(&name);
                        }
                    }
                });
            }
        });
        let held = tenants.statuses().count();
        assert_eq!(tenants.len(), held);
        assert!((1..=capacity).contains(&held), "{held} of {capacity}");
    }
}

#[test]
fn many_who_want_one_new_key_get_one_client() {
    const THREADS: usize = 8;
    let clock = ManualClock::new();
    let tenants = Tenants::builder(target())
        .clock(clock.clone())
        .runtime(ManualRuntime::threaded(&clock))
        .build();
    for round in 0..50 {
        let issuer = hourly();
        let barrier = Barrier::new(THREADS);
        let clients: Vec<Authenticator> = std::thread::scope(|scope| {
            let ask = || {
                barrier.wait();
                let auth = || Ok::<_, AuthError>(Auth::provider(tenants.cached(issuer.clone())));
                let client = tenants.get_or_insert_with(&named(round), auth).unwrap();
                client.authorize_blocking(&mut Head::new().view()).unwrap();
                client
            };
            let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(ask)).collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        assert!(clients.iter().all(|client| client.is_same(&clients[0])));
        assert_eq!(issuer.calls(), 1, "one cache, so one refresh");
        assert_eq!(tenants.len(), round + 1);
    }
}

#[test]
fn what_make_says_is_returned_and_adds_nothing() {
    let rig = Rig::new(|builder| builder.capacity(1));
    let kept = rig.tenant("kept", &hourly());
    let failed = rig.tenants.get_or_insert_with(&"broken".to_owned(), || {
        Err::<Auth, _>(AuthError::signer("no such tenant"))
    });
    assert!(matches!(failed, Err(AuthError::Signer(_))));
    assert!(
        rig.tenants
            .get("kept")
            .is_some_and(|same| same.is_same(&kept)),
        "nobody was evicted for it"
    );
    // The set may be used while one is made.
    let nested = rig.tenants.get_or_insert_with(&"outer".to_owned(), || {
        rig.tenant("outer", &hourly());
        Ok::<_, AuthError>(Auth::Anonymous)
    });
    assert!(
        matches!(nested.unwrap().auth(), Auth::Provider(_)),
        "the first one is kept"
    );
}

#[test]
fn the_scheduler_refreshes_what_is_due_and_nothing_else() {
    let rig = Rig::new(|builder| builder);
    let (soon, late, unused) = (
        ScriptedProvider::new().then(Answer::bearer().expires_in(secs(1800))),
        hourly(),
        hourly(),
    );
    rig.tenants.refresh_ahead();
    rig.tenants.refresh_ahead();
    let clients = [("soon", &soon), ("late", &late)].map(|(name, issuer)| rig.tenant(name, issuer));
    rig.tenant("unused", &unused);
    for client in &clients {
        rig.warm_up(client).unwrap();
    }
    assert_eq!(
        rig.runtime.pending(),
        1,
        "one task, however often it is asked for"
    );

    // Their windows start 300 s before the expiry.
    rig.pass(secs(1800 - 300 - 5));
    assert_eq!((soon.calls(), late.calls()), (1, 1));
    rig.pass(secs(10));
    assert_eq!((soon.calls(), late.calls()), (2, 1));
    rig.pass(secs(3600 - 300 - 5 - 1505));
    assert_eq!(late.calls(), 1);
    rig.pass(secs(10));
    assert_eq!((late.calls(), unused.calls()), (2, 0));
    assert_eq!(
        rig.tenants.ahead_status().started,
        2 + u64::from(soon.calls() == 3)
    );

    let Rig {
        runtime, tenants, ..
    } = rig;
    drop(tenants);
    drop(clients);
    runtime.run_until_stalled();
    assert_eq!(runtime.pending(), 0, "the task ends with the set");
}

#[test]
fn at_most_so_many_refreshes_run_at_once_and_all_get_their_turn() {
    let rig = Rig::new(|builder| builder.most_at_once(3));
    let issuer = ScriptedProvider::new().then(Answer::bearer().expires_in(HOUR).gated());
    issuer.gate().open();
    rig.tenants.refresh_ahead();
    for n in 0..10 {
        rig.warm_up(&rig.tenant(&named(n), &issuer)).unwrap();
    }
    assert_eq!(issuer.calls(), 10);
    issuer.gate().shut();
    rig.pass(secs(3300 + 5));
    let status = rig.tenants.ahead_status();
    assert_eq!((status.running, status.waiting, issuer.calls()), (3, 7, 13));
    issuer.gate().release_one();
    rig.runtime.run_until_stalled();
    assert_eq!(issuer.calls(), 14, "one landed, the next one started");
    issuer.gate().open();
    rig.pass(secs(2));
    assert_eq!(issuer.calls(), 20);
    let status = rig.tenants.ahead_status();
    assert_eq!(
        (status.running, status.most_running, status.waiting),
        (0, 3, 0)
    );
    assert!(
        rig.tenants
            .statuses()
            .all(|(_, status)| status.last_error.is_none())
    );
}

#[test]
fn who_is_not_used_for_a_whole_life_is_left_alone_until_he_comes_back() {
    let rig = Rig::new(|builder| builder);
    let (idle, busy) = (hourly(), hourly());
    rig.tenants.refresh_ahead();
    let (sleeper, worker) = (rig.tenant("idle", &idle), rig.tenant("busy", &busy));
    rig.warm_up(&sleeper).unwrap();
    for _ in 0..12 * 6 {
        rig.warm_up(&worker).unwrap();
        rig.pass(secs(600));
    }
    assert_eq!(idle.calls(), 2, "once after its last use");
    assert!((12..16).contains(&busy.calls()), "{}", busy.calls());
    assert!(
        !busy.reasons().contains(&onecred_core::Reason::Expired),
        "refreshed ahead every time"
    );

    rig.warm_up(&sleeper).unwrap();
    assert_eq!(idle.calls(), 3);
    rig.pass(HOUR);
    assert_eq!(idle.calls(), 4, "it takes part again");
}

#[test]
fn with_an_idle_limit_it_is_kept_warm_for_longer() {
    let rig = Rig::new(|builder| builder.idle_limit(4 * HOUR));
    let issuer = hourly();
    rig.tenants.refresh_ahead();
    rig.warm_up(&rig.tenant("one", &issuer)).unwrap();
    rig.pass(24 * HOUR);
    assert_eq!(
        issuer.calls(),
        5,
        "at 55, 110, 165 and 220 minutes, and no longer"
    );
}

#[test]
fn a_failed_refresh_is_tried_again_ahead_of_the_expiry() {
    let rig = Rig::new(|builder| builder);
    let issuer = ScriptedProvider::new()
        .then(Answer::bearer().expires_in(HOUR))
        .then(Answer::error(ProviderErrorKind::Unavailable))
        .then(Answer::error(ProviderErrorKind::Unavailable))
        .then(Answer::bearer().expires_in(HOUR));
    rig.tenants.refresh_ahead();
    let client = rig.tenant("one", &issuer);
    rig.warm_up(&client).unwrap();
    rig.pass(secs(3300 + 60));
    assert_eq!(issuer.calls(), 4);
    assert!(client.status().last_error.is_none());
}

#[test]
fn a_scheduler_whose_runtime_went_away_may_be_started_again() {
    let rig = Rig::new(|builder| builder);
    rig.tenants.refresh_ahead();
    rig.runtime.kill();
    rig.tenants.refresh_ahead();
    assert_eq!(rig.runtime.spawned(), 2);
}

#[test]
fn nothing_of_it_shows_a_secret_or_a_key() {
    let rig = Rig::new(|builder| builder);
    let issuer = hourly();
    let client = rig.tenant("planted-name-of-a-customer", &issuer);
    rig.warm_up(&client).unwrap();
    let mut scan = LeakScan::new([issuer.secret(1)]);
    scan.secret("planted-name-of-a-customer");
    scan.debug("set", &rig.tenants);
    scan.debug("set, shared", &Arc::new(rig.tenants.clone()));
    scan.debug("builder", &Tenants::builder(target()));
    scan.debug("client", &client);
    scan.debug("status", &client.status());
    scan.debug("scheduler", &rig.tenants.ahead_status());
    scan.assert_clean();
}
