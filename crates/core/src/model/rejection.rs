//! Rejections against landings and requests: what was rejected is not served again by a publication that
//! was under way, and one refresh answers all reports.

use shuttle::thread;

use super::{carried, client, explore, numbered_token, provider, report_401, send};
use crate::{ProviderError, Verdict};

#[test]
fn nobody_is_served_what_he_reported() {
    explore(|| {
        let (cached, calls) = provider(|n| Ok(numbered_token(n)));
        let client = client(cached);
        let (_, receipt) = send(&client).unwrap();
        let others: Vec<_> = (0..2)
            .map(|_| {
                let client = client.clone();
                thread::spawn(move || carried(&client))
            })
            .collect();
        let reports: Vec<_> = (0..2)
            .map(|_| {
                let client = client.clone();
                thread::spawn(move || {
                    assert_eq!(report_401(&client, &receipt), Verdict::Reauthorize);
                    assert_eq!(carried(&client), "token-1");
                })
            })
            .collect();
        for other in others {
            let seen = other.join().unwrap();
            assert!(seen == "token-0" || seen == "token-1");
        }
        for report in reports {
            report.join().unwrap();
        }
        assert_eq!(carried(&client), "token-1");
        assert_eq!(calls.count(), 2, "one for all reports");
    });
}

/// The soft refresh may land before the rejection, after it, or bring the same once more.
#[test]
fn a_rejection_meets_a_refresh_in_the_air() {
    explore(|| {
        let (cached, calls) = provider(|n| {
            Ok(match n {
                // Due for a look at once, and the look finds the same.
                0 | 1 => numbered_token(0),
                _ => numbered_token(1),
            })
        });
        let client = client(cached.clone());
        let (_, receipt) = send(&client).unwrap();
        cached.source_changed();
        let others: Vec<_> = (0..2)
            .map(|_| {
                let client = client.clone();
                thread::spawn(move || carried(&client))
            })
            .collect();
        // Worth a replay or not, according to what landed before.
        let _either = report_401(&client, &receipt);
        let after = carried(&client);
        for other in others {
            let seen = other.join().unwrap();
            assert!(seen == "token-0" || seen == "token-1");
        }
        // Either a forced refresh brought another, or a forced one found the same and backs off; then
        // a second look is not due on a clock that stands still.
        match calls.count() {
            2 => assert_eq!(after, "token-0"),
            3 => assert_eq!(after, "token-1"),
            other => panic!("{other} calls"),
        }
    });
}

/// Whether the refresh in the air lands before the report or after it: it brings another, so the rejected
/// one is not served to the reporter.
#[test]
fn a_rejection_meets_the_landing_of_another() {
    explore(|| {
        let (cached, calls) = provider(|n| Ok(numbered_token(n)));
        let client = client(cached.clone());
        let (_, receipt) = send(&client).unwrap();
        cached.source_changed();
        let other = {
            let client = client.clone();
            thread::spawn(move || [carried(&client), carried(&client)])
        };
        assert_eq!(report_401(&client, &receipt), Verdict::Reauthorize);
        assert_eq!(carried(&client), "token-1");
        let [first, second] = other.join().unwrap();
        assert!(first <= second, "{first}, then {second}");
        assert_eq!(calls.count(), 2);
    });
}

/// A report of generation n that comes after n+1 landed changes nothing, however it is timed.
#[test]
fn a_late_report_leaves_the_next_generation_alone() {
    explore(|| {
        let (cached, calls) = provider(|n| Ok(numbered_token(n)));
        let client = client(cached);
        let (_, receipt) = send(&client).unwrap();
        assert_eq!(report_401(&client, &receipt), Verdict::Reauthorize);
        let late = {
            let client = client.clone();
            thread::spawn(move || {
                assert_eq!(report_401(&client, &receipt), Verdict::Reauthorize);
            })
        };
        let asks = {
            let client = client.clone();
            thread::spawn(move || carried(&client))
        };
        assert_eq!(carried(&client), "token-1");
        assert_eq!(asks.join().unwrap(), "token-1");
        late.join().unwrap();
        assert_eq!(carried(&client), "token-1");
        assert_eq!(calls.count(), 2);
    });
}

/// All who are there get the one error, and nobody asks again while the clock stands still.
#[test]
fn a_failure_is_shared() {
    explore(|| {
        let (cached, calls) = provider(|_| Err(ProviderError::unavailable("down")));
        let client = client(cached);
        let errors: Vec<_> = (0..3)
            .map(|_| {
                let client = client.clone();
                thread::spawn(move || match send(&client) {
                    Err(crate::AuthError::Provider(error)) => error,
                    other => panic!("{other:?}"),
                })
            })
            .collect();
        let errors: Vec<_> = errors.into_iter().map(|e| e.join().unwrap()).collect();
        assert!(errors.iter().all(|error| error.is_same(&errors[0])));
        assert_eq!(calls.count(), 1);
    });
}
