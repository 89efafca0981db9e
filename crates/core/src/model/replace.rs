//! The slot: what was replaced does not come back, whoever was just about to publish it.

use shuttle::thread;

use super::{carried, client, explore, key, numbered_token, provider, report_401, send};
use crate::{AuthError, ProviderError, Verdict};

#[test]
fn a_refresh_that_lands_late_does_not_undo_a_replace() {
    explore(|| {
        let (cached, calls) = provider(|n| Ok(numbered_token(n)));
        let client = client(cached);
        let requests: Vec<_> = (0..2)
            .map(|_| {
                let client = client.clone();
                thread::spawn(move || carried(&client))
            })
            .collect();
        let replaces: Vec<_> = ["key-a", "key-b"]
            .into_iter()
            .map(|name| {
                let client = client.clone();
                thread::spawn(move || {
                    let epoch = client.replace(key(name)).unwrap();
                    let seen = carried(&client);
                    assert!(seen.starts_with("key-"), "after a replace: {seen}");
                    (epoch, name)
                })
            })
            .collect();
        for request in requests {
            let seen = request.join().unwrap();
            assert!(["token-0", "key-a", "key-b"].contains(&seen.as_str()));
        }
        let last = replaces
            .into_iter()
            .map(|replace| replace.join().unwrap())
            .max_by_key(|(epoch, _)| *epoch)
            .unwrap();
        assert_eq!(client.status().epoch, last.0, "the later epoch stays");
        assert_eq!(carried(&client), last.1);
        assert!(calls.count() <= 1);
    });
}

#[test]
fn back_to_a_provider_and_away_again() {
    explore(|| {
        let (cached, calls) = provider(|n| Ok(numbered_token(n)));
        let client = client(key("key-a"));
        let turns = {
            let client = client.clone();
            thread::spawn(move || {
                client.replace(cached).unwrap();
                assert_eq!(carried(&client), "token-0");
                client.replace(key("key-b")).unwrap();
                assert_eq!(carried(&client), "key-b");
            })
        };
        let requests: Vec<_> = (0..2)
            .map(|_| {
                let client = client.clone();
                thread::spawn(move || [carried(&client), carried(&client)])
            })
            .collect();
        let order = ["key-a", "token-0", "key-b"];
        for request in requests {
            let at = request
                .join()
                .unwrap()
                .map(|seen| order.iter().position(|one| *one == seen).unwrap());
            assert!(
                at[0] <= at[1],
                "a client saw an older choice after a newer one"
            );
        }
        turns.join().unwrap();
        assert_eq!(carried(&client), "key-b");
        assert_eq!(calls.count(), 1);
    });
}

/// Who waits for a provider that fails, and is replaced meanwhile, gets the new choice.
#[test]
fn a_replace_rescues_those_who_wait() {
    explore(|| {
        let (cached, calls) = provider(|_| Err(ProviderError::unavailable("down")));
        let client = client(cached);
        let waits = {
            let client = client.clone();
            thread::spawn(move || send(&client).map(|(seen, _)| seen))
        };
        client.replace(key("key-a")).unwrap();
        assert_eq!(carried(&client), "key-a");
        match waits.join().unwrap() {
            Ok(seen) => assert_eq!(seen, "key-a"),
            // Told before the replace.
            Err(AuthError::Provider(error)) => assert_eq!(error.to_string(), "Numbered: down"),
            Err(other) => panic!("{other}"),
        }
        assert!(calls.count() <= 1);
    });
}

/// A clone shares the slot, a derived client does not; a 401 of the parent reaches the derived one
/// through the cache that they share.
#[test]
fn clones_and_derived_clients_agree() {
    explore(|| {
        let (cached, calls) = provider(|n| Ok(numbered_token(n)));
        let parent = client(cached);
        let child = parent.derive().build().unwrap();
        let (_, receipt) = send(&parent).unwrap();
        let replaces = {
            let clone = parent.clone();
            thread::spawn(move || clone.replace(key("key-a")).unwrap())
        };
        let asks = {
            let child = child.clone();
            thread::spawn(move || carried(&child))
        };
        // The parent sent it: the cache hears of it, the replay is not the child's.
        assert_eq!(report_401(&child, &receipt), Verdict::Reject);
        assert_eq!(
            carried(&child),
            "token-1",
            "a rejected token was served again"
        );
        let seen = asks.join().unwrap();
        assert!(seen == "token-0" || seen == "token-1");
        replaces.join().unwrap();
        assert_eq!(carried(&parent), "key-a");
        assert_eq!(carried(&child), "token-1");
        assert_eq!(calls.count(), 2);
    });
}
