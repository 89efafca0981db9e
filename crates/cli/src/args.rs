//! What can be typed.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use onecred_core::ForeignPolicy;

const ABOUT: &str =
    "One client, one credential: shows which credential a program would send, and where";

const AFTER: &str = "\
Keys and tokens are read from environment variables. There is no argument that takes one: arguments
show in the list of processes (`ps`) and in the history of the shell.

Exit codes: 0 good; 2 refused (conflict, invalid or foreign credential, wrong origin);
3 no credential; 4 the provider failed; 64 wrong usage.";

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
pub(crate) struct Demo {
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct TargetArgs {
    /// Whose API it is
    #[arg(long, value_enum)]
    pub(crate) target: TargetName,
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
