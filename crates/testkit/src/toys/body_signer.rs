//! A signer that hashes the body.

use std::sync::atomic::{AtomicI64, Ordering};

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use onecred_core::{
    AuthError, AuthRequest, Body, Fingerprint, Rejection, RequestSigner, ResponseHead, Secret,
    SignContext,
};
use sha2::{Digest, Sha256};

use super::{digest, seconds};

const DATE: HeaderName = HeaderName::from_static("x-toy-date");
const SKEW: HeaderName = HeaderName::from_static("x-toy-skew");
static OWN: [HeaderName; 2] = [header::AUTHORIZATION, DATE];
const UNSIGNED: &str = "UNSIGNED";

/// Signs method, path, query, time and body:
/// `authorization: Toy <SHA-256 of all that and the secret>`, `x-toy-date: <our clock>/<correction>`, in
/// seconds.
///
/// A server whose clock differs answers 401 with `x-toy-skew: <seconds>`, its clock minus ours; the signer
/// remembers it as the correction and asks to sign again. That several answers at once bring the same
/// correction does no harm, since it is a value to set and not one to add.
///
/// ```
/// use onecred_core::{Credential, Secret};
/// use onecred_testkit::toys::BodySigner;
/// let credential = Credential::signed(BodySigner::new(Secret::new("test-only")));
/// ```
#[derive(Debug)]
pub struct BodySigner {
    secret: Secret,
    fingerprint: Fingerprint,
    /// The server's clock minus ours, in seconds.
    skew: AtomicI64,
}

impl BodySigner {
    /// A signer with this secret.
    pub fn new(secret: Secret) -> Self {
        Self {
            fingerprint: secret.fingerprint(),
            secret,
            skew: AtomicI64::new(0),
        }
    }

    /// What a server does: whether the request as received was signed with `secret`, not more than a
    /// minute from the server's time `now`.
    ///
    /// # Errors
    /// The skew to answer with, in seconds, when the signature is good and its time is not.
    pub fn verify(
        secret: &Secret,
        (method, uri): (&Method, &Uri),
        headers: &HeaderMap,
        body: &[u8],
        now: std::time::SystemTime,
    ) -> Result<bool, i64> {
        let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let Some((authorization, date)) = text(&header::AUTHORIZATION).zip(text(&DATE)) else {
            return Ok(false);
        };
        let covers = [content_hash(body), UNSIGNED.to_owned()];
        let is_signed = covers
            .iter()
            .any(|content| authorization == signature(secret, method, uri, date, content));
        let parsed = date.split_once('/').and_then(|(clock, correction)| {
            Some((clock.parse::<i64>().ok()?, correction.parse::<i64>().ok()?))
        });
        let Some((clock, correction)) = parsed.filter(|_| is_signed) else {
            return Ok(false);
        };
        let skew = seconds(now).saturating_sub(clock);
        if skew.saturating_sub(correction).unsigned_abs() > 60 {
            Err(skew)
        } else {
            Ok(true)
        }
    }
}

impl RequestSigner for BodySigner {
    fn sign(&self, request: &mut AuthRequest<'_>, cx: &SignContext<'_>) -> Result<(), AuthError> {
        let content = match request.body {
            Body::Empty => content_hash(b""),
            Body::Bytes(bytes) => content_hash(bytes),
            Body::Sha256(hash) => hash.iter().map(|byte| format!("{byte:02x}")).collect(),
            Body::UnsignedAllowed => UNSIGNED.to_owned(),
            // Also for what may be added to the enum one day: better no signature than a wrong one.
            _ => return Err(AuthError::BodyUnavailable),
        };
        let skew = self.skew.load(Ordering::Relaxed);
        let date = format!("{}/{skew}", seconds(cx.now()));
        let value = signature(&self.secret, request.method, request.uri, &date, &content);
        for (name, value) in [(header::AUTHORIZATION, value), (DATE, date)] {
            let value = HeaderValue::try_from(value)
                .map_err(|error| AuthError::signer_caused_by("not a header value", error))?;
            request.headers.insert(name, value);
        }
        Ok(())
    }

    fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }

    fn headers(&self) -> &[HeaderName] {
        &OWN
    }

    fn on_response(&self, head: &ResponseHead<'_>) -> Rejection {
        let skew = head
            .headers
            .get(&SKEW)
            .and_then(|value| value.to_str().ok());
        match skew.and_then(|skew| skew.parse::<i64>().ok()) {
            Some(skew) if head.status == StatusCode::UNAUTHORIZED => {
                self.skew.store(skew, Ordering::Relaxed);
                Rejection::Resign
            }
            _ => Rejection::by_status(head),
        }
    }
}

fn content_hash(body: &[u8]) -> String {
    let hash = Sha256::digest(body);
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn signature(secret: &Secret, method: &Method, uri: &Uri, date: &str, content: &str) -> String {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let parts = [method.as_str(), path, date, content].map(str::as_bytes);
    let [method, path, date, content] = parts;
    let digest = digest(&[secret.expose(), method, path, date, content]);
    format!("Toy {digest}")
}
