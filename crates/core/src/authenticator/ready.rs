//! One credential, placed: what goes on a request, prepared once so that a request costs one insert.

use std::sync::Arc;
use std::time::SystemTime;

use http::{HeaderMap, HeaderName, HeaderValue, Uri, header};

use super::trace::Trace;
use crate::credential::{Companion, Credential, Form, Subject, place_companions};
use crate::error::{AuthError, Conflict};
use crate::guard::{self, CredentialNames};
use crate::receipt::{EpochId, Generation};
use crate::request::AuthRequest;
use crate::signer::{ClockSkew, RequestSigner, SignContext};
use crate::source_name::SourceName;
use crate::target::{KeyPlacement, Target};

/// What a channel puts on requests until `check_at`.
pub(crate) struct Ready {
    pub(super) generation: Option<Generation>,
    pub(super) placed: Placed,
    companions: Arc<[Companion]>,
    /// Whose credential it is, if that is known.
    pub(super) subject: Option<Subject>,
    /// The names that are foreign on a request: the target's, this credential's own, and those of the
    /// credentials before it, so that a request that carries one of them is found out.
    pub(super) names: Arc<CredentialNames>,
    /// It was obtained because the one before was rejected, and no answer has yet shown that it is good.
    pub(super) unproven: bool,
    /// The cache's version that this was made of.
    pub(super) version: u64,
    /// Trusted between these two moments; `None` means at any time.
    pub(super) window: Option<(SystemTime, SystemTime)>,
}

pub(super) enum Placed {
    Nothing,
    Header(HeaderName, HeaderValue),
    Signer(Arc<dyn RequestSigner>),
}

/// Where the channel's credential goes: the client's own by the target's rules, a gateway's under the
/// gateway's header.
#[derive(Clone)]
pub(super) enum Place {
    Target,
    Gateway(HeaderName),
}

impl Ready {
    pub(super) fn nothing(known: &Arc<CredentialNames>) -> Self {
        Self {
            generation: None,
            placed: Placed::Nothing,
            companions: Arc::default(),
            names: Arc::clone(known),
            subject: None,
            unproven: false,
            version: 0,
            window: None,
        }
    }

    pub(super) fn new(
        credential: &Credential,
        target: &Target,
        place: &Place,
        known: &Arc<CredentialNames>,
        generation: Option<Generation>,
    ) -> Result<Self, AuthError> {
        let placed = match place {
            Place::Target => for_target(credential.form(), target)?,
            Place::Gateway(name) => for_gateway(credential.form(), name)?,
        };
        let own: &[HeaderName] = match &placed {
            Placed::Nothing => &[],
            Placed::Header(name, _) => std::slice::from_ref(name),
            Placed::Signer(signer) => signer.headers(),
        };
        if let Some(name) = own.iter().find(|name| guard::frames_the_message(name)) {
            return Err(AuthError::HeaderNotAllowed(name.clone()));
        }
        if let Place::Target = place
            && let Some(name) = target.gateway_headers().find(|name| own.contains(name))
        {
            return Err(twice("credential", name));
        }
        let parameters = match &placed {
            Placed::Signer(signer) => signer.query_parameters(),
            _ => &[],
        };
        let names = known.and(own, parameters);
        let companions = credential.companions();
        if let Some(companion) = companions.iter().find(|c| names.contains(c.name())) {
            return Err(twice("companion", companion.name()));
        }
        Ok(Self {
            generation,
            placed,
            // An empty default is shared, an empty copy is not.
            companions: match companions {
                [] => Arc::default(),
                some => some.into(),
            },
            names,
            subject: credential.subject_of().cloned(),
            unproven: false,
            version: 0,
            window: None,
        })
    }

    /// Puts the credential on a request on which no foreign one is left.
    #[inline]
    pub(super) fn place(
        &self,
        request: &mut AuthRequest<'_>,
        target: &Target,
        time: impl FnOnce() -> (SystemTime, ClockSkew),
    ) -> Result<(), AuthError> {
        match &self.placed {
            Placed::Nothing => Ok(()),
            Placed::Header(name, value) => {
                if !self.companions.is_empty() {
                    request
                        .headers
                        .try_reserve(self.companions.len() + 1)
                        .map_err(|_| AuthError::TooManyHeaders)?;
                    place_companions(&self.companions, request.headers);
                }
                match request.headers.try_insert(name, value.clone()) {
                    Ok(_) => Ok(()),
                    Err(_) => Err(AuthError::TooManyHeaders),
                }
            }
            Placed::Signer(signer) => {
                let (now, skew) = time();
                let cx = SignContext::new(target, now).with_skew(skew);
                self.sign(signer.as_ref(), request, &cx)
            }
        }
    }

    fn sign(
        &self,
        signer: &dyn RequestSigner,
        request: &mut AuthRequest<'_>,
        cx: &SignContext<'_>,
    ) -> Result<(), AuthError> {
        let before = (request.headers.clone(), request.uri.clone());
        let mut unsigned = None;
        let signed = request
            .headers
            .try_reserve(self.companions.len() + signer.headers().len())
            .map_err(|_| AuthError::TooManyHeaders)
            .and_then(|()| {
                if !self.companions.is_empty() {
                    place_companions(&self.companions, request.headers);
                    unsigned = Some(request.headers.clone());
                }
                signer.sign(request, cx)?;
                let headers = unsigned.as_ref().unwrap_or(&before.0);
                check_signed(signer, request, headers, &before.1)
            });
        if signed.is_err() {
            (*request.headers, *request.uri) = before;
        }
        signed
    }

    pub(super) fn signer(&self) -> Option<&Arc<dyn RequestSigner>> {
        match &self.placed {
            Placed::Signer(signer) => Some(signer),
            _ => None,
        }
    }

    /// A companion that would take the place of a credential under one of these names.
    pub(super) fn companion_among(&self, names: &CredentialNames) -> Option<AuthError> {
        let companion = self.companions.iter().find(|c| names.contains(c.name()))?;
        Some(twice("companion", companion.name()))
    }

    /// What is to be remembered of it.
    pub(super) fn trace(&self, epoch: EpochId) -> Trace {
        Trace {
            epoch,
            generation: self.generation,
            names: Arc::clone(&self.names),
            subject: self.subject.clone(),
            signer: match &self.placed {
                Placed::Signer(signer) => Some(Arc::downgrade(signer)),
                _ => None,
            },
            companions: Arc::clone(&self.companions),
        }
    }
}

/// A signer may change the query and its own headers, nothing else.
fn check_signed(
    signer: &dyn RequestSigner,
    request: &mut AuthRequest<'_>,
    headers: &HeaderMap,
    uri: &Uri,
) -> Result<(), AuthError> {
    let same_place = request.uri.scheme() == uri.scheme()
        && request.uri.authority() == uri.authority()
        && request.uri.path() == uri.path();
    if !same_place {
        return Err(AuthError::signer(
            "it changed more of the URI than the query",
        ));
    }
    let own = signer.headers();
    let kept = |name: &HeaderName| {
        own.contains(name)
            || headers
                .get_all(name)
                .iter()
                .eq(request.headers.get_all(name))
    };
    if !headers.keys().all(kept) || !request.headers.keys().all(kept) {
        return Err(AuthError::signer(
            "it changed a header that it does not own",
        ));
    }
    for name in own {
        if let header::Entry::Occupied(mut entry) = request.headers.entry(name) {
            for value in entry.iter_mut() {
                value.set_sensitive(true);
            }
        }
    }
    Ok(())
}

fn twice(what: &str, name: &HeaderName) -> AuthError {
    AuthError::Conflict(Conflict::new(
        SourceName::new(format!("{what} under header `{name}`")),
        SourceName::new(format!("header `{name}` of the target")),
    ))
}

fn for_target(form: &Form, target: &Target) -> Result<Placed, AuthError> {
    Ok(match form {
        Form::ApiKey(secret) => match target.key_placement() {
            Some(KeyPlacement::Header(name)) => Placed::Header(name.clone(), secret.header_value()),
            Some(KeyPlacement::Bearer) => {
                Placed::Header(header::AUTHORIZATION, secret.prefixed("Bearer ")?)
            }
            None => {
                return Err(AuthError::NoPlacement {
                    target: Arc::from(target.name()),
                });
            }
        },
        Form::Bearer(token) => Placed::Header(header::AUTHORIZATION, token.prefixed("Bearer ")?),
        Form::Header(name, value) => Placed::Header(name.clone(), value.header_value()),
        Form::Signed(signer) => Placed::Signer(Arc::clone(signer)),
    })
}

fn for_gateway(form: &Form, name: &HeaderName) -> Result<Placed, AuthError> {
    Ok(match form {
        Form::ApiKey(secret) | Form::Header(_, secret) => {
            Placed::Header(name.clone(), secret.header_value())
        }
        Form::Bearer(token) => Placed::Header(name.clone(), token.prefixed("Bearer ")?),
        Form::Signed(_) => {
            return Err(AuthError::signer(
                "a gateway's credential cannot be a signature",
            ));
        }
    })
}
