//! object_store's `TokenCache`, reached through the credentials of an Azure store with a client secret.

use object_store::azure::{AzureCredential, AzureCredentialProvider, MicrosoftAzureBuilder};

use crate::candidate::{Candidate, Failure, Group, Subject};
use crate::request::Request;
use crate::token_endpoint::Route;

struct ClientSecret(AzureCredentialProvider);

impl Subject for ClientSecret {
    async fn authorize(&self, request: &mut Request) -> Result<(), Failure> {
        let credential = self.0.get_credential().await?;
        let AzureCredential::BearerToken(token) = &*credential else {
            return Err("not a bearer token".into());
        };
        request.insert_token(token)
    }
}

/// The row of object_store.
pub fn candidate(route: Route) -> Result<Candidate, Failure> {
    let store = MicrosoftAzureBuilder::new()
        .with_account("account")
        .with_container_name("container")
        .with_tenant_id("tenant")
        .with_client_id("client")
        .with_client_secret("not-a-secret")
        .with_authority_host(route.url)
        .with_allow_http(true)
        .build()?;
    let subject = ClientSecret(store.credentials().clone());
    Ok(Candidate::new(
        Group::Peer,
        "object_store TokenCache (azure client secret)",
        subject,
    )
    .counted_by(route.fetches))
}
