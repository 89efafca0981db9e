//! Servers, clients, providers and a signer for the tests.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response};
use http_body::Body as HttpBody;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use onecred_core::{
    Auth, AuthError, AuthRequest, Authenticator, Body, Credential, Fingerprint, HeaderSecret,
    ProviderError, Rejection, RequestSigner, ResponseHead, SignContext, Target, TextFrom,
    provider_fn,
};
use onecred_testkit::wire::{RecordedRequest, WireServer};
use onecred_tower::BoxError;
use tower::{Service, ServiceExt};

pub(crate) type HttpClient<B = Full<Bytes>> = Client<HttpConnector, B>;

pub(crate) fn client<B>() -> HttpClient<B>
where
    B: HttpBody + Send,
    B::Data: Send,
{
    Client::builder(TokioExecutor::new()).build_http()
}

pub(crate) fn target(servers: &[&WireServer]) -> Target {
    let mut builder = Target::builder("wire");
    for server in servers {
        builder = builder.origin(server.origin()).unwrap();
    }
    builder.key_header("x-api-key").unwrap().build().unwrap()
}

pub(crate) fn secret(text: &str) -> HeaderSecret {
    HeaderSecret::parse(text, TextFrom::Argument).unwrap()
}

pub(crate) fn key(text: &str) -> Auth {
    Auth::api_key(secret(text))
}

pub(crate) fn with_auth(servers: &[&WireServer], auth: impl Into<Auth>) -> Authenticator {
    Authenticator::new(target(servers), auth).unwrap()
}

/// A provider of `token-1`, `token-2`, …, and how often it was asked.
pub(crate) fn numbered_tokens() -> (Auth, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let provider = provider_fn("numbered", move |_cx| {
        let number = counter.fetch_add(1, Ordering::SeqCst) + 1;
        async move { Ok(Credential::bearer(secret(&format!("token-{number}")))) }
    });
    (Auth::provider(provider), asked)
}

/// A provider that has one token and then fails.
pub(crate) fn one_token_then_failure() -> Auth {
    let asked = AtomicUsize::new(0);
    Auth::provider(provider_fn("failing", move |_cx| {
        let number = asked.fetch_add(1, Ordering::SeqCst);
        async move {
            match number {
                0 => Ok(Credential::bearer(secret("token-1"))),
                _ => Err(ProviderError::unavailable("the issuer is down")),
            }
        }
    }))
}

pub(crate) fn post(url: &str, body: &'static str) -> Request<Full<Bytes>> {
    Request::post(url)
        .body(Full::new(Bytes::from_static(body.as_bytes())))
        .unwrap()
}

pub(crate) fn get(url: &str) -> Request<Full<Bytes>> {
    Request::get(url).body(Full::default()).unwrap()
}

/// Sends one request, and does not wait forever.
pub(crate) async fn send<S, B, R>(service: &S, request: Request<B>) -> Result<Response<R>, BoxError>
where
    S: Service<Request<B>, Response = Response<R>> + Clone,
    S::Error: Into<BoxError>,
{
    soon(service.clone().oneshot(request))
        .await
        .map_err(Into::into)
}

pub(crate) async fn soon<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(Duration::from_secs(20), future)
        .await
        .expect("it should have ended long ago")
}

pub(crate) async fn text<R>(response: Response<R>) -> String
where
    R: HttpBody,
    R::Error: std::fmt::Debug,
{
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The error of the authenticator behind what a service returned.
pub(crate) fn auth_error<R>(result: Result<Response<R>, BoxError>) -> AuthError {
    match result {
        Ok(response) => panic!("it was sent and answered {}", response.status()),
        Err(error) => *error.downcast().expect("an AuthError"),
    }
}

/// The lines that carry a credential, as they came, name in lower case.
pub(crate) fn credential_lines(request: &RecordedRequest) -> Vec<String> {
    const NAMES: [&str; 3] = ["authorization", "x-api-key", "x-signature"];
    request
        .headers()
        .iter()
        .filter(|header| NAMES.iter().any(|name| header.is(name)))
        .map(|header| format!("{}: {}", header.name(), header.value_lossy()))
        .collect()
}

pub(crate) fn all_credential_lines(server: &WireServer) -> Vec<Vec<String>> {
    server.requests().iter().map(credential_lines).collect()
}

/// Signs with the number of the signature and the body as it is. A 403 whose body begins with
/// `sign again` asks for another signature.
#[derive(Debug)]
pub(crate) struct BodySigner {
    fingerprint: Fingerprint,
    headers: [HeaderName; 1],
    signed: AtomicUsize,
}

impl BodySigner {
    pub(crate) fn new() -> Self {
        Self {
            fingerprint: Fingerprint::of(b"test-only signing secret of some length"),
            headers: [HeaderName::from_static("x-signature")],
            signed: AtomicUsize::new(0),
        }
    }
}

impl RequestSigner for BodySigner {
    fn sign(&self, request: &mut AuthRequest<'_>, _cx: &SignContext<'_>) -> Result<(), AuthError> {
        let body = match request.body {
            Body::Empty => "nothing",
            Body::Bytes(bytes) => std::str::from_utf8(bytes).unwrap(),
            Body::UnsignedAllowed => "unsigned",
            _ => return Err(AuthError::BodyUnavailable),
        };
        let number = self.signed.fetch_add(1, Ordering::SeqCst) + 1;
        let value = HeaderValue::from_str(&format!("{number} {body}")).unwrap();
        request.headers.insert(&self.headers[0], value);
        Ok(())
    }

    fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }

    fn headers(&self) -> &[HeaderName] {
        &self.headers
    }

    fn on_response(&self, head: &ResponseHead<'_>) -> Rejection {
        match (head.status.as_u16(), head.body) {
            (403, None) => Rejection::NeedBody(10),
            (403, Some(body)) if body.starts_with(b"sign again") => Rejection::Resign,
            _ => Rejection::None,
        }
    }
}
