//! A key file that is swapped a hundred times, the way the kubelet does it, while 64 tasks send requests:
//! none of them fails.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "tests, and their helpers")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use onecred_core::{
    Authenticator, CachedProvider, Clock, ResponseHead, SystemClock, Target, Verdict,
};
use onecred_static::KeyFile;
use onecred_testkit::ManualClock;
use onecred_testkit::wire::{Recording, Reply, WireServer};
use onecred_tests::Head;

const TASKS: usize = 64;
const SWAPS: usize = 100;
/// So many requests of every task are answered between two swaps, so that no request sees three keys.
const BETWEEN: usize = 2;
const PATIENCE: Duration = Duration::from_secs(120);

fn key(number: usize) -> String {
    format!("test-only-rotating-key-{number:04}-0000000000")
}

/// A secret volume: `key` → `..data/key`, `..data` → a directory of this version.
struct Volume(PathBuf);

impl Volume {
    fn new(name: &str) -> Self {
        let name = format!("onecred-tests-{name}-{}", std::process::id());
        let volume = Self(std::env::temp_dir().join(name));
        std::fs::create_dir_all(&volume.0).unwrap();
        volume.swap(0);
        std::os::unix::fs::symlink("..data/key", volume.file()).unwrap();
        volume
    }

    fn file(&self) -> PathBuf {
        self.0.join("key")
    }

    fn version(&self, number: usize) -> PathBuf {
        self.0.join(format!("..version_{number}"))
    }

    /// Puts the next version there by one rename, and removes the one before.
    fn swap(&self, number: usize) {
        let version = self.version(number);
        std::fs::create_dir(&version).unwrap();
        std::fs::write(version.join("key"), key(number) + "\n").unwrap();
        let link = self.0.join("..data_tmp");
        std::os::unix::fs::symlink(Path::new(version.file_name().unwrap()), &link).unwrap();
        std::fs::rename(&link, self.0.join("..data")).unwrap();
        if let Some(before) = number.checked_sub(1) {
            std::fs::remove_dir_all(self.version(before)).unwrap();
        }
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The keys that the server takes, and until when.
type Accepted = Arc<Mutex<Vec<(String, Option<Duration>)>>>;

fn server(accepted: &Accepted) -> WireServer {
    let accepted = Arc::clone(accepted);
    WireServer::builder()
        .record(Recording::CountsOnly)
        .classify(|request| format!("{} credentials", request.credentials().len()))
        .respond(move |request| {
            let sent = request.header_values("x-api-key").concat();
            let now = SystemClock::new().monotonic();
            let accepted = accepted.lock().unwrap();
            let is_good = accepted
                .iter()
                .any(|(key, until)| *key == sent && until.is_none_or(|until| now < until));
            if is_good {
                Reply::ok()
            } else {
                Reply::unauthorized()
            }
        })
        .start()
        .unwrap()
}

async fn send(addr: SocketAddr, head: &Head) -> StatusCode {
    let mut text = format!("GET / HTTP/1.1\r\nhost: {addr}\r\nconnection: close\r\n");
    for (name, value) in &head.headers {
        text.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
    }
    text.push_str("\r\n");
    let status = tokio::task::spawn_blocking(move || {
        let mut socket = TcpStream::connect(addr).unwrap();
        socket.write_all(text.as_bytes()).unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).unwrap();
        answer.split(' ').nth(1).unwrap().parse().unwrap()
    });
    status.await.unwrap()
}

/// What happened.
#[derive(Default)]
struct Counts {
    done: Vec<AtomicUsize>,
    replayed: AtomicUsize,
    failed: AtomicUsize,
    stop: AtomicBool,
}

impl Counts {
    fn done(&self) -> Vec<usize> {
        let done = self.done.iter();
        done.map(|task| task.load(Ordering::Relaxed)).collect()
    }
}

async fn keep_sending(client: Authenticator, addr: SocketAddr, counts: Arc<Counts>, task: usize) {
    while !counts.stop.load(Ordering::Relaxed) {
        let mut head = Head::to(&format!("http://{addr}/"));
        let receipt = client.authorize(&mut head.view()).await.unwrap();
        let mut status = send(addr, &head).await;
        let none = HeaderMap::new();
        let verdict = client.on_response(&receipt, &ResponseHead::new(status, &none));
        if verdict == Verdict::Reauthorize
            && let Ok(Some(_)) = client.reauthorize(&receipt, &mut head.view()).await
        {
            counts.replayed.fetch_add(1, Ordering::Relaxed);
            status = send(addr, &head).await;
        }
        if status != StatusCode::OK {
            counts.failed.fetch_add(1, Ordering::Relaxed);
        }
        counts.done[task].fetch_add(1, Ordering::Relaxed);
    }
}

/// How a swap goes.
struct Swap {
    /// So much of the client's time passes before it.
    quiet: Duration,
    /// For so long of real time the server takes the old key, too.
    lenient: Duration,
    /// So much of the client's time passes after it, which makes it look at the file.
    after: Duration,
}

/// Swaps under load. How many requests there were, and how many of them were sent twice.
async fn swap_under_load(name: &str, swap: Swap) -> (usize, usize) {
    let volume = Volume::new(name);
    let accepted: Accepted = Arc::new(Mutex::new(vec![(key(0), None)]));
    let server = server(&accepted);
    let clock = ManualClock::new();
    let cache = CachedProvider::builder(KeyFile::api_key(volume.file()))
        .clock(clock.clone())
        .build();
    let target = Target::builder("loopback")
        .origin(server.origin())
        .and_then(|target| target.key_header("x-api-key"))
        .and_then(|target| target.build())
        .unwrap();
    let client = Authenticator::new(target, cache).unwrap();
    let counts = Arc::new(Counts {
        done: (0..TASKS).map(|_| AtomicUsize::new(0)).collect(),
        ..Counts::default()
    });
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let sending = keep_sending(client.clone(), server.addr(), Arc::clone(&counts), task);
            tokio::spawn(sending)
        })
        .collect();
    let system = SystemClock::new();
    let end = system.monotonic() + PATIENCE;
    for number in 1..=SWAPS {
        let before = counts.done();
        let is_behind = |(now, before): (usize, &usize)| now < before + BETWEEN;
        while counts.done().into_iter().zip(&before).any(is_behind) {
            assert!(system.monotonic() < end, "the requests hang");
            tokio::task::yield_now().await;
            assert!(
                !tasks.iter().any(|task| task.is_finished()),
                "a task failed"
            );
        }
        clock.advance(swap.quiet);
        // The key of the swap is good before anybody can read it.
        accepted.lock().unwrap().push((key(number), None));
        volume.swap(number);
        let until = system.monotonic() + swap.lenient;
        let mut accepted = accepted.lock().unwrap();
        let old = accepted.iter_mut().find(|(old, _)| *old == key(number - 1));
        old.unwrap().1 = Some(until);
        drop(accepted);
        clock.advance(swap.after);
    }
    counts.stop.store(true, Ordering::Relaxed);
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(counts.failed.load(Ordering::Relaxed), 0, "requests failed");
    let all = server.counts();
    assert_eq!(all.keys().collect::<Vec<_>>(), ["1 credentials"]);
    let replayed = counts.replayed.load(Ordering::Relaxed);
    (counts.done().iter().sum(), replayed)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_swaps_and_no_failed_request() {
    let (done, replayed) = swap_under_load(
        "lenient",
        Swap {
            quiet: Duration::from_secs(55),
            lenient: Duration::from_millis(200),
            after: Duration::from_secs(6),
        },
    )
    .await;
    println!("{done} requests, {replayed} of them replayed, 0 failed");
    assert!(done >= SWAPS * BETWEEN * TASKS);
}

/// The old key is dead at once and nobody looks at the file, so that it is the 401 that tells of the swap.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_where_the_old_key_ends_with_the_swap() {
    let (done, replayed) = swap_under_load(
        "strict",
        Swap {
            quiet: Duration::from_secs(61),
            lenient: Duration::ZERO,
            after: Duration::ZERO,
        },
    )
    .await;
    println!("{done} requests, {replayed} of them replayed, 0 failed");
    assert!(replayed > 0, "nobody was rejected");
}
