//! Cause 20 of the doctor: helpers that fail in every way, as real scripts.

use std::time::Duration;

use onecred_core::{CachedProvider, Clock, ProviderErrorKind, SystemClock};
use onecred_testkit::LeakScan;
use rustix::process::{Pid, test_kill_process};

use super::{TOKEN, ask, script};
use crate::scratch::{Scratch, wait_until};

use ProviderErrorKind::{Misconfigured, Unavailable};

struct Case {
    name: &'static str,
    script: &'static str,
    timeout: Duration,
    kind: ProviderErrorKind,
    says: &'static str,
}

const LONG: Duration = Duration::from_secs(20);
const BRIEF: Duration = Duration::from_millis(300);

/// `$token` is the secret. Every script writes the numbers of its processes to `pids`.
const CASES: &[Case] = &[
    Case {
        name: "prints too much",
        script: "while :; do echo $token; done",
        timeout: LONG,
        kind: Misconfigured,
        says: "more than 64 KiB",
    },
    Case {
        name: "floods standard error",
        script: "while :; do echo $token; done >&2",
        timeout: BRIEF,
        kind: Unavailable,
        says: "did not end within 0.3 s",
    },
    Case {
        name: "prints too late",
        script: "sleep 60 & echo $! >> pids; wait; echo $token",
        timeout: BRIEF,
        kind: Unavailable,
        says: "did not end within 0.3 s",
    },
    Case {
        name: "prints and does not end",
        script: "echo $token; exec sleep 60",
        timeout: BRIEF,
        kind: Unavailable,
        says: "did not end within 0.3 s",
    },
    Case {
        name: "ignores signals",
        script: "trap '' TERM INT HUP; echo $token; while :; do sleep 1; done",
        timeout: BRIEF,
        kind: Unavailable,
        says: "did not end within 0.3 s",
    },
    Case {
        name: "prints nothing",
        script: ":",
        timeout: LONG,
        kind: Unavailable,
        says: "printed nothing",
    },
    Case {
        name: "prints white space",
        script: "printf ' \\n\\n'",
        timeout: LONG,
        kind: Unavailable,
        says: "printed nothing",
    },
    Case {
        name: "prints to standard error",
        script: "echo $token >&2",
        timeout: LONG,
        kind: Misconfigured,
        says: "belongs on standard output",
    },
    Case {
        name: "leaves a grandchild that holds the output",
        script: "sleep 60 & echo $! >> pids; echo $token",
        timeout: LONG,
        kind: Misconfigured,
        says: "holds its output",
    },
    Case {
        name: "needs a terminal",
        script: "test -t 0 || { echo 'stdin is not a terminal' >&2; exit 1; }; echo $token",
        timeout: LONG,
        kind: Unavailable,
        says: "helpers have no terminal and an empty standard input",
    },
    Case {
        name: "asks for a password",
        script: "read -r password || exit 3; echo $token",
        timeout: LONG,
        kind: Unavailable,
        says: "exit status: 3 and said nothing",
    },
    Case {
        name: "is stopped, as by a terminal",
        script: "echo $token; kill -STOP $$",
        timeout: LONG,
        kind: Misconfigured,
        says: "wanted the terminal",
    },
    Case {
        name: "fails after printing",
        script: "echo $token; echo \"login expired, had $token\" >&2; exit 7",
        timeout: LONG,
        kind: Unavailable,
        says: "exit status: 7: login expired, had [hidden]",
    },
    Case {
        name: "fails and leaves a grandchild",
        script: "sleep 60 >/dev/null 2>&1 & echo $! >> pids; exit 1",
        timeout: LONG,
        kind: Unavailable,
        says: "exit status: 1",
    },
    Case {
        name: "kills itself",
        script: "echo $token; kill -KILL $$",
        timeout: LONG,
        kind: Unavailable,
        says: "signal: 9",
    },
    Case {
        name: "prints extra text on the line",
        script: "echo token: $token",
        timeout: LONG,
        kind: Misconfigured,
        says: "",
    },
    Case {
        name: "prints extra lines",
        script: "echo 'A new version is available'; echo $token",
        timeout: LONG,
        kind: Misconfigured,
        says: "more than the credential alone",
    },
    Case {
        name: "prints two tokens",
        script: "echo $token; echo $token",
        timeout: LONG,
        kind: Misconfigured,
        says: "more than the credential alone",
    },
    Case {
        name: "prints colours",
        script: "printf '\\033[32m%s\\033[0m\\n' $token",
        timeout: LONG,
        kind: Misconfigured,
        says: "no credential",
    },
    Case {
        name: "prints binary",
        script: "printf '\\377\\376%s' $token",
        timeout: LONG,
        kind: Misconfigured,
        says: "no credential",
    },
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_misbehaviour_is_a_clear_error_and_leaves_nothing() {
    for case in CASES {
        let scratch = Scratch::new();
        let text = format!("token={TOKEN}\necho $$ > pids\n{}\n", case.script);
        let helper = script(&scratch, &text).timeout(case.timeout);
        let cache = CachedProvider::from(helper.clone());
        let clock = SystemClock::new();
        let before = clock.monotonic();
        let error = cache.credential().await.expect_err(case.name);
        let took = clock.monotonic() - before;

        assert!(took < Duration::from_secs(10), "{}: {took:?}", case.name);
        assert_eq!(error.kind(), case.kind, "{}: {error}", case.name);
        let text = error.to_string();
        assert!(text.contains(case.says), "{}: {text}", case.name);
        LeakScan::new([TOKEN])
            .error("the error", &error)
            .debug("the helper", &helper)
            .debug("the cache", &cache)
            .assert_clean();
        for pid in std::fs::read_to_string(scratch.path("pids"))
            .unwrap()
            .lines()
        {
            let what = format!("{}: process {pid} is left", case.name);
            wait_until(&what, || is_gone(pid));
        }
    }
}

/// Whether the process has ended; who reaps an orphan is the system's business.
fn is_gone(pid: &str) -> bool {
    let number = Pid::from_raw(pid.parse().unwrap()).unwrap();
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"));
    let is_zombie = stat.is_ok_and(|stat| stat.contains(") Z "));
    is_zombie || test_kill_process(number).is_err()
}

#[tokio::test]
async fn a_helper_that_nobody_waits_for_is_killed() {
    let scratch = Scratch::new();
    let helper = script(&scratch, "echo $$ > pid.new; mv pid.new pid; exec sleep 60");
    let asked = tokio::spawn(async move { ask(&helper).await.is_ok() });
    let pid = scratch.path("pid");
    while !pid.exists() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let number = std::fs::read_to_string(pid).unwrap();
    assert!(!is_gone(number.trim()));
    asked.abort();
    assert!(asked.await.is_err());
    wait_until("it is gone", || is_gone(number.trim()));
}

#[tokio::test]
async fn a_daemon_with_outputs_of_its_own_may_stay() {
    let scratch = Scratch::new();
    let text = format!("sleep 60 >/dev/null 2>&1 & echo $! > pid; echo {TOKEN}");
    assert_eq!(super::token(&script(&scratch, &text)).await.unwrap(), TOKEN);
    let pid = std::fs::read_to_string(scratch.path("pid")).unwrap();
    let pid = pid.trim();
    assert!(!is_gone(pid));
    let number = Pid::from_raw(pid.parse().unwrap()).unwrap();
    rustix::process::kill_process(number, rustix::process::Signal::KILL).unwrap();
}
