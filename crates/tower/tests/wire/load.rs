//! Replaced under load: every request carries exactly one credential.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use onecred_testkit::wire::{Recording, WireServer};
use onecred_tower::AuthLayer;
use tower::Layer;

use crate::common::*;

const TASKS: usize = 64;
const REQUESTS: usize = 50;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replaces_under_load_leave_exactly_one_credential_on_every_request() {
    let server = WireServer::builder()
        .record(Recording::CountsOnly)
        .classify(|request| match credential_lines(request).as_slice() {
            [line] if line.starts_with("x-api-key: ") => "key".to_owned(),
            [line] if line.starts_with("authorization: Bearer ") => "token".to_owned(),
            _ => "wrong".to_owned(),
        })
        .start()
        .unwrap();
    let authenticator = with_auth(&[&server], key("key-1"));
    let service = AuthLayer::new(authenticator.clone()).layer(client());
    let done = Arc::new(AtomicBool::new(false));
    let replacing = tokio::spawn({
        let (done, authenticator) = (Arc::clone(&done), authenticator.clone());
        async move {
            let mut replaces = 0;
            while !done.load(Ordering::Relaxed) {
                authenticator.replace(numbered_tokens().0).unwrap();
                tokio::task::yield_now().await;
                authenticator.replace(key("key-1")).unwrap();
                tokio::task::yield_now().await;
                replaces += 2;
            }
            replaces
        }
    });
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| {
            let (service, url) = (service.clone(), server.url("/v1"));
            tokio::spawn(async move {
                for _ in 0..REQUESTS {
                    assert_eq!(
                        send(&service, post(&url, "body")).await.unwrap().status(),
                        200
                    );
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    done.store(true, Ordering::Relaxed);
    assert!(replacing.await.unwrap() >= 2);
    let tally = server.tally();
    assert_eq!(
        (tally.total, tally.one_credential),
        (TASKS * REQUESTS, TASKS * REQUESTS)
    );
    let counts = server.counts();
    assert!(!counts.contains_key("wrong"), "{counts:?}");
    assert!(
        counts.contains_key("key") && counts.contains_key("token"),
        "{counts:?}"
    );
}
