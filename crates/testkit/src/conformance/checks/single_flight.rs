use std::future::Future;
use std::sync::mpsc;
use std::task::Poll;
use std::time::Duration;

use onecred_core::{BoxFuture, CachedProvider, Credential, ProviderError, Runtime};

use crate::conformance::broken::Broken;
use crate::conformance::cached::{CountingRuntime, Watched};
use crate::conformance::calls::failed;
use crate::conformance::lab::{self, Lab, Ran};
use crate::conformance::promise::Promise;
use crate::manual_clock::ManualClock;
use crate::manual_runtime::ManualRuntime;

const CALLERS: usize = 100;
const THREADS: usize = 5;
const LATER: usize = 10;
/// A credential that is due again by then keeps its source busy.
const LATER_BY: Duration = Duration::from_secs(2);

type Told = mpsc::Receiver<Result<Credential, ProviderError>>;

/// The cache guarantees it; together with the provider it is what users get.
pub(in crate::conformance) fn check(lab: &Lab<'_>) -> Option<Broken> {
    let provider = Watched::new(lab.make());
    let seen = one_call(lab, &provider).err()?;
    Some(Broken::new(Promise::SingleFlight, seen))
}

fn one_call(lab: &Lab<'_>, provider: &Watched) -> Result<(), String> {
    let clock = lab.clock();
    let runtime = CountingRuntime::start(&clock).ok_or("no thread could be started")?;
    let cache = CachedProvider::builder(provider.clone())
        .clock(clock.clone())
        .runtime(runtime.for_cache())
        .build();
    let (waiting, polled) = mpsc::channel();
    let (tell, told) = mpsc::channel();
    let caller = || -> BoxFuture<'static, ()> {
        let (cache, waiting, tell) = (cache.clone(), waiting.clone(), tell.clone());
        Box::pin(async move {
            let credential = tell_when_polled(cache.credential(), waiting).await;
            let _ = tell.send(credential);
        })
    };
    // Callers come from several threads and from several runtimes of their own.
    let homes: Vec<ManualRuntime> = (0..THREADS)
        .map(|_| ManualRuntime::threaded(&clock))
        .collect();
    std::thread::scope(|scope| {
        for home in &homes {
            let callers: Vec<_> = (0..CALLERS / THREADS).map(|_| caller()).collect();
            scope.spawn(move || callers.into_iter().for_each(|caller| home.spawn(caller)));
        }
    });
    // All of them wait before the provider is let go on.
    let all_wait = (0..CALLERS).all(|_| polled.recv_timeout(lab.patience()).is_ok());
    provider.gate.open();
    let first = if all_wait {
        receive(&told, CALLERS, &clock, lab.patience())
    } else {
        Err("callers were lost".to_owned())
    };
    clock.advance(LATER_BY);
    let later = first.and_then(|()| {
        (0..LATER).try_for_each(|_| {
            homes.iter().take(1).for_each(|home| home.spawn(caller()));
            receive(&told, 1, &clock, lab.patience())
        })
    });
    let refreshes = runtime.spawned();
    homes.iter().for_each(ManualRuntime::kill);
    runtime.stop();
    later?;
    if refreshes > 1 {
        return Err(format!(
            "{} callers caused {refreshes} calls",
            CALLERS + LATER
        ));
    }
    match provider.seen().calls {
        1 => Ok(()),
        calls => Err(format!("{} callers caused {calls} calls", CALLERS + LATER)),
    }
}

fn receive(
    told: &Told,
    count: usize,
    clock: &ManualClock,
    patience: Duration,
) -> Result<(), String> {
    for _ in 0..count {
        match lab::wait(told, clock, patience) {
            Ran::Done(Ok(_)) => {}
            Ran::Done(Err(error)) => {
                return Err(format!("a caller was told that {}", failed(&error)));
            }
            Ran::Panicked | Ran::Hung => return Err("a caller got no answer".to_owned()),
        }
    }
    Ok(())
}

async fn tell_when_polled<F: Future>(future: F, tell: mpsc::Sender<()>) -> F::Output {
    let mut future = std::pin::pin!(future);
    let mut tell = Some(tell);
    std::future::poll_fn(|cx| {
        let polled = future.as_mut().poll(cx);
        if let Some(tell) = tell.take() {
            // The trial may be over.
            let _ = tell.send(());
        }
        match polled {
            Poll::Ready(output) => Poll::Ready(output),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}
