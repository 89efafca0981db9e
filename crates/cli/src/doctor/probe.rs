//! `--online`: one request without a credential, to see who answers.

use std::time::Duration;

use http::{StatusCode, header};
use onecred_core::{Origin, Untrusted};
use reqwest::redirect::Policy;
use serde_json::Value;

use super::finding::{Finding, Findings};
use super::scene::{Scene, Scope};

const TIMEOUT: Duration = Duration::from_secs(5);

/// More of an answer is not read.
const MAX_BODY: usize = 64 * 1024;

/// What came back.
struct Answer {
    status: StatusCode,
    location: Option<String>,
    via: Option<String>,
    body: Vec<u8>,
}

pub(super) fn look(scene: &Scene<'_>) -> Vec<Finding> {
    let Some(target) = scene.target else {
        return Vec::new();
    };
    let Some(origin) = target.origins().first() else {
        return Vec::new();
    };
    let mut reached = Findings::of("OC008");
    if origin.scheme() != "http" {
        reached.info(
            "the target was not asked: this build of the command does not speak TLS",
            format!("{origin} is https"),
            "ask it with another program, without a credential: curl -i URL",
        );
        return reached.into_vec();
    }
    let base = target
        .base_url()
        .map_or_else(|| origin.to_string(), str::to_owned);
    let url = match scene.scope {
        Scope::Custom => base,
        _ => format!("{}/v1/models", base.trim_end_matches('/')),
    };
    let mut behaves = Findings::of("OC023");
    match ask(&url) {
        Ok(answer) => judge(scene, origin, &answer, &mut behaves),
        Err(why) => reached.error(
            "the target's host does not answer",
            format!("{origin}: {why}"),
            "check the base URL, and that the gateway runs",
        ),
    }
    let mut all = reached.into_vec();
    all.extend(behaves.into_vec());
    all
}

fn judge(scene: &Scene<'_>, origin: &Origin, answer: &Answer, found: &mut Findings) {
    let status = answer.status;
    let via = match &answer.via {
        Some(via) => format!(" (via {:?})", Untrusted::new(via)),
        None => String::new(),
    };
    if status.is_redirection() {
        let place = answer.location.as_deref().unwrap_or_default();
        match Origin::of_url(place) {
            _ if place.starts_with('/') && !place.starts_with("//") => {}
            Ok(other) if other == *origin => {}
            Ok(other) => found.error(
                "the target sends requests on to another origin, where the credential may not go",
                format!(
                    "{origin} answers {} with a place at {other}{via}",
                    status.as_u16()
                ),
                "set the base URL to where the API is, if you trust that place",
            ),
            Err(_) => found.error(
                "the target sends requests on to a place that no credential may go to",
                format!("{origin} answers {}{via}", status.as_u16()),
                "correct the base URL, or ask who runs the gateway",
            ),
        }
    } else if status.is_server_error() || status == StatusCode::PROXY_AUTHENTICATION_REQUIRED {
        found.warning(
            "the target is not in order, whatever the credential",
            format!("{origin} answers {} without one{via}", status.as_u16()),
            "try again later, or ask who runs it",
        );
    } else if status == StatusCode::UNAUTHORIZED
        && scene.scope != Scope::Custom
        && !is_anthropic_error(&answer.body)
    {
        found.warning(
            "something else than the vendor refuses requests; a gateway may want a credential of its own",
            format!(
                "{origin} answers 401 without a credential, in another form than the vendor's{via}"
            ),
            "ask who runs the gateway which header and which key it takes",
        );
    }
}

fn is_anthropic_error(body: &[u8]) -> bool {
    serde_json::from_slice::<Value>(body)
        .is_ok_and(|value| value["type"] == "error" && value["error"]["type"].is_string())
}

/// Only loopback is asked without TLS, so no proxy is in between.
fn ask(url: &str) -> Result<Answer, String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("no runtime: {}", error.kind()))?;
    runtime.block_on(async {
        tokio::time::timeout(TIMEOUT, get(url))
            .await
            .unwrap_or_else(|_| Err("no answer within 5 s".to_owned()))
    })
}

async fn get(url: &str) -> Result<Answer, String> {
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .build()
        .map_err(|_| "the client cannot be built".to_owned())?;
    let mut response = client.get(url).send().await.map_err(|error| why(&error))?;
    let text = |name: header::HeaderName| {
        let value = response.headers().get(name)?;
        Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let mut answer = Answer {
        status: response.status(),
        location: text(header::LOCATION),
        via: text(header::VIA),
        body: Vec::new(),
    };
    while answer.body.len() < MAX_BODY {
        match response.chunk().await {
            Ok(Some(chunk)) => answer.body.extend_from_slice(&chunk),
            Ok(None) => break,
            Err(error) => return Err(why(&error)),
        }
    }
    Ok(answer)
}

/// Never the URL, which an error of the client repeats.
fn why(error: &reqwest::Error) -> String {
    if error.is_connect() {
        "the connection is refused".to_owned()
    } else {
        "the answer is not HTTP, or broke off".to_owned()
    }
}
