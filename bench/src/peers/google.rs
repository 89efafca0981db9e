//! google-cloud-auth with user account credentials: as its clients call it, and at its best with an entity tag.

use google_cloud_auth::credentials::user_account::Builder;
use google_cloud_auth::credentials::{CacheableResource, Credentials, EntityTag};
use http::Extensions;
use http::header::{AUTHORIZATION, HeaderValue};
use serde_json::json;
use tokio::sync::OnceCell;

use crate::candidate::{Candidate, Failure, Group, Subject};
use crate::request::Request;
use crate::token_endpoint::{Route, TokenEndpoint};

/// Asks for the headers each time.
struct Headers(Credentials);

impl Subject for Headers {
    async fn authorize(&self, request: &mut Request) -> Result<(), Failure> {
        let (_, value) = fresh(&self.0).await?;
        request.insert(value);
        Ok(())
    }
}

/// Keeps the header value and asks only whether it still holds.
struct Tagged {
    credentials: Credentials,
    kept: OnceCell<(EntityTag, HeaderValue)>,
}

impl Subject for Tagged {
    async fn authorize(&self, request: &mut Request) -> Result<(), Failure> {
        let (tag, value) = self
            .kept
            .get_or_try_init(|| fresh(&self.credentials))
            .await?;
        let mut extensions = Extensions::new();
        extensions.insert(tag.clone());
        match self.credentials.headers(extensions).await? {
            CacheableResource::NotModified => request.insert(value.clone()),
            CacheableResource::New { .. } => return Err("the token changed under way".into()),
        }
        Ok(())
    }
}

/// The header value of the cached token. A client would extend its map by all the headers; there is but this one.
async fn fresh(credentials: &Credentials) -> Result<(EntityTag, HeaderValue), Failure> {
    match credentials.headers(Extensions::new()).await? {
        CacheableResource::New {
            entity_tag,
            mut data,
        } => {
            let value = data
                .remove(AUTHORIZATION)
                .ok_or("no authorization header")?;
            Ok((entity_tag, value))
        }
        CacheableResource::NotModified => Err("not modified without a tag".into()),
    }
}

/// The rows of google-cloud-auth.
pub fn candidates(endpoint: &TokenEndpoint) -> Result<Vec<Candidate>, Failure> {
    let plain = endpoint.route("google");
    let tagged = endpoint.route("google-tagged");
    Ok(vec![
        Candidate::new(
            Group::Peer,
            "google-cloud-auth user_account headers()",
            Headers(credentials(&plain)?),
        )
        .counted_by(plain.fetches),
        Candidate::new(
            Group::Peer,
            "google-cloud-auth headers() with entity tag, value kept",
            Tagged {
                credentials: credentials(&tagged)?,
                kept: OnceCell::new(),
            },
        )
        .counted_by(tagged.fetches),
    ])
}

fn credentials(route: &Route) -> Result<Credentials, Failure> {
    let user = json!({
        "type": "authorized_user",
        "client_id": "client",
        "client_secret": "not-a-secret",
        "refresh_token": "not-a-token",
    });
    Ok(Builder::new(user).with_token_uri(&route.url).build()?)
}
