//! A program of the user's that prints the credential.

mod bazel;
mod failure;
mod program;
mod rfc3339;
#[cfg(unix)]
mod run;
#[cfg(not(unix))]
#[path = "command/run_unsupported.rs"]
mod run;
mod source;
mod stderr;

use std::borrow::Cow;
use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use onecred_core::{
    Credential, CredentialProvider, Env, HeaderSecret, ProvideContext, ProviderError, Secret,
    TextFrom, is_blank,
};

use crate::builder::Kind;
use crate::{jwt, off_thread};
use run::{Ended, Job};

const TIMEOUT: Duration = Duration::from_secs(25);
const TTL: Duration = Duration::from_secs(300);
/// What stays of the time that the cache allows for one refresh, to kill the program and say so.
const RESERVE: Duration = Duration::from_secs(1);

/// A helper: a program that prints a credential, such as `gh auth token`, `gcloud auth
/// print-access-token`, a company's login tool, or a Bazel credential helper.
///
/// It is run when a credential is needed for the first time, when its time to live is over, and at once
/// when a server rejected the credential; never twice at once, and never per request. The rules:
///
/// - The program is started directly, with these arguments. There is no shell, so nothing is expanded.
/// - A bare name is looked up in the `PATH` of the given environment, leaving out entries that are empty
///   or relative. A relative path with a separator is refused unless there is a
///   [`base_dir`](Self::base_dir).
/// - Its standard input is empty (or the request, for Bazel's protocol). It must not ask anything.
/// - It has a process group of its own, which is killed as a whole when the time is over
///   ([`timeout`](Self::timeout)), when it prints too much, stops, fails, or when nobody waits any more.
/// - It must end, and close its standard output by then. A background process that holds the output is an
///   error.
/// - What it prints on standard output never appears in an error. The first line of its standard error
///   does if it failed, without words that look like a secret.
///
/// Unix only for now; elsewhere it fails with
/// [`Misconfigured`](onecred_core::ProviderErrorKind::Misconfigured).
///
/// ```
/// use onecred_core::{Authenticator, Env, Target};
/// use onecred_static::HelperCommand;
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let env = Env::from_process();
/// let helper = HelperCommand::bearer(&env, ["gh", "auth", "token"]);
/// let target = Target::builder("github").origin("https://api.github.com")?.build()?;
/// let authenticator = Authenticator::new(target, helper)?; // runs nothing yet
/// # Ok(()) }
/// ```
#[derive(Clone)]
#[must_use = "nothing is run until a client uses it"]
pub struct HelperCommand {
    program: OsString,
    arguments: Vec<OsString>,
    output: Output,
    path: Option<OsString>,
    env: Env,
    base_dir: Option<PathBuf>,
    timeout: Duration,
    ttl: Option<Duration>,
}

/// What the program is asked, and how its answer is read.
#[derive(Debug, Clone)]
enum Output {
    Token(Kind),
    Bazel { uri: String },
}

impl HelperCommand {
    /// A program that prints an API key: `[program, argument, …]`.
    ///
    /// The program inherits `env`, which is also where its name is looked up.
    pub fn api_key<A: Into<OsString>>(env: &Env, argv: impl IntoIterator<Item = A>) -> Self {
        Self::new(env, argv, Output::Token(Kind::ApiKey))
    }

    /// A program that prints an access token.
    ///
    /// The program inherits `env`, which is also where its name is looked up.
    pub fn bearer<A: Into<OsString>>(env: &Env, argv: impl IntoIterator<Item = A>) -> Self {
        Self::new(env, argv, Output::Token(Kind::Bearer))
    }

    /// A credential helper that speaks Bazel's protocol: it gets the argument `get` behind `argv` and
    /// `{"uri": …}` on standard input, and answers `{"headers": {…}, "expires": …}`.
    ///
    /// Exactly one credential may come out: the only header, or the only one with a name that carries
    /// credentials; the others travel with it. An empty answer means that there is none.
    pub fn bazel<A: Into<OsString>>(
        env: &Env,
        argv: impl IntoIterator<Item = A>,
        uri: impl Into<String>,
    ) -> Self {
        let uri = uri.into();
        let mut helper = Self::new(env, argv, Output::Bazel { uri });
        helper.arguments.push("get".into());
        helper
    }

    fn new<A: Into<OsString>>(
        env: &Env,
        argv: impl IntoIterator<Item = A>,
        output: Output,
    ) -> Self {
        let mut argv = argv.into_iter().map(Into::into);
        Self {
            program: argv.next().unwrap_or_default(),
            arguments: argv.collect(),
            output,
            path: env.var("PATH").map(ToOwned::to_owned),
            env: env.clone(),
            base_dir: None,
            timeout: TIMEOUT,
            ttl: None,
        }
    }

    /// After how long the program is run again, its last credential staying in use meanwhile; the
    /// cache's least is a second. Without it, a credential that states its end (a JWT's `exp`, Bazel's
    /// `expires`) goes by that, and any other is asked for again after 5 minutes.
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.ttl = Some(ttl);
        self
    }

    /// How long the program may take; 25 seconds, and at most what the cache allows for one refresh
    /// (30 seconds) less a second.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The directory against which a relative program path is resolved, and in which the program runs;
    /// otherwise it runs in the directory of the process.
    pub fn base_dir(mut self, directory: impl Into<PathBuf>) -> Self {
        self.base_dir = Some(directory.into());
        self
    }

    /// The program gets no environment but what [`env_var`](Self::env_var) adds afterwards. Its name is
    /// looked up as before.
    pub fn env_clear(mut self) -> Self {
        self.env = Env::empty();
        self
    }

    /// One more variable for the program.
    pub fn env_var(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.env = self.env.with(name, value);
        self
    }

    fn job(&self, cx: &ProvideContext, abandoned: &Arc<AtomicBool>) -> Result<Job, ProviderError> {
        let stdin = match &self.output {
            Output::Token(_) => None,
            Output::Bazel { uri } => Some(bazel::request(uri)?),
        };
        Ok(Job {
            program: program::find(
                &self.program,
                self.path.as_deref(),
                self.base_dir.as_deref(),
            )?,
            arguments: self.arguments.clone(),
            env: self.env.clone(),
            directory: self.base_dir.clone(),
            stdin,
            timeout: self.timeout.min(within(cx.remaining())),
            abandoned: Arc::clone(abandoned),
        })
    }

    fn token(&self, kind: Kind, printed: &Secret) -> Result<(Credential, bool), ProviderError> {
        let secret = HeaderSecret::parse_bytes(printed.expose(), TextFrom::Command)
            .map_err(failure::not_a_token)?;
        Ok(match kind {
            Kind::ApiKey => (Credential::api_key(secret), false),
            Kind::Bearer => with_jwt_expiry(secret),
        })
    }

    fn read(&self, ended: &Ended, cx: &ProvideContext) -> Result<Credential, ProviderError> {
        if !ended.status.success() {
            return Err(failure::exit(ended));
        }
        if std::str::from_utf8(ended.stdout.expose()).is_ok_and(is_blank) {
            return Err(failure::silent(ended));
        }
        let (credential, ends) = match &self.output {
            Output::Token(kind) => self.token(*kind, &ended.stdout)?,
            Output::Bazel { .. } => bazel::read(ended.stdout.expose())?,
        };
        if credential
            .expiry()
            .is_some_and(|end| end <= cx.clock().now())
        {
            return Err(ProviderError::unavailable(
                "the helper printed a credential that has expired",
            ));
        }
        Ok(match (self.ttl, ends) {
            (Some(ttl), _) => credential.refresh_after(ttl),
            (None, true) => credential,
            (None, false) => credential.refresh_after(TTL),
        })
    }
}

/// The time for the program where the whole refresh has so much.
fn within(remaining: Duration) -> Duration {
    remaining.saturating_sub(RESERVE.min(remaining / 10))
}

/// A bearer credential, and whether it states its end.
fn with_jwt_expiry(token: HeaderSecret) -> (Credential, bool) {
    match jwt::expiry(token.expose()) {
        Some(end) => (Credential::bearer(token).expires_at(end), true),
        None => (Credential::bearer(token), false),
    }
}

/// Tells the thread that watches the program that nobody waits any more.
struct Abandon(Arc<AtomicBool>);

impl Drop for Abandon {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[async_trait::async_trait]
impl CredentialProvider for HelperCommand {
    async fn provide(&self, cx: &ProvideContext) -> Result<Credential, ProviderError> {
        let abandoned = Abandon(Arc::default());
        let job = self.job(cx, &abandoned.0)?;
        let timeout = job.timeout;
        let ended = off_thread::run(move || job.run()).await?;
        let ended = ended.map_err(|trouble| failure::trouble(trouble, timeout))?;
        self.read(&ended, cx)
    }

    fn name(&self) -> Cow<'_, str> {
        // Arguments may be secret, and the directory says nothing.
        let name = std::path::Path::new(&self.program).file_name();
        let name = name.unwrap_or(&self.program).to_string_lossy();
        Cow::Owned(format!("command:{name}"))
    }
}

impl fmt::Debug for HelperCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HelperCommand")
            .field("program", &self.program)
            .field("arguments", &self.arguments.len())
            .field("base_dir", &self.base_dir)
            .field("timeout", &self.timeout)
            .field("ttl", &self.ttl)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
