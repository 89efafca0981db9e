//! One credential, another one in a derived client, and a new one after a 401.

use std::sync::atomic::Ordering;

use onecred_testkit::wire::{Reply, WireServer};

use super::cast::{
    self, KEY, NEXT_TOKEN, TOKEN, bearer, carried_only, client, token_provider, told,
};
use super::step::{Found, Outcome};

pub(super) async fn static_key() -> Outcome {
    let server = WireServer::start()?;
    let client = client(&server, cast::key()?)?;
    let status = client
        .get(server.url("/v1/messages"))
        .send()
        .await?
        .status();
    let requests = server.requests();
    let is_right = |request| carried_only(request, "x-api-key", KEY);
    Ok(Found {
        did: "sent a request with an API key".to_owned(),
        arrived: requests
            .iter()
            .map(|request| told("client", request))
            .collect(),
        ok: status.is_success() && requests.len() == 1 && requests.iter().all(is_right),
    })
}

pub(super) async fn derive() -> Outcome {
    let server = WireServer::start()?;
    let parent = client(&server, cast::key()?)?;
    let (provider, calls) = token_provider(&[TOKEN]);
    let child = parent.derive().auth(provider).build()?;
    child.get(server.url("/from/child")).send().await?;
    parent.get(server.url("/from/parent")).send().await?;
    let requests = server.requests();
    let ok = match requests.as_slice() {
        [from_child, from_parent] => {
            carried_only(from_child, "authorization", &bearer(TOKEN))
                && carried_only(from_parent, "x-api-key", KEY)
                && calls.load(Ordering::SeqCst) == 1
        }
        _ => false,
    };
    let names = ["child", "parent"];
    Ok(Found {
        did: "derived that client to a token provider; sent one request with each".to_owned(),
        arrived: requests
            .iter()
            .zip(names)
            .map(|(request, name)| told(name, request))
            .collect(),
        ok,
    })
}

pub(super) async fn refresh_and_replay() -> Outcome {
    let server = WireServer::builder()
        .respond(|request| {
            if carried_only(request, "authorization", &bearer(NEXT_TOKEN)) {
                Reply::ok()
            } else {
                Reply::unauthorized()
            }
        })
        .start()?;
    let (provider, calls) = token_provider(&[TOKEN, NEXT_TOKEN]);
    let client = client(&server, provider)?;
    let status = client
        .post(server.url("/v1/messages"))
        .body("the same body twice")
        .send()
        .await?
        .status();
    let requests = server.requests();
    let ok = match requests.as_slice() {
        [first, second] => {
            carried_only(first, "authorization", &bearer(TOKEN))
                && carried_only(second, "authorization", &bearer(NEXT_TOKEN))
                && first.body() == second.body()
                && !second.body().is_empty()
        }
        _ => false,
    };
    let calls = calls.load(Ordering::SeqCst);
    let names = ["refused", "replayed"];
    let mut arrived: Vec<String> = requests
        .iter()
        .zip(names)
        .map(|(request, name)| told(name, request))
        .collect();
    arrived.push(format!("the caller saw {}", status.as_u16()));
    Ok(Found {
        did: format!("the server revoked a token; the provider was asked {calls} times in all"),
        arrived,
        ok: ok && calls == 2 && status.is_success(),
    })
}
