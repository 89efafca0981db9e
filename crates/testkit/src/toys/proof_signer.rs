//! A proof for each request, with the server's nonce.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use onecred_core::{
    AuthError, AuthRequest, Fingerprint, HeaderSecret, Rejection, RequestSigner, ResponseHead,
    Secret, SignContext,
};

use super::{digest, seconds};
use crate::sync::lock;

const PROOF: HeaderName = HeaderName::from_static("dpop");
const NONCE: HeaderName = HeaderName::from_static("dpop-nonce");
static OWN: [HeaderName; 2] = [header::AUTHORIZATION, PROOF];

/// Sends a token together with a proof of holding the key that it is bound to, made anew for each request:
/// `authorization: DPoP <token>`, `dpop: <number>.<time>.<nonce>.<SHA-256 of all that, the method, the URL and the key>`.
///
/// A server that wants a nonce answers 401 with `dpop-nonce`; the signer keeps it and asks to sign again
/// (RFC 9449 section 8), unless the challenge says `invalid_token`. Any other answer may hand out the next nonce (section 8.2).
#[derive(Debug)]
pub struct ProofSigner {
    token: HeaderSecret,
    key: Secret,
    nonce: Mutex<String>,
    proofs: AtomicU64,
}

impl ProofSigner {
    /// A signer for this token, which is bound to `key`.
    pub fn new(token: HeaderSecret, key: Secret) -> Self {
        Self {
            token,
            key,
            nonce: Mutex::default(),
            proofs: AtomicU64::new(1),
        }
    }

    /// What a server does: whether the request as received carries a proof made with `key` for `nonce`.
    pub fn verify(
        key: &Secret,
        nonce: &str,
        (method, uri): (&Method, &Uri),
        headers: &HeaderMap,
    ) -> bool {
        let Some(proof) = headers.get(&PROOF).and_then(|value| value.to_str().ok()) else {
            return false;
        };
        let mut parts = proof.splitn(4, '.');
        let (Some(number), Some(time), Some(used)) = (parts.next(), parts.next(), parts.next())
        else {
            return false;
        };
        used == nonce && proof == make_proof(key, method, uri, [number, time, used])
    }
}

impl RequestSigner for ProofSigner {
    fn sign(&self, request: &mut AuthRequest<'_>, cx: &SignContext<'_>) -> Result<(), AuthError> {
        let number = self.proofs.fetch_add(1, Ordering::Relaxed).to_string();
        let time = seconds(cx.now()).to_string();
        let nonce = lock(&self.nonce).clone();
        let claims = [number.as_str(), &time, &nonce];
        let proof = make_proof(&self.key, request.method, request.uri, claims);
        let proof = HeaderValue::try_from(proof)
            .map_err(|error| AuthError::signer_caused_by("the nonce fits no header", error))?;
        request
            .headers
            .insert(header::AUTHORIZATION, self.token.prefixed("DPoP ")?);
        request.headers.insert(PROOF, proof);
        Ok(())
    }

    fn fingerprint(&self) -> &Fingerprint {
        self.token.fingerprint()
    }

    fn headers(&self) -> &[HeaderName] {
        &OWN
    }

    fn on_response(&self, head: &ResponseHead<'_>) -> Rejection {
        let Some(nonce) = head
            .headers
            .get(&NONCE)
            .and_then(|value| value.to_str().ok())
        else {
            return Rejection::by_status(head);
        };
        // A dot would end the nonce within the proof: not one of ours.
        if nonce.contains('.') {
            return Rejection::by_status(head);
        }
        nonce.clone_into(&mut lock(&self.nonce));
        // Whether the nonce is news to us says nothing: another request may have brought it just now.
        if head.status == StatusCode::UNAUTHORIZED && !says_invalid_token(head) {
            Rejection::Resign
        } else {
            Rejection::by_status(head)
        }
    }
}

/// `WWW-Authenticate: DPoP error="invalid_token"` (RFC 6750 section 3.1): signing again would not help.
fn says_invalid_token(head: &ResponseHead<'_>) -> bool {
    let challenges = head.headers.get_all(header::WWW_AUTHENTICATE);
    challenges
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|challenge| challenge.contains("invalid_token"))
}

fn make_proof(
    key: &Secret,
    method: &Method,
    uri: &Uri,
    [number, time, nonce]: [&str; 3],
) -> String {
    // The URL without its query, as in RFC 9449 section 4.2.
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let parts = [method.as_str(), authority, uri.path(), number, time, nonce].map(str::as_bytes);
    let [
        method,
        authority,
        path,
        number_bytes,
        time_bytes,
        nonce_bytes,
    ] = parts;
    let signature = digest(&[
        key.expose(),
        method,
        authority,
        path,
        number_bytes,
        time_bytes,
        nonce_bytes,
    ]);
    format!("{number}.{time}.{nonce}.{signature}")
}
