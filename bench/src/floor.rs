//! The floor: the same work as a warm `authorize` of ours, written by hand with nothing around it.
//!
//! One guard, one clock reading, one compare of the origin, one pass over the header names, one clone of the header
//! value, one insert.

use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use http::{Uri, uri::Authority};

use crate::candidate::{Candidate, Failure, Group, Subject};
use crate::request::{AUTHORITY, Request, SCHEME, bearer};

/// Row that ratios are taken against: the precise clock.
pub const PRECISE: &str = "floor: guard + SystemTime::now + origin + header scan + clone + insert";
/// Row that ratios are taken against as well, where there is such a clock.
pub const COARSE: &str = "floor: the same with the coarse realtime clock";
/// What the harness itself costs in every row.
const INSERT_ONLY: &str = "of which: value clone, insert and remove alone";

/// How long the credential lives: longer than any run.
const LIFETIME: Duration = Duration::from_secs(3600);

/// Headers that carry credentials and must not be on the request.
const KNOWN: [&str; 6] = [
    "authorization",
    "x-api-key",
    "api-key",
    "x-goog-api-key",
    "x-amz-security-token",
    "dpop",
];
/// Bit n is set when a known name is n bytes long.
const LENGTHS: u64 = known_lengths();
/// Bit n is set when a known name begins with the n-th letter.
const INITIALS: u32 = known_initials();

/// The rows of the floor.
pub fn candidates() -> Result<Vec<Candidate>, Failure> {
    let rows = vec![
        Candidate::new(Group::Floor, PRECISE, Floor::<Precise>::new()?),
        #[cfg(target_os = "linux")]
        Candidate::new(Group::Floor, COARSE, Floor::<coarse::Coarse>::new()?),
        Candidate::new(Group::Floor, INSERT_ONLY, InsertOnly(bearer()?)),
    ];
    Ok(rows)
}

/// A wall clock.
trait Clock: Send + Sync + 'static {
    /// A point in time, in the form that the clock gives it.
    type Time: PartialOrd + Send + Sync + 'static;
    /// Reads the clock.
    fn now() -> Self::Time;
    /// The same form for a point in time known to the standard library.
    fn from_system(time: SystemTime) -> Result<Self::Time, Failure>;
}

/// `SystemTime::now`.
struct Precise;

impl Clock for Precise {
    type Time = SystemTime;

    fn now() -> SystemTime {
        SystemTime::now()
    }

    fn from_system(time: SystemTime) -> Result<SystemTime, Failure> {
        Ok(time)
    }
}

/// The clock that moves with the kernel's tick, every 1 to 10 ms.
#[cfg(target_os = "linux")]
mod coarse {
    use std::time::SystemTime;

    use rustix::time::{ClockId, clock_gettime};

    use super::Failure;

    pub(super) struct Coarse;

    impl super::Clock for Coarse {
        type Time = (i64, i64);

        fn now() -> (i64, i64) {
            let now = clock_gettime(ClockId::RealtimeCoarse);
            (now.tv_sec, now.tv_nsec)
        }

        fn from_system(time: SystemTime) -> Result<(i64, i64), Failure> {
            let since = time.duration_since(SystemTime::UNIX_EPOCH)?;
            Ok((
                i64::try_from(since.as_secs())?,
                i64::from(since.subsec_nanos()),
            ))
        }
    }
}

/// What is published to readers.
struct Live<C: Clock> {
    value: HeaderValue,
    expires_at: C::Time,
}

struct Floor<C: Clock> {
    authority: Box<[u8]>,
    live: ArcSwap<Live<C>>,
}

impl<C: Clock> Floor<C> {
    fn new() -> Result<Self, Failure> {
        let expires_at = C::from_system(SystemTime::now() + LIFETIME)?;
        Ok(Self {
            authority: AUTHORITY.as_bytes().into(),
            live: ArcSwap::from_pointee(Live {
                value: bearer()?,
                expires_at,
            }),
        })
    }

    /// Exact scheme and exact bytes: a real client normalises when they differ, which is off the hot path.
    fn is_allowed(&self, uri: &Uri) -> bool {
        uri.scheme_str() == Some(SCHEME)
            && uri.authority().map(Authority::as_str).map(str::as_bytes) == Some(&*self.authority)
    }
}

impl<C: Clock> Subject for Floor<C> {
    async fn authorize(&self, request: &mut Request) -> Result<(), Failure> {
        let live = self.live.load();
        if C::now() >= live.expires_at {
            return Err("expired".into());
        }
        if !self.is_allowed(&request.uri) {
            return Err("origin not allowed".into());
        }
        if has_foreign_credential(&request.headers) {
            return Err("foreign credential".into());
        }
        request.insert(live.value.clone());
        Ok(())
    }
}

/// The part of every row that is not the candidate's: clone, insert and, in the loop, remove.
struct InsertOnly(HeaderValue);

impl Subject for InsertOnly {
    async fn authorize(&self, request: &mut Request) -> Result<(), Failure> {
        request.insert(self.0.clone());
        Ok(())
    }
}

fn has_foreign_credential(headers: &HeaderMap) -> bool {
    headers.keys().any(is_credential)
}

/// Nearly every name is dismissed by its length or its first byte.
fn is_credential(name: &HeaderName) -> bool {
    let name = name.as_str().as_bytes();
    let Some(&first) = name.first() else {
        return false;
    };
    let initial = u32::from(first.wrapping_sub(b'a'));
    name.len() < 64
        && LENGTHS >> name.len() & 1 == 1
        && initial < 26
        && INITIALS >> initial & 1 == 1
        && KNOWN.iter().any(|known| known.as_bytes() == name)
}

const fn known_lengths() -> u64 {
    let mut mask = 0;
    let mut index = 0;
    while index < KNOWN.len() {
        mask |= 1 << KNOWN[index].len();
        index += 1;
    }
    mask
}

const fn known_initials() -> u32 {
    let mut mask = 0;
    let mut index = 0;
    while index < KNOWN.len() {
        mask |= 1 << (KNOWN[index].as_bytes()[0] - b'a');
        index += 1;
    }
    mask
}
