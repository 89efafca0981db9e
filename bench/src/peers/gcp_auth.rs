//! gcp_auth's `CustomServiceAccount`, with a service account key made for the run.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gcp_auth::{CustomServiceAccount, TokenProvider};
use serde_json::json;

use crate::candidate::{Candidate, Failure, Group, Subject};
use crate::request::Request;
use crate::token_endpoint::Route;

const SCOPES: [&str; 1] = ["https://www.googleapis.com/auth/cloud-platform"];

struct ServiceAccount(CustomServiceAccount);

impl Subject for ServiceAccount {
    async fn authorize(&self, request: &mut Request) -> Result<(), Failure> {
        let token = self.0.token(&SCOPES).await?;
        request.insert_token(token.as_str())
    }
}

/// The row of gcp_auth.
pub fn candidate(route: Route) -> Result<Candidate, Failure> {
    let key = json!({
        "type": "service_account",
        "project_id": "project",
        "private_key_id": "key",
        "private_key": private_key()?,
        "client_email": "account@project.iam.gserviceaccount.com",
        "token_uri": route.url,
    });
    let account = CustomServiceAccount::from_json(&key.to_string())?;
    Ok(Candidate::new(
        Group::Peer,
        "gcp_auth CustomServiceAccount::token",
        ServiceAccount(account),
    )
    .counted_by(route.fetches))
}

/// A new RSA key in PEM. It signs one assertion, for an endpoint that does not look at it.
fn private_key() -> Result<String, Failure> {
    let der = AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&KeyPair::generate(
        KeySize::Rsa2048,
    )?)?;
    let encoded = STANDARD.encode(der.as_ref());
    let mut pem = String::from("-----BEGIN PRIVATE KEY-----\n");
    for line in encoded.as_bytes().chunks(64) {
        pem.extend(line.iter().copied().map(char::from));
        pem.push('\n');
    }
    pem.push_str("-----END PRIVATE KEY-----\n");
    Ok(pem)
}
