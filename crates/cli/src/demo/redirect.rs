//! A redirect to another origin, with our client and with a plain one.

use onecred_reqwest::{Redirects, reqwest};
use onecred_testkit::wire::{Reply, WireServer};

use super::cast::{self, Error, KEY, builder, carried_only, told};
use super::step::{Found, Outcome};

pub(super) async fn to_another_origin() -> Outcome {
    let elsewhere = WireServer::builder().respond(|_| Reply::ok()).start()?;
    let there = elsewhere.url("/elsewhere");
    let server = WireServer::builder()
        .respond(move |_| Reply::redirect(307, &there))
        .start()?;

    let client = builder(&server, cast::key()?)?
        .redirects(Redirects::AnyOriginWithoutCredential)
        .build()?;
    client.get(server.url("/moved")).send().await?;
    let ours = elsewhere.take();
    plain(&server.url("/moved")).await?;
    let plain = elsewhere.take();

    let first_hops = server.requests();
    let is_ours_bare =
        ours.len() == 1 && ours.iter().all(|request| request.credentials().is_empty());
    let had_key = first_hops
        .iter()
        .all(|request| carried_only(request, "x-api-key", KEY));
    let mut arrived: Vec<String> = ours
        .iter()
        .map(|request| told("onecred", request))
        .collect();
    arrived.extend(plain.iter().map(|request| told("plain reqwest", request)));
    Ok(Found {
        did: "followed a redirect to another origin; then the same with plain reqwest, to compare"
            .to_owned(),
        arrived,
        // What the plain client does is shown for comparison and decides nothing.
        ok: is_ours_bare && had_key && first_hops.len() == 2,
    })
}

/// What most programs do today.
async fn plain(url: &str) -> Result<(), Error> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    client.get(url).header("x-api-key", KEY).send().await?;
    Ok(())
}
