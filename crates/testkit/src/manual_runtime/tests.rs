use std::sync::atomic::AtomicUsize;
use std::sync::mpsc;

use super::*;
use crate::Gate;

const S: Duration = Duration::from_secs(1);
const LONG: Duration = Duration::from_secs(20);

struct DropFlag(Arc<AtomicBool>);

impl Drop for DropFlag {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[test]
fn nothing_runs_until_it_is_driven() {
    let runtime = ManualRuntime::new(&ManualClock::new());
    let ran = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&ran);
    runtime.spawn(Box::pin(async move { flag.store(true, Ordering::SeqCst) }));
    assert!(!ran.load(Ordering::SeqCst));
    assert_eq!((runtime.spawned(), runtime.pending()), (1, 1));
    assert_eq!(runtime.run_until_stalled(), 1);
    assert!(ran.load(Ordering::SeqCst));
    assert_eq!((runtime.spawned(), runtime.pending()), (1, 0));
}

#[test]
fn sleeping_takes_the_clock_and_a_drive() {
    let clock = ManualClock::new();
    let runtime = ManualRuntime::new(&clock);
    let done = Arc::new(AtomicBool::new(false));
    let (flag, sleep) = (Arc::clone(&done), runtime.sleep(5 * S));
    runtime.spawn(Box::pin(async move {
        sleep.await;
        flag.store(true, Ordering::SeqCst);
    }));
    runtime.run_until_stalled();
    clock.advance(4 * S);
    assert_eq!(runtime.run_until_stalled(), 0);
    clock.advance(S);
    assert!(!done.load(Ordering::SeqCst));
    assert_eq!(runtime.run_until_stalled(), 1);
    assert!(done.load(Ordering::SeqCst));
}

#[test]
fn killed_it_drops_everything_now_and_later() {
    let runtime = ManualRuntime::new(&ManualClock::new());
    let (before, after) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicBool::new(false)),
    );
    let held = DropFlag(Arc::clone(&before));
    runtime.spawn(Box::pin(async move {
        std::future::pending::<()>().await;
        drop(held);
    }));
    runtime.run_until_stalled();
    runtime.kill();
    assert!(before.load(Ordering::SeqCst));
    let held = DropFlag(Arc::clone(&after));
    runtime.spawn(Box::pin(async move { drop(held) }));
    assert!(after.load(Ordering::SeqCst));
    assert_eq!(
        (
            runtime.spawned(),
            runtime.pending(),
            runtime.run_until_stalled()
        ),
        (2, 0, 0)
    );
}

#[test]
fn a_future_may_kill_its_own_runtime_and_spawn_on_it() {
    let runtime = ManualRuntime::new(&ManualClock::new());
    let (own, child) = (runtime.clone(), Arc::new(AtomicBool::new(false)));
    let flag = Arc::clone(&child);
    runtime.spawn(Box::pin(async move {
        own.spawn(Box::pin(async move { flag.store(true, Ordering::SeqCst) }));
        own.kill();
    }));
    runtime.run_until_stalled();
    assert_eq!(runtime.pending(), 0);
    assert!(!child.load(Ordering::SeqCst), "killed before it ran");
}

#[test]
fn complete_runs_what_is_spawned_meanwhile() {
    let runtime = ManualRuntime::new(&ManualClock::new());
    let gate = Gate::new();
    let (opener, spawner) = (gate.clone(), runtime.clone());
    let answer = runtime.complete(async move {
        spawner.spawn(Box::pin(async move { opener.open() }));
        gate.pass().await;
        42
    });
    assert_eq!(answer, Some(42));
}

#[test]
fn complete_says_when_everything_waits_for_the_outside() {
    let runtime = ManualRuntime::new(&ManualClock::new());
    assert_eq!(runtime.complete(Gate::new().pass()), None);
}

#[test]
fn a_future_that_wakes_itself_for_ever_is_left() {
    let runtime = ManualRuntime::new(&ManualClock::new());
    runtime.spawn(Box::pin(std::future::poll_fn(|cx| {
        cx.waker().wake_by_ref();
        Poll::Pending
    })));
    assert_eq!(runtime.run_until_stalled(), MOST_POLLS);
    runtime.kill();
}

#[test]
fn a_panic_ends_only_its_own_future() {
    let runtime = ManualRuntime::new(&ManualClock::new());
    let ran = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&ran);
    runtime.spawn(Box::pin(async { panic!("on purpose") }));
    runtime.spawn(Box::pin(async move { flag.store(true, Ordering::SeqCst) }));
    runtime.run_until_stalled();
    assert!(ran.load(Ordering::SeqCst));
    assert_eq!(runtime.pending(), 0);
}

#[test]
fn threaded_it_drives_itself_and_its_sleepers() {
    let clock = ManualClock::new();
    let runtime = ManualRuntime::threaded(&clock);
    let (at_work, started) = mpsc::channel();
    let (done, ended) = mpsc::channel();
    let sleep = runtime.sleep(S);
    runtime.spawn(Box::pin(async move {
        at_work.send(()).unwrap();
        sleep.await;
        done.send(()).unwrap();
    }));
    started.recv_timeout(LONG).unwrap();
    assert!(ended.try_recv().is_err());
    clock.advance(S);
    ended.recv_timeout(LONG).unwrap();
}

#[test]
fn threaded_and_shaken_by_many_threads_it_loses_no_wake() {
    let runtime = ManualRuntime::threaded(&ManualClock::new());
    let gate = Gate::new();
    let passed = Arc::new(AtomicUsize::new(0));
    let (done, ended) = mpsc::channel();
    for _ in 0..200 {
        let (gate, passed, done) = (gate.clone(), Arc::clone(&passed), done.clone());
        runtime.spawn(Box::pin(async move {
            gate.pass().await;
            if passed.fetch_add(1, Ordering::SeqCst) == 199 {
                done.send(()).unwrap();
            }
        }));
    }
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..50).for_each(|_| gate.release_one()));
        }
    });
    ended.recv_timeout(LONG).expect("all 200 permits arrive");
}
