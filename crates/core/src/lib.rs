//! onecred-core: one client, one credential.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod auth;
mod authenticator;
mod cache;
mod clock;
mod credential;
mod env;
mod error;
mod fingerprint;
mod guard;
mod header_secret;
mod http_send;
mod hygiene;
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
pub use clock::{Clock, SystemClock};
pub use credential::{Companion, Credential, CredentialKind, InvalidCompanion, Subject};
pub use env::Env;
pub use error::{AuthError, Conflict, ForeignName, OriginNotAllowed, SignerError};
pub use fingerprint::Fingerprint;
pub use guard::ForeignPolicy;
pub use header_secret::HeaderSecret;
pub use http_send::{HttpSend, MAX_RESPONSE_BYTES, Route, SendError, SendErrorKind};
pub use hygiene::{InvalidSecret, Note, Rule, Shape, Slot, TextFrom, Vendor, is_blank};
pub use observer::{Event, Observer};
pub use origin::{InvalidOrigin, Origin, OriginRule};
pub use provider::{
    CredentialProvider, FnProvider, ProvideContext, ProviderError, ProviderErrorKind, Reason,
    provider_fn,
};
pub use receipt::{EpochId, Receipt};
pub use request::{AuthRequest, Body};
pub use resolver::{
    Argument, Attempt, AttemptOutcome, InvalidSource, Lookup, OnConflict, Outcome, Report,
    Resolution, ResolveError, ResolveErrorKind, Resolver, ResolverBuilder, Selected, Source,
    Variable,
};
pub use response::{ResponseHead, Verdict};
pub use runtime::{BoxFuture, OwnThread, Runtime, TokioRuntime};
pub use secret::Secret;
pub use signer::{Rejection, RequestSigner, SignContext};
pub use source_name::SourceName;
pub use target::{InvalidTarget, KeyPlacement, Target, TargetBuilder};
pub use untrusted::Untrusted;
