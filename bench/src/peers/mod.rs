//! What other crates do when their token is cached, each followed by the same insert as ours.
//!
//! A peer that hands out text gets its header value built by `Request::insert_token`. None of them checks the
//! request's origin or looks for foreign credentials: they do less than ours does.

mod aws;
mod gcp_auth;
mod google;
mod object_store;

use crate::candidate::{Candidate, Failure};
use crate::token_endpoint::TokenEndpoint;

/// The crates whose versions a run prints.
pub const CRATES: [&str; 9] = [
    "arc-swap",
    "aws-smithy-runtime",
    "aws-smithy-runtime-api",
    "gcp_auth",
    "google-cloud-auth",
    "http",
    "object_store",
    "rustix",
    "tokio",
];

/// All peers. Must be called inside the runtime: google-cloud-auth spawns its refresh task when it is built.
pub fn candidates(endpoint: &TokenEndpoint) -> Result<Vec<Candidate>, Failure> {
    let mut all = vec![object_store::candidate(endpoint.route("object_store"))?];
    all.push(aws::candidate()?);
    all.extend(google::candidates(endpoint)?);
    all.push(gcp_auth::candidate(endpoint.route("gcp_auth"))?);
    Ok(all)
}
