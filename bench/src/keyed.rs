//! Sets of keyed clients for `onecred-bench-keyed`.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use onecred_core::{
    Auth, AuthError, Clock, Credential, CredentialProvider, HeaderSecret, KeyedAuthenticators,
    ProvideContext, ProviderError, Target, TextFrom,
};
use onecred_testkit::{ManualClock, ManualRuntime};

use crate::candidate::Failure;

/// Where every tenant's requests go.
pub const URI: &str = "https://api.example.com/v1/things";
/// How long a token lives.
const LIFE: Duration = Duration::from_secs(3600);
/// Seconds per row of the histogram.
pub const BUCKET: u64 = 10;

/// A set on a manual clock.
#[derive(Debug)]
pub struct Tenants {
    /// The set.
    pub keyed: KeyedAuthenticators<String>,
    clock: ManualClock,
    runtime: ManualRuntime,
}

/// Mints tokens, one for all tenants; it holds nothing of theirs.
#[derive(Debug)]
struct Issuer<const LENGTH: usize> {
    minted: AtomicU64,
    takes: Duration,
    log: Option<Log>,
}

type Log = Arc<Mutex<Vec<Duration>>>;

#[async_trait::async_trait]
impl<const LENGTH: usize> CredentialProvider for Issuer<LENGTH> {
    async fn provide(&self, cx: &ProvideContext) -> Result<Credential, ProviderError> {
        if let Some(log) = &self.log {
            log.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(cx.clock().monotonic());
        }
        if !self.takes.is_zero() {
            cx.sleep(self.takes).await;
        }
        let n = self.minted.fetch_add(1, Ordering::Relaxed);
        let token = HeaderSecret::parse(&format!("{n:0LENGTH$}"), TextFrom::Provider)?;
        Ok(Credential::bearer(token).expires_at(cx.clock().now() + LIFE))
    }

    fn name(&self) -> std::borrow::Cow<'_, str> {
        "issuer".into()
    }
}

fn issuer<const LENGTH: usize>(takes: Duration, log: Option<Log>) -> Arc<Issuer<LENGTH>> {
    Arc::new(Issuer {
        minted: AtomicU64::new(0),
        takes,
        log,
    })
}

impl Tenants {
    /// An empty set for so many.
    pub fn new(capacity: usize) -> Result<Self, Failure> {
        let clock = ManualClock::new();
        let runtime = ManualRuntime::new(&clock);
        let target = Target::builder("api")
            .origin("https://api.example.com")?
            .key_header("x-api-key")?
            .build()?;
        let keyed = KeyedAuthenticators::builder(target)
            .capacity(capacity)
            .clock(clock.clone())
            .runtime(runtime.clone())
            .most_at_once(MOST_AT_ONCE)
            .build();
        Ok(Self {
            keyed,
            clock,
            runtime,
        })
    }

    /// Keys in random order.
    pub fn random_keys(&self, of: usize, count: usize) -> Vec<String> {
        // xorshift: enough to defeat the caches.
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        let mut random = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        (0..count)
            .map(|_| key((random() % of as u64) as usize))
            .collect()
    }

    fn add<const LENGTH: usize>(
        &self,
        n: usize,
        issuer: &Arc<Issuer<LENGTH>>,
    ) -> Result<(), Failure> {
        let make = || Ok::<_, AuthError>(Auth::provider(self.keyed.cached(Arc::clone(issuer))));
        self.keyed.get_or_insert_with(&key(n), make)?;
        Ok(())
    }

    fn warm_up(&self, n: usize) -> Result<(), Failure> {
        let client = self.keyed.get(key(n).as_str()).ok_or("a tenant is gone")?;
        let done = self
            .runtime
            .complete(async { (client.warm_up().await, client.warm_up().await) });
        let (first, second) = done.ok_or("a refresh hangs")?;
        first?;
        Ok(second?)
    }
}

fn key(n: usize) -> String {
    format!("tenant-{n:07}")
}

/// Static keys.
pub fn fill_static(tenants: &Tenants, count: usize) -> Result<(), Failure> {
    for n in 0..count {
        tenants
            .keyed
            .get_or_insert_with(&key(n), || -> Result<_, Failure> {
                Ok(Auth::api_key(HeaderSecret::parse(
                    &format!("sk-{n:037}"),
                    TextFrom::Argument,
                )?))
            })?;
    }
    Ok(())
}

/// Providers that nobody asked.
pub fn fill_unused(tenants: &Tenants, count: usize) -> Result<(), Failure> {
    let issuer = issuer::<40>(Duration::ZERO, None);
    (0..count).try_for_each(|n| tenants.add(n, &issuer))
}

/// Providers whose token is cached and prepared for requests.
pub fn fill_used<const LENGTH: usize>(tenants: &Tenants, count: usize) -> Result<(), Failure> {
    let issuer = issuer::<LENGTH>(Duration::ZERO, None);
    (0..count).try_for_each(|n| tenants.add(n, &issuer).and_then(|()| tenants.warm_up(n)))
}

/// The same after many refreshes.
pub fn fill_refreshed(tenants: &Tenants, count: usize) -> Result<(), Failure> {
    fill_used::<40>(tenants, count)?;
    for _ in 0..40 {
        tenants.clock.advance(LIFE);
        (0..count).try_for_each(|n| tenants.warm_up(n))?;
    }
    Ok(())
}

const MOST_AT_ONCE: usize = 4096;

/// What one scheduler did with many tokens.
#[derive(Debug)]
pub struct Spread {
    /// How many tenants.
    pub tenants: usize,
    /// The seconds within which all tokens were obtained.
    pub obtained_within: u64,
    /// The bound.
    pub most_at_once: usize,
    /// Seconds before the expiry of the token that was obtained last, and how many refreshes started then.
    pub histogram: Vec<(u64, usize)>,
    /// How many have a second token.
    pub refreshed: usize,
    /// How many tokens were not refreshed before their expiry.
    pub expired: usize,
    /// The most refreshes at once.
    pub most_in_flight: usize,
    /// The most that started within a second.
    pub most_in_a_second: usize,
    /// Tasks that live as long as the set.
    pub tasks: usize,
    /// How long all of it took here.
    pub real: Duration,
}

impl Spread {
    /// Lets a life pass on the clock.
    pub fn measure(count: usize) -> Result<Self, Failure> {
        let start = Instant::now();
        let tenants = Tenants::new(count)?;
        let log = Log::default();
        let issuer = issuer::<40>(Duration::from_secs(1), Some(Arc::clone(&log)));
        (0..count).try_for_each(|n| tenants.add(n, &issuer))?;
        // Everybody's first use at once: the worst case, since only the jitter spreads their windows.
        for n in 0..count {
            let client = tenants
                .keyed
                .get(key(n).as_str())
                .ok_or("a tenant is gone")?;
            drop(tenants.runtime.complete(client.warm_up()));
        }
        tenants.pass(Duration::from_secs(2));
        tenants.keyed.refresh_ahead();
        let tasks = tenants.runtime.pending();
        let obtained = tenants.clock.monotonic();
        log.lock().unwrap_or_else(PoisonError::into_inner).clear();
        tenants.pass(LIFE);
        let times = std::mem::take(&mut *log.lock().unwrap_or_else(PoisonError::into_inner));

        let ends = obtained + LIFE;
        let (mut histogram, mut seconds) = (BTreeMap::new(), BTreeMap::new());
        for time in &times {
            let left = ends.saturating_sub(*time).as_secs();
            *histogram.entry(left / BUCKET * BUCKET).or_insert(0) += 1;
            *seconds.entry(left).or_insert(0_usize) += 1;
        }
        let refreshed = AtomicUsize::new(0);
        for (_, status) in tenants.keyed.statuses() {
            let expiry = status.expiry.ok_or("a tenant has no token")?;
            let fresh = expiry > tenants.clock.now() + LIFE / 2;
            refreshed.fetch_add(usize::from(fresh), Ordering::Relaxed);
        }
        let refreshed = refreshed.into_inner();
        Ok(Self {
            tenants: count,
            obtained_within: 2,
            most_at_once: MOST_AT_ONCE,
            histogram: histogram.into_iter().rev().collect(),
            refreshed,
            expired: count.saturating_sub(refreshed),
            most_in_flight: tenants.keyed.ahead_status().most_running,
            most_in_a_second: seconds.into_values().max().unwrap_or(0),
            tasks,
            real: start.elapsed(),
        })
    }
}

impl Tenants {
    /// Runs what is to run while time passes, from one sleeper to the next.
    fn pass(&self, time: Duration) {
        let end = self.clock.monotonic() + time;
        loop {
            while self.runtime.run_until_stalled() > 0 {}
            let left = end.saturating_sub(self.clock.monotonic());
            match self.clock.next_sleeper() {
                _ if left.is_zero() => return,
                Some(next) => self.clock.advance(next.min(left)),
                None => self.clock.advance(left),
            }
        }
    }
}
