//! What most programs need: `use onecred::prelude::*;`

pub use onecred_core::{
    Auth, AuthError, AuthRequest, Authenticator, Body, CachedProvider, Credential,
    CredentialProvider, Env, HeaderSecret, ProvideContext, ProviderError, Receipt, ResponseHead,
    Secret, Target, TextFrom, Verdict, provider_fn,
};
