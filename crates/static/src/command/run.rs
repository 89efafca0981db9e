//! Runs the program: bounded in time and output, as a process group that is killed as a whole.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use onecred_core::{Clock, Env, Secret, SystemClock};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, WaitIdStatus, kill_process_group, waitid,
};
use zeroize::Zeroizing;

/// More than any token, and than any answer of a credential helper.
const MOST_BYTES: usize = 64 * 1024;
const CHUNK: usize = 4096;

/// How often the end of the program is looked for while it prints nothing.
const SLICE: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 10_000_000,
};

/// How long the output may stay open after the program has ended.
const HELD_OPEN: Duration = Duration::from_millis(500);

/// One run.
pub(super) struct Job {
    pub(super) program: PathBuf,
    pub(super) arguments: Vec<OsString>,
    pub(super) env: Env,
    pub(super) directory: Option<PathBuf>,
    pub(super) stdin: Option<Vec<u8>>,
    pub(super) timeout: Duration,
    pub(super) abandoned: Arc<AtomicBool>,
}

/// A program that has ended, well or not.
pub(super) struct Ended {
    pub(super) status: ExitStatus,
    pub(super) stdout: Secret,
    pub(super) stderr: Secret,
}

/// Why there is no end to speak of. Whatever had been started is gone.
#[derive(Debug)]
pub(super) enum Trouble {
    Start(io::Error),
    Watch(io::Error),
    TimedOut,
    TooMuch,
    Stopped,
    HeldOpen,
    Abandoned,
}

impl Job {
    /// Runs it on this thread, which waits.
    pub(super) fn run(self) -> Result<Ended, Trouble> {
        // Processes live in the system's time, whatever clock the caller goes by.
        let clock = SystemClock::new();
        let started = clock.monotonic();
        let mut group = Group::start(&self)?;
        let mut stdout = Pipe::new(group.child.stdout.take())?;
        let mut stderr = Pipe::new(group.child.stderr.take())?;
        let mut ended_at = None;
        loop {
            let now = clock.monotonic();
            if self.abandoned.load(Ordering::Relaxed) {
                return Err(Trouble::Abandoned);
            }
            wait_for_output(&stdout, &stderr)?;
            stdout.drain()?;
            stderr.drain()?;
            if stdout.seen > MOST_BYTES {
                return Err(Trouble::TooMuch);
            }
            match group.peek()? {
                // The terminal stops background jobs that read from it.
                Some(status) if status.stopped() => return Err(Trouble::Stopped),
                Some(status) if stdout.is_closed() => {
                    let status = group.finish(status.exit_status() == Some(0))?;
                    return Ok(Ended {
                        status,
                        stdout: stdout.into_secret(),
                        stderr: stderr.into_secret(),
                    });
                }
                Some(_) => {
                    let ended_at = *ended_at.get_or_insert(now);
                    if now.saturating_sub(ended_at) >= HELD_OPEN {
                        return Err(Trouble::HeldOpen);
                    }
                }
                None => {}
            }
            if now.saturating_sub(started) >= self.timeout {
                return Err(Trouble::TimedOut);
            }
        }
    }
}

fn wait_for_output<A: AsFd, B: AsFd>(stdout: &Pipe<A>, stderr: &Pipe<B>) -> Result<(), Trouble> {
    let open = [
        stdout.from.as_ref().map(AsFd::as_fd),
        stderr.from.as_ref().map(AsFd::as_fd),
    ];
    let mut fds: Vec<PollFd<'_>> = open
        .iter()
        .flatten()
        .map(|fd| PollFd::from_borrowed_fd(*fd, PollFlags::IN))
        .collect();
    match poll(&mut fds, Some(&SLICE)) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(Trouble::Watch(error.into())),
    }
}

/// The program and its children that did not leave its group. Killed when dropped before its end.
struct Group {
    child: Child,
    is_over: bool,
}

impl Group {
    fn start(job: &Job) -> Result<Self, Trouble> {
        let mut command = Command::new(&job.program);
        command.args(&job.arguments).env_clear();
        for name in job.env.names() {
            command.env(name, job.env.var(name).unwrap_or_default());
        }
        if let Some(directory) = &job.directory {
            command.current_dir(directory);
        }
        let stdin = match &job.stdin {
            Some(_) => Stdio::piped(),
            None => Stdio::null(),
        };
        let child = command
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .map_err(Trouble::Start)?;
        let mut group = Self {
            child,
            is_over: false,
        };
        if let (Some(mut stdin), Some(request)) = (group.child.stdin.take(), &job.stdin) {
            // It fits into the pipe. A program that does not read it has its reasons.
            let _ = stdin.write_all(request);
        }
        Ok(group)
    }

    /// Whether the program has ended or stopped. It stays a zombie, so that its group's number cannot
    /// become another's before the group is killed.
    fn peek(&self) -> Result<Option<WaitIdStatus>, Trouble> {
        let options = WaitIdOptions::EXITED
            | WaitIdOptions::STOPPED
            | WaitIdOptions::NOHANG
            | WaitIdOptions::NOWAIT;
        match waitid(WaitId::Pid(self.pid()), options) {
            Ok(status) => Ok(status),
            Err(rustix::io::Errno::INTR) => Ok(None),
            Err(error) => Err(Trouble::Watch(error.into())),
        }
    }

    /// Reaps a program that has ended. Of one that did not end well nothing stays.
    fn finish(&mut self, well: bool) -> Result<ExitStatus, Trouble> {
        if !well {
            self.kill();
        }
        self.is_over = true;
        self.child.wait().map_err(Trouble::Watch)
    }

    fn kill(&self) {
        // There may be nobody left.
        let _ = kill_process_group(self.pid(), Signal::KILL);
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if !self.is_over {
            self.kill();
            let _ = self.child.wait();
        }
    }
}

/// One output of the program: its beginning is kept, in a buffer that never moves and is wiped.
struct Pipe<F> {
    from: Option<F>,
    kept: Zeroizing<Vec<u8>>,
    seen: usize,
}

impl<F: Read + AsFd> Pipe<F> {
    fn new(from: Option<F>) -> Result<Self, Trouble> {
        if let Some(from) = &from {
            rustix::io::ioctl_fionbio(from, true).map_err(|error| Trouble::Watch(error.into()))?;
        }
        Ok(Self {
            from,
            kept: Zeroizing::new(Vec::with_capacity(MOST_BYTES + CHUNK)),
            seen: 0,
        })
    }

    fn is_closed(&self) -> bool {
        self.from.is_none()
    }

    /// Reads what is there, and a bounded part of it, so that one that floods does not stop the clock.
    fn drain(&mut self) -> Result<(), Trouble> {
        let mut scratch = Zeroizing::new([0; CHUNK]);
        for _ in 0..=MOST_BYTES / CHUNK {
            let Some(from) = &mut self.from else {
                return Ok(());
            };
            match from.read(&mut *scratch) {
                Ok(0) => self.from = None,
                Ok(count) => {
                    self.seen = self.seen.saturating_add(count);
                    let room = MOST_BYTES.saturating_sub(self.kept.len()).min(count);
                    self.kept.extend_from_slice(&scratch[..room]);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Trouble::Watch(error)),
            }
        }
        Ok(())
    }

    fn into_secret(mut self) -> Secret {
        Secret::new(std::mem::take(&mut *self.kept))
    }
}
