//! The layer: what is the same for every request.

use onecred_core::Authenticator;
use tower_layer::Layer;

use crate::body::{HttpBodies, Streaming};
use crate::origins::OtherOrigins;
use crate::service::AuthService;

/// Puts one credential on every request of an HTTP client.
///
/// Place it *inside* layers that send a request more than once (redirects, retries, hedging): each
/// attempt is then authorized by itself, and what those layers keep never carries a credential. See
/// the [crate's documentation](crate#the-order-of-layers).
///
/// `M` says how request bodies are looked at; see [`with_body`](Self::with_body).
#[derive(Debug, Clone)]
#[must_use = "a layer does nothing until it wraps a service"]
pub struct AuthLayer<M = HttpBodies> {
    pub(crate) authenticator: Option<Authenticator>,
    pub(crate) bodies: M,
    pub(crate) other_origins: OtherOrigins,
}

impl AuthLayer {
    /// A layer with this authenticator. Its clones and derived ones keep working on it: a
    /// [`replace`](Authenticator::replace) reaches the requests of every service made by this layer.
    ///
    /// A request that has an [`Authenticator`] in its extensions is authorized with that one instead.
    pub fn new(authenticator: Authenticator) -> Self {
        Self::with(Some(authenticator))
    }

    /// A layer without an authenticator, for servers with many tenants: every request brings its own
    /// in its extensions, and one without is refused with
    /// [`MissingAuthenticator`](crate::MissingAuthenticator).
    ///
    /// Prefer it to a default where requests of tenants and of the server itself go through one
    /// service: redirect layers drop extensions on the way to another origin, and with a default the
    /// second hop would go out under the server's own name.
    pub fn per_request() -> Self {
        Self::with(None)
    }

    fn with(authenticator: Option<Authenticator>) -> Self {
        Self {
            authenticator,
            bodies: HttpBodies,
            other_origins: OtherOrigins::default(),
        }
    }
}

impl<M> AuthLayer<M> {
    /// Looks at request bodies in this way: [`HttpBodies`] (the default), [`DefaultBodies`],
    /// [`AnyBodies`], [`Streaming`], or an [`InspectBody`] of yours for a body type of yours.
    ///
    /// [`DefaultBodies`]: crate::DefaultBodies
    /// [`AnyBodies`]: crate::AnyBodies
    /// [`InspectBody`]: crate::InspectBody
    pub fn with_body<N>(self, bodies: N) -> AuthLayer<N> {
        AuthLayer {
            authenticator: self.authenticator,
            bodies,
            other_origins: self.other_origins,
        }
    }

    /// Never looks at request bodies: credentials that go into a header work, signers that cover the
    /// body answer [`AuthError::BodyUnavailable`](onecred_core::AuthError::BodyUnavailable), and
    /// nothing is replayed.
    pub fn streaming(self) -> AuthLayer<Streaming> {
        self.with_body(Streaming::new())
    }

    /// What happens to requests to other origins than the target's; [`OtherOrigins::Refuse`] by
    /// default.
    pub fn other_origins(mut self, other: OtherOrigins) -> Self {
        self.other_origins = other;
        self
    }
}

impl<S, M: Clone> Layer<S> for AuthLayer<M> {
    type Service = AuthService<S, M>;

    fn layer(&self, inner: S) -> Self::Service {
        AuthService::new(inner, self.clone())
    }
}
