use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Wake;

use super::*;

struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

fn poll(sleep: &mut Sleep, count: &Arc<Count>) -> Poll<()> {
    let waker = Waker::from(Arc::clone(count));
    Pin::new(sleep).poll(&mut Context::from_waker(&waker))
}

const S: Duration = Duration::from_secs(1);

#[test]
fn starts_in_2030_and_stands_still() {
    let clock = ManualClock::new();
    let since = clock.now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    assert_eq!(since.as_secs(), 1_893_456_000);
    assert_eq!(clock.now(), clock.clone().now());
    assert_eq!(clock.monotonic(), clock.monotonic());
}

#[test]
fn the_wall_moves_alone() {
    let clock = ManualClock::new();
    let (wall, age) = (clock.now(), clock.monotonic());
    clock.jump_wall_forward(2 * S);
    assert_eq!(clock.now(), wall + 2 * S);
    clock.jump_wall_back(5 * S);
    assert_eq!(clock.now(), wall - 3 * S);
    clock.set_wall(SystemTime::UNIX_EPOCH);
    assert_eq!(clock.now(), SystemTime::UNIX_EPOCH);
    assert_eq!(clock.monotonic(), age);
}

#[test]
fn a_sleeper_wakes_exactly_when_its_time_is_over() {
    let clock = ManualClock::new();
    let count = Arc::new(Count(AtomicUsize::new(0)));
    let mut sleep = clock.sleep(10 * S);
    assert_eq!(poll(&mut sleep, &count), Poll::Pending);
    clock.advance(10 * S - Duration::from_nanos(1));
    assert_eq!(count.0.load(Ordering::SeqCst), 0);
    assert_eq!(clock.next_sleeper(), Some(Duration::from_nanos(1)));
    clock.advance(Duration::from_nanos(1));
    assert_eq!(count.0.load(Ordering::SeqCst), 1);
    assert_eq!(poll(&mut sleep, &count), Poll::Ready(()));
    assert_eq!(clock.sleepers(), 0);
}

#[test]
fn a_wall_jump_wakes_nobody() {
    let clock = ManualClock::new();
    let count = Arc::new(Count(AtomicUsize::new(0)));
    let mut sleep = clock.sleep(S);
    assert_eq!(poll(&mut sleep, &count), Poll::Pending);
    clock.jump_wall_forward(3600 * S);
    assert_eq!(poll(&mut sleep, &count), Poll::Pending);
    assert_eq!(count.0.load(Ordering::SeqCst), 0);
}

#[test]
fn a_dropped_sleeper_is_forgotten() {
    let clock = ManualClock::new();
    let count = Arc::new(Count(AtomicUsize::new(0)));
    let mut sleep = clock.sleep(S);
    assert_eq!(poll(&mut sleep, &count), Poll::Pending);
    assert_eq!(clock.sleepers(), 1);
    drop(sleep);
    assert_eq!(clock.sleepers(), 0);
    assert!(!clock.advance_to_next_sleeper());
}

#[test]
fn to_the_next_sleeper_and_no_further() {
    let clock = ManualClock::new();
    let count = Arc::new(Count(AtomicUsize::new(0)));
    let (mut near, mut far) = (clock.sleep(2 * S), clock.sleep(3 * S));
    assert!(poll(&mut near, &count).is_pending() && poll(&mut far, &count).is_pending());
    let age = clock.monotonic();
    assert!(clock.advance_to_next_sleeper());
    assert_eq!(clock.monotonic(), age + 2 * S);
    assert_eq!((count.0.load(Ordering::SeqCst), clock.sleepers()), (1, 1));
}
