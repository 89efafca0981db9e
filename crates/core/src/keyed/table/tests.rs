use std::collections::HashMap;

use super::*;
use crate::auth::Auth;
use crate::target::Target;

fn some_authenticator() -> Authenticator {
    let target = Target::builder("t").origin("https://a.example").unwrap();
    Authenticator::new(target.build().unwrap(), Auth::Anonymous).unwrap()
}

/// Few hashes, so that chains are long.
fn hash(key: u32) -> u64 {
    u64::from(key % 7)
}

#[test]
fn it_holds_what_a_hash_map_holds() {
    let one = some_authenticator();
    let mut random = fastrand::Rng::with_seed(7);
    let (mut table, mut model) = (Table::new(), HashMap::new());
    for step in 0..20_000_u32 {
        let key = random.u32(0..100);
        match random.u32(0..4) {
            0 => {
                let removed = table.remove(hash(key), &key).is_some();
                assert_eq!(removed, model.remove(&key).is_some(), "step {step}");
            }
            1 if step % 16 == 0 => {
                if let Some(evicted) = table.evict() {
                    assert!(model.remove(&evicted.key).is_some(), "step {step}");
                }
            }
            _ if !model.contains_key(&key) => {
                table.insert(hash(key), key, one.clone(), NEVER);
                model.insert(key, ());
            }
            _ => assert!(table.get(hash(key), &key).is_some(), "step {step}"),
        }
        assert_eq!(table.len(), model.len(), "step {step}");
    }
    assert!(!model.is_empty());
    for key in 0..100 {
        assert_eq!(
            table.get(hash(key), &key).is_some(),
            model.contains_key(&key)
        );
    }
    assert_eq!(table.iter().count(), model.len());
    assert!(table.slots.len() <= 100, "vacant slots are used again");
}

#[test]
fn who_was_asked_for_gets_a_second_chance() {
    let one = some_authenticator();
    let mut table = Table::new();
    for key in 0..4_u32 {
        table.insert(hash(key), key, one.clone(), NEVER);
    }
    assert_eq!(
        table.evict().map(|e| e.key),
        Some(0),
        "nobody was asked for"
    );
    assert!(table.get(hash(1), &1).is_some());
    assert_eq!(table.evict().map(|e| e.key), Some(2), "1 was asked for");
    assert_eq!(table.evict().map(|e| e.key), Some(3));
    assert_eq!(table.evict().map(|e| e.key), Some(1));
    assert!(table.evict().is_none());
}

#[test]
fn a_sweep_finds_each_due_slot_once() {
    let one = some_authenticator();
    let mut table = Table::new();
    for (key, due) in [(0_u32, 10), (1, 20), (2, NEVER), (3, 15)] {
        table.insert(hash(key), key, one.clone(), due);
    }
    let sweep = |table: &Table<u32>, now| {
        let mut found = Vec::new();
        table.sweep(now, |due, index| found.push((due, index)));
        found
    };
    assert_eq!(sweep(&table, 9), []);
    assert_eq!(sweep(&table, 15), [(10, 0), (15, 3)]);
    assert_eq!(sweep(&table, 15), []);
    assert_eq!(table.next_due.load(Ordering::Relaxed), 20);
    table.set_due(0, 16);
    assert_eq!(sweep(&table, 30), [(16, 0), (20, 1)]);
    drop(table.remove(hash(1), &1));
    table.set_due(1, 31);
    assert_eq!(sweep(&table, 40), [], "the slot is vacant");
}
