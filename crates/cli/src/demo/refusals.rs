//! What is refused before anything is sent.

use onecred_anthropic::{API_KEY, AUTH_TOKEN, Anthropic};
use onecred_core::{AuthError, Env, ResolveErrorKind};
use onecred_testkit::wire::WireServer;

use super::cast::{self, KEY, STRAY, TOKEN, bearer, client, told};
use super::step::{Found, Outcome};

pub(super) fn conflict() -> Outcome {
    let server = WireServer::start()?;
    let env = Env::empty().with(API_KEY, KEY).with(AUTH_TOKEN, TOKEN);
    let resolved = Anthropic::builder()
        .base_url(server.origin())
        .resolve_blocking(&env);
    let (said, is_conflict) = match &resolved {
        Err(onecred_anthropic::Error::Credential(error)) => {
            let text = error.to_string();
            let names_both = text.contains(API_KEY) && text.contains(AUTH_TOKEN);
            let is_conflict = matches!(error.kind(), ResolveErrorKind::Conflict(_));
            (text, is_conflict && names_both)
        }
        Err(error) => (error.to_string(), false),
        Ok(_) => ("nothing".to_owned(), false),
    };
    Ok(Found {
        did: format!("resolved an environment that sets {API_KEY} and {AUTH_TOKEN}"),
        arrived: vec![nothing_or_count(&server), format!("refused: {said}")],
        ok: is_conflict && server.count() == 0,
    })
}

pub(super) async fn stray_header() -> Outcome {
    let server = WireServer::start()?;
    let client = client(&server, cast::key()?)?;
    let sent = client
        .get(server.url("/v1/messages"))
        .header("Authorization", bearer(STRAY))
        .send()
        .await;
    let (said, is_refused) = match &sent {
        Err(error) => (
            error.to_string(),
            matches!(error.as_auth(), Some(AuthError::ForeignCredential(_))),
        ),
        Ok(_) => ("nothing".to_owned(), false),
    };
    let mut arrived = vec![nothing_or_count(&server), format!("refused: {said}")];
    arrived.extend(
        server
            .requests()
            .iter()
            .map(|request| told("client", request)),
    );
    Ok(Found {
        did: "put an `Authorization` header on a request of a client that holds a key".to_owned(),
        arrived,
        ok: is_refused && server.count() == 0,
    })
}

fn nothing_or_count(server: &WireServer) -> String {
    match server.count() {
        0 => "nothing".to_owned(),
        count => format!("{count} requests"),
    }
}
