//! One client, many tasks, and somebody who changes its auth all the time: every request carries exactly one
//! of the two, and none fails.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests, and their helpers"
)]

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use onecred_core::{Auth, Authenticator, CachedProvider};
use onecred_testkit::wire::{Recording, Reply, WireServer};
use onecred_testkit::{Answer, MARK, ScriptedProvider};
use onecred_tests::{HOUR, Head, client, key};

const KEY: &str = "static-key-of-the-load-test";

/// Which of the two a request carries; it must be one, whole and alone.
fn kind(head: &Head) -> &'static str {
    match (
        &head.values("x-api-key")[..],
        &head.values("authorization")[..],
    ) {
        ([key], []) if key == KEY => "key",
        ([], [bearer]) if bearer.starts_with(&format!("Bearer {MARK}")) => "token",
        other => panic!("neither the one nor the other: {other:?}"),
    }
}

/// Replaces the auth so many times, spread over the requests.
async fn replace_while(
    client: Authenticator,
    provider: CachedProvider,
    times: usize,
    total: usize,
    done: Arc<AtomicUsize>,
) {
    for turn in 0..times {
        while done.load(Ordering::Relaxed) < turn * total / times {
            tokio::task::yield_now().await;
        }
        let auth = match turn % 2 {
            0 => Auth::provider(provider.clone()),
            _ => key(KEY),
        };
        client.replace(auth).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_thousand_requests_of_64_tasks_and_200_replaces() {
    const TASKS: usize = 64;
    const REQUESTS: usize = 100_032;
    const REPLACES: usize = 200;
    let issuer = ScriptedProvider::new().then(Answer::bearer().expires_in(HOUR));
    let client = client(key(KEY));
    let done = Arc::<AtomicUsize>::default();
    let replaces = tokio::spawn(replace_while(
        client.clone(),
        issuer.clone().into(),
        REPLACES,
        REQUESTS,
        Arc::clone(&done),
    ));
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| {
            let (client, done) = (client.clone(), Arc::clone(&done));
            tokio::spawn(async move {
                let mut seen: HashMap<&str, usize> = HashMap::new();
                for _ in 0..REQUESTS / TASKS {
                    let mut head = Head::new();
                    client.authorize(&mut head.view()).await.unwrap();
                    *seen.entry(kind(&head)).or_default() += 1;
                    if done.fetch_add(1, Ordering::Relaxed) % 16 == 0 {
                        tokio::task::yield_now().await;
                    }
                }
                seen
            })
        })
        .collect();
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for task in tasks {
        for (kind, count) in task.await.expect("no task fails") {
            *seen.entry(kind).or_default() += count;
        }
    }
    replaces.await.unwrap();
    assert_eq!(seen.values().sum::<usize>(), REQUESTS);
    assert!(
        seen["key"] > REQUESTS / 20 && seen["token"] > REQUESTS / 20,
        "{seen:?}"
    );
    assert_eq!(issuer.calls(), 1, "the replaces go back to the same cache");
}

/// The same where each turn brings a cold provider: requests wait for it while the next replace is on its
/// way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replaces_by_cold_providers() {
    const TASKS: usize = 64;
    const REQUESTS: usize = 6_400;
    const REPLACES: usize = 200;
    let client = client(key(KEY));
    let done = Arc::<AtomicUsize>::default();
    let replaces = {
        let (client, done) = (client.clone(), Arc::clone(&done));
        tokio::spawn(async move {
            for turn in 0..REPLACES {
                while done.load(Ordering::Relaxed) < turn * REQUESTS / REPLACES {
                    tokio::task::yield_now().await;
                }
                let auth = match turn % 2 {
                    0 => Auth::provider(ScriptedProvider::new()),
                    _ => key(KEY),
                };
                client.replace(auth).unwrap();
            }
        })
    };
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| {
            let (client, done) = (client.clone(), Arc::clone(&done));
            tokio::spawn(async move {
                for _ in 0..REQUESTS / TASKS {
                    let mut head = Head::new();
                    client.authorize(&mut head.view()).await.unwrap();
                    kind(&head);
                    done.fetch_add(1, Ordering::Relaxed);
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("no task fails");
    }
    replaces.await.unwrap();
}

#[test]
fn over_sockets() {
    const THREADS: usize = 8;
    const REQUESTS: usize = 800;
    const REPLACES: usize = 40;
    let server = WireServer::builder()
        .record(Recording::CountsOnly)
        .classify(|request| match &request.credentials() {
            [only] => only.name().to_owned(),
            found => format!("{} credentials", found.len()),
        })
        .respond(|_| Reply::check_credentials())
        .start()
        .unwrap();
    let target = onecred_core::Target::builder("loopback")
        .origin(server.origin())
        .and_then(|target| target.key_header("x-api-key"))
        .and_then(|target| target.build())
        .unwrap();
    let client = Authenticator::new(target, key(KEY)).unwrap();
    let provider = CachedProvider::from(ScriptedProvider::new());
    let done = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for _ in 0..REQUESTS / THREADS {
                    let mut head = Head::to(&server.url("/v1"));
                    client.authorize_blocking(&mut head.view()).unwrap();
                    kind(&head);
                    assert_eq!(status_of(&server, &head), "HTTP/1.1 200 OK");
                    done.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        scope.spawn(|| {
            for turn in 0..REPLACES {
                while done.load(Ordering::Relaxed) < turn * REQUESTS / REPLACES {
                    std::thread::yield_now();
                }
                let auth = match turn % 2 {
                    0 => Auth::provider(provider.clone()),
                    _ => key(KEY),
                };
                client.replace(auth).unwrap();
            }
        });
    });
    let tally = server.tally();
    assert_eq!((tally.total, tally.one_credential), (REQUESTS, REQUESTS));
    let counts = server.counts();
    assert!(
        counts["x-api-key"] > 0 && counts["authorization"] > 0,
        "{counts:?}"
    );
    assert_eq!(counts.len(), 2, "{counts:?}");
}

fn status_of(server: &WireServer, head: &Head) -> String {
    let mut text = format!(
        "GET {} HTTP/1.1\r\nhost: {}\r\n",
        head.uri.path(),
        server.addr()
    );
    for (name, value) in &head.headers {
        text.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
    }
    text.push_str("connection: close\r\n\r\n");
    let mut socket = TcpStream::connect(server.addr()).unwrap();
    socket.write_all(text.as_bytes()).unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    answer.lines().next().unwrap_or_default().to_owned()
}
