//! There is no way yet to kill a whole group of processes here.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use onecred_core::{Env, Secret};

#[expect(dead_code, reason = "read where programs are run")]
pub(super) struct Job {
    pub(super) program: PathBuf,
    pub(super) arguments: Vec<OsString>,
    pub(super) env: Env,
    pub(super) directory: Option<PathBuf>,
    pub(super) stdin: Option<Vec<u8>>,
    pub(super) timeout: Duration,
    pub(super) abandoned: Arc<AtomicBool>,
}

pub(super) struct Ended {
    pub(super) status: ExitStatus,
    pub(super) stdout: Secret,
    pub(super) stderr: Secret,
}

#[derive(Debug)]
#[expect(dead_code, reason = "made where programs are run")]
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
    pub(super) fn run(self) -> Result<Ended, Trouble> {
        Err(Trouble::Start(io::ErrorKind::Unsupported.into()))
    }
}
