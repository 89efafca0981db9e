//! What can be typed.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use onecred_core::ForeignPolicy;

const ABOUT: &str =
    "One client, one credential: shows which credential a program would send, and where";

const AFTER: &str = "\
Keys and tokens are read from environment variables, or from where a configuration file says. There is
no argument that takes one: arguments show in the list of processes (`ps`) and in the history of the
shell.

Exit codes: 0 good; 1 warnings (doctor); 2 refused (conflict, invalid or foreign credential, wrong origin);
3 no credential, or none that lasts as long as asked (token); 4 the provider failed; 64 wrong usage.";

const AFTER_DOCTOR: &str = "\
It looks at variables and files; it runs no helper, acquires and refreshes nothing, and shows
fingerprints only. With --online it also sends one request without a credential to the target.
Without --target it looks at every vendor's variables.

Exit codes: 0 nothing wrong; 1 warnings; 2 a request will fail; 64 wrong usage.";

const AFTER_EXEC: &str = "\
The program inherits the environment without the credential variables of Anthropic, AWS, Google,
Azure and OpenAI (the README lists them). With --target it gets the one credential of that target
in the variable that its clients read, cleaned, and the base URL if that is not the default;
without --target it gets none.

The program takes this process's place where the system can do that (Unix), so that signals and
the exit code are its own. Exit codes of onecred itself: 2 refused; 3 no credential; 64 wrong usage;
126 the program cannot be run; 127 there is no such program.";

#[derive(Debug, Parser)]
#[command(name = "onecred", version, about = ABOUT, after_help = AFTER)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Says which credential would be used, and why; no network, runs nothing
    #[command(after_help = AFTER)]
    Explain(Explain),
    /// Shows the headers that a request would carry; no network
    #[command(after_help = AFTER)]
    Headers(Headers),
    /// Says what is wrong with the credentials around here, and how to put it right; runs nothing
    #[command(after_help = AFTER_DOCTOR)]
    Doctor(Doctor),
    /// Runs a program with one credential of the target in its environment, and no other
    #[command(after_help = AFTER_EXEC)]
    Exec(Exec),
    /// Prints the credential itself, for programs that ask a helper for it
    #[command(after_help = AFTER)]
    Token(Token),
    /// Trusts a configuration file, as it is now, to run the commands in it
    Trust(Trust),
    /// Tells the story of the library on real sockets of this machine; no account, no network
    Demo(Demo),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Explain {
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Headers {
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    /// Where the request goes: a URL, or a path behind the base URL
    #[arg(long, value_name = "URL")]
    pub(crate) url: String,
    /// The request's method [default: GET, or POST with --body]
    #[arg(long, value_name = "METHOD")]
    pub(crate) method: Option<String>,
    /// The request's body, for signatures that cover it
    #[arg(long, value_name = "FILE")]
    pub(crate) body: Option<PathBuf>,
    /// A header of the caller's own; can be repeated
    #[arg(long = "header", value_name = "NAME: VALUE")]
    pub(crate) headers: Vec<String>,
    /// What happens to a credential among those headers or in the URL
    #[arg(long, value_enum, default_value_t)]
    pub(crate) foreign: Foreign,
    /// Show credentials instead of their fingerprints
    #[arg(long)]
    pub(crate) reveal: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Doctor {
    #[command(flatten)]
    pub(crate) target: Option<TargetArgs>,
    /// Also ask the target, once and without a credential
    #[arg(long)]
    pub(crate) online: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Exec {
    #[command(flatten)]
    pub(crate) target: Option<TargetArgs>,
    /// The program and its arguments, behind --
    #[arg(last = true, required = true, value_name = "PROGRAM")]
    pub(crate) program: Vec<OsString>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Token {
    #[command(flatten)]
    pub(crate) target: TargetArgs,
    /// Fail with 3 if it is known to expire within this many seconds
    #[arg(long, value_name = "SECONDS")]
    pub(crate) min_ttl: Option<u64>,
    /// Print JSON, with the expiry
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Trust {
    /// The configuration file
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Take the trust back
    #[arg(long)]
    pub(crate) undo: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Demo {
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct TargetArgs {
    /// Whose API it is
    #[arg(long, value_enum, conflicts_with = "config")]
    pub(crate) target: Option<TargetName>,
    /// A configuration file, in place of --target; naming it here is consent for its origins, and not
    /// for its commands (see `trust`)
    #[arg(long, value_name = "FILE", requires = "client")]
    pub(crate) config: Option<PathBuf>,
    /// The client of that file
    #[arg(long, value_name = "NAME", requires = "config")]
    pub(crate) client: Option<String>,
    /// Where the credential may go: https://HOST or https://HOST:PORT; can be repeated (custom)
    #[arg(long = "origin", value_name = "URL")]
    pub(crate) origins: Vec<String>,
    /// The base URL, such as that of a gateway
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,
    /// The header that carries an API key (custom)
    #[arg(long, value_name = "NAME", conflicts_with = "key_bearer")]
    pub(crate) key_header: Option<String>,
    /// API keys go as `Authorization: Bearer …` (custom)
    #[arg(long)]
    pub(crate) key_bearer: bool,
    /// The variable that holds the API key
    #[arg(long, value_name = "VARIABLE")]
    pub(crate) key_env: Option<String>,
    /// The variable that holds the access token
    #[arg(long, value_name = "VARIABLE")]
    pub(crate) bearer_env: Option<String>,
    /// Use this source alone, such as env:ANTHROPIC_API_KEY
    #[arg(long, value_name = "SOURCE")]
    pub(crate) source: Option<String>,
    /// How an API key is written (anthropic) [default: x-api-key]
    #[arg(long, value_enum)]
    pub(crate) dialect: Option<DialectName>,
    /// Also send the key of --key-env or --bearer-env to the host in ANTHROPIC_BASE_URL (anthropic)
    #[arg(long)]
    pub(crate) allow_env_base_url: bool,
}

impl TargetArgs {
    /// That target with nothing else said.
    pub(crate) fn of(target: TargetName) -> Self {
        Self {
            target: Some(target),
            config: None,
            client: None,
            origins: Vec::new(),
            base_url: None,
            key_header: None,
            key_bearer: false,
            key_env: None,
            bearer_env: None,
            source: None,
            dialect: None,
            allow_env_base_url: false,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TargetName {
    /// The Anthropic API, by its own variables
    Anthropic,
    /// Any API, by --origin and --key-env or --bearer-env
    Custom,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum DialectName {
    /// x-api-key: …
    XApiKey,
    /// Authorization: Bearer …
    Bearer,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum Foreign {
    /// The request is refused
    #[default]
    Reject,
    /// It is removed
    Strip,
    /// It does the work, and ours is not added
    Defer,
}

impl From<Foreign> for ForeignPolicy {
    fn from(foreign: Foreign) -> Self {
        match foreign {
            Foreign::Reject => Self::Reject,
            Foreign::Strip => Self::Strip,
            Foreign::Defer => Self::Defer,
        }
    }
}
