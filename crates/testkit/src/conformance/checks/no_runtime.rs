use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use onecred_core::{CachedProvider, Runtime};

use crate::conformance::broken::Broken;
use crate::conformance::calls::failed;
use crate::conformance::lab::Lab;
use crate::conformance::promise::Promise;
use crate::manual_runtime::ManualRuntime;

const STEP: Duration = Duration::from_millis(100);
/// So many steps without anything are enough to let a sleeper go on.
const IDLE_STEPS: u32 = 3;

/// Behind the cache, on a runtime that is not tokio's.
pub(in crate::conformance) fn check(lab: &Lab<'_>) -> Option<Broken> {
    let clock = lab.clock();
    let runtime = ManualRuntime::threaded(&clock);
    let cache = CachedProvider::builder(lab.make())
        .clock(clock.clone())
        .runtime(runtime.clone())
        .build();
    let (tell, told) = mpsc::channel();
    runtime.spawn(Box::pin(async move {
        // The trial may be over.
        let _ = tell.send(cache.credential().await);
    }));
    let steps = lab.patience().as_millis() / STEP.as_millis();
    let mut idle = 0;
    for _ in 0..=steps {
        match told.recv_timeout(STEP) {
            Ok(Ok(_)) => return None,
            Ok(Err(error)) => {
                runtime.kill();
                return broken(failed(&error));
            }
            Err(RecvTimeoutError::Disconnected) => return broken("it panicked".to_owned()),
            Err(RecvTimeoutError::Timeout) => {
                idle += 1;
                if idle % IDLE_STEPS == 0 {
                    clock.advance_to_next_sleeper();
                }
            }
        }
    }
    runtime.kill();
    broken("it did not end".to_owned())
}

fn broken(seen: String) -> Option<Broken> {
    let seen = format!("on a thread without tokio {seen}");
    Some(Broken::new(Promise::NoRuntime, seen))
}
