//! **One client, one credential.** The core of onecred: the [`CredentialProvider`] trait, the
//! [`Credential`] value, the slot and its cache, the [`Resolver`], and key hygiene. No HTTP client, no
//! TLS, no cloud SDK; those are adapters and providers in crates of their own.
//!
//! | you want to | look at |
//! |---|---|
//! | authorize requests | [`Authenticator`], made of a [`Target`] and an [`Auth`] |
//! | write a provider | [`CredentialProvider`], [`provider_fn`], [`ProviderError`] |
//! | write a signer | [`RequestSigner`], [`AuthRequest`], [`Body`] |
//! | write an adapter for an HTTP client | [`Authenticator::authorize`], [`Authenticator::on_response`], [`Authenticator::reauthorize`] |
//! | hold a client for each of many tenants | [`KeyedAuthenticators`] |
//! | find a credential in arguments and the environment | [`Resolver`], [`Argument`], [`Variable`], [`Env`] |
//! | take a key from text | [`HeaderSecret::parse`] |
//! | test any of it | the ports [`Clock`], [`Runtime`], [`HttpSend`], [`Env`], and the crate `onecred-testkit` |
//!
//! What holds, always:
//!
//! 1. A client's auth is one value. Two from data are a [`Conflict`].
//! 2. `clone()` is the same client, [`Authenticator::derive`] makes another, [`Authenticator::replace`]
//!    changes this one and its clones atomically. None of them reads the environment.
//! 3. A credential is placed only on requests to its target's origins, and only where no other
//!    credential is. On any error nothing of ours is left on the request.
//! 4. A provider is never asked twice at once, whoever is cancelled, however many clients share it.
//! 5. Nothing prints a secret.
//!
//! # An adapter
//!
//! ```
//! # use onecred_core::*;
//! # async fn send(_: http::Request<String>) -> http::Response<String> { http::Response::new(String::new()) }
//! async fn call(auth: &Authenticator, request: http::Request<String>) -> Result<http::Response<String>, AuthError> {
//!     let (mut parts, body) = request.into_parts();
//!     let receipt = auth.authorize(&mut AuthRequest::from_parts(&mut parts, Body::Bytes(body.as_bytes()))).await?;
//!     let response = send(http::Request::from_parts(parts.clone(), body.clone())).await;
//!     let head = ResponseHead::new(response.status(), response.headers());
//!     if auth.on_response(&receipt, &head) == Verdict::Reauthorize {
//!         let mut again = AuthRequest::from_parts(&mut parts, Body::Bytes(body.as_bytes()));
//!         // An error here is no reason to hide the server's answer.
//!         if let Ok(Some(_)) = auth.reauthorize(&receipt, &mut again).await {
//!             return Ok(send(http::Request::from_parts(parts, body)).await);
//!         }
//!     }
//!     Ok(response)
//! }
//! ```
#![cfg_attr(docsrs, feature(doc_cfg))]

mod auth;
mod authenticator;
mod cache;
mod cause;
mod clock;
mod credential;
mod env;
mod error;
mod fingerprint;
mod guard;
mod header_secret;
mod http_send;
mod hygiene;
mod keyed;
#[cfg(all(test, onecred_model))]
mod model;
mod observer;
mod origin;
mod provider;
mod receipt;
mod request;
mod resolver;
mod response;
mod runtime;
mod secret;
mod signer;
mod slot;
mod source_name;
mod sync;
mod target;
mod untrusted;
mod wiped;

pub use auth::{Auth, StaticCredential};
pub use authenticator::{Authenticator, AuthenticatorBuilder, Derive, Status};
pub use cache::{CachePolicy, CacheStatus, CachedProvider, CachedProviderBuilder};
pub use cause::Cause;
pub use clock::{Clock, SystemClock};
pub use credential::{Companion, Credential, CredentialKind, InvalidCompanion, Subject};
pub use env::Env;
pub use error::{AuthError, Conflict, ForeignName, OriginNotAllowed, SignerError};
pub use fingerprint::Fingerprint;
pub use guard::ForeignPolicy;
pub use header_secret::HeaderSecret;
pub use http_send::{HttpSend, MAX_RESPONSE_BYTES, Route, SendError, SendErrorKind};
pub use hygiene::{InvalidSecret, Note, Rule, SecretKind, Shape, TextFrom, Vendor, is_blank};
pub use keyed::{AheadStatus, KeyedAuthenticators, KeyedBuilder};
pub use observer::{CredentialFacts, Event, MultiObserver, Observer};
pub use origin::{InvalidOrigin, Origin, OriginRule};
pub use provider::{
    CredentialProvider, FnProvider, ProvideContext, ProviderChain, ProviderError,
    ProviderErrorKind, Reason, provider_fn,
};
pub use receipt::{EpochId, Receipt};
pub use request::{AuthRequest, Body};
#[cfg(feature = "serde")]
pub use resolver::rfc3339;
pub use resolver::{
    Argument, Attempt, AttemptOutcome, InvalidSource, Lookup, OnConflict, Outcome, Report,
    Resolution, ResolveError, ResolveErrorKind, Resolver, ResolverBuilder, Selected, Source,
    Variable,
};
pub use response::{ResponseHead, Verdict};
pub use runtime::{BoxFuture, OwnThread, Runtime, TokioRuntime};
pub use secret::Secret;
pub use signer::{ClockSkew, Rejection, RequestSigner, SignContext};
pub use source_name::SourceName;
pub use target::{InvalidTarget, KeyPlacement, Target, TargetBuilder};
pub use untrusted::Untrusted;
