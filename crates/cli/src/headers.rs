//! `onecred headers`: what a request would carry.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use onecred_core::{
    AuthError, AuthRequest, Authenticator, Body, Env, ForeignPolicy, Receipt, Target,
};
use serde::Serialize;

use crate::args;
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::shown;

/// Longer bodies are not read: nothing here sends them.
const MAX_BODY: u64 = 64 * 1024 * 1024;

/// The JSON contract of `headers`.
#[derive(Debug, Serialize)]
struct View {
    headers: Vec<(String, String)>,
    source: String,
    expires_at: Option<String>,
}

pub(crate) fn run(args: &args::Headers, env: &Env, out: &mut Output) -> Result<Exit, Failure> {
    let policy = ForeignPolicy::from(args.foreign);
    let mut headers = headers(&args.headers)?;
    let body = args.body.as_deref().map(body).transpose()?;
    let method = method(args.method.as_deref(), body.is_some())?;
    let chosen = args
        .target
        .choose(policy, env)
        .map_err(|refusal| refusal.failure)?;
    let mut uri = url(&args.url, &chosen.target)?;

    let authenticator = Authenticator::builder(chosen.target, chosen.auth)
        .foreign(policy)
        .build()
        .map_err(|error| refused(&error))?;
    let bytes = body.as_deref().map_or(Body::Empty, Body::Bytes);
    let mut request = AuthRequest::new(&method, &mut uri, &mut headers, bytes);
    let receipt = authenticator
        .authorize_blocking(&mut request)
        .map_err(|error| refused(&error))?;

    let view = View::new(&authenticator, receipt, &headers, args.reveal);
    view.print(args.json, out);
    if !args.json {
        out.note(format_args!("credential from {}", view.source));
        if !args.reveal {
            out.note("credentials are shown as fingerprints; --reveal shows them");
        }
    }
    for note in chosen.notes {
        out.note(note);
    }
    Ok(Exit::Good)
}

fn refused(error: &AuthError) -> Failure {
    let failure = Failure::of(Exit::of_auth(error), error);
    match error {
        AuthError::ForeignCredential(_) => failure.hint(
            "remove it, or choose what happens to it: --foreign strip, or --foreign defer to use it",
        ),
        AuthError::OriginNotAllowed(_) => {
            failure.hint("correct --url, or name the place as the target's --base-url or --origin")
        }
        _ => failure,
    }
}

impl View {
    fn new(
        authenticator: &Authenticator,
        receipt: Receipt,
        headers: &HeaderMap,
        reveal: bool,
    ) -> Self {
        let status = authenticator.status();
        let show = |name: &HeaderName, value: &HeaderValue| {
            let is_credential = authenticator.is_credential_header(name);
            if !reveal && shown::is_secret(name, value, is_credential) {
                shown::fingerprint(value)
            } else {
                String::from_utf8_lossy(value.as_bytes()).into_owned()
            }
        };
        Self {
            headers: headers
                .iter()
                .map(|(name, value)| (name.to_string(), show(name, value)))
                .collect(),
            source: if receipt.is_deferred() {
                "request".to_owned()
            } else {
                status.source.to_string()
            },
            expires_at: status
                .expiry
                .filter(|_| !receipt.is_deferred())
                .and_then(onecred_core::rfc3339),
        }
    }

    fn print(&self, json: bool, out: &mut Output) {
        if json {
            out.json(self);
            return;
        }
        for (name, value) in &self.headers {
            out.line(format_args!("{name}: {value}"));
        }
    }
}

/// An absolute URL, or a path behind the base URL.
fn url(text: &str, target: &Target) -> Result<Uri, Failure> {
    let absolute = if text.starts_with('/') {
        let only_origin = match target.origins() {
            [origin] => Some(origin.to_string()),
            _ => None,
        };
        let base = target.base_url().map(str::to_owned).or(only_origin);
        let Some(base) = base else {
            return Err(Failure::usage("--url is a path, and there is no base URL")
                .hint("add --base-url URL, or give the whole URL"));
        };
        format!("{}{text}", base.trim_end_matches('/'))
    } else {
        text.to_owned()
    };
    absolute
        .parse()
        .map_err(|_| Failure::usage("--url is not a URL").hint("write https://HOST/PATH, or /PATH"))
}

fn method(given: Option<&str>, has_body: bool) -> Result<Method, Failure> {
    match given {
        Some(text) => text
            .parse()
            .map_err(|_| Failure::usage("--method is not a method")),
        None if has_body => Ok(Method::POST),
        None => Ok(Method::GET),
    }
}

fn headers(lines: &[String]) -> Result<HeaderMap, Failure> {
    let mut headers = HeaderMap::new();
    for line in lines {
        let (name, value) = line
            .split_once(':')
            .and_then(|(name, value)| {
                let name: HeaderName = name.trim().parse().ok()?;
                let value = HeaderValue::from_str(value.trim_ascii()).ok()?;
                Some((name, value))
            })
            .ok_or_else(|| {
                Failure::usage("--header is not a header line").hint("write 'Name: value'")
            })?;
        headers
            .try_append(name, value)
            .map_err(|_| Failure::usage("there are too many --header lines"))?;
    }
    Ok(headers)
}

fn body(path: &Path) -> Result<Vec<u8>, Failure> {
    let cannot = |_| Failure::usage("the file of --body cannot be read");
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(cannot)?;
    file.take(MAX_BODY + 1)
        .read_to_end(&mut bytes)
        .map_err(cannot)?;
    if bytes.len() as u64 > MAX_BODY {
        return Err(Failure::usage("the file of --body is larger than 64 MiB"));
    }
    Ok(bytes)
}
