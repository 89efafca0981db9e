use http::HeaderValue;
use onecred_core::{Auth, AuthError, HeaderSecret, SignContext, Target, TextFrom};
use onecred_core::{Fingerprint, RequestSigner};

use super::*;

#[derive(Debug)]
struct ByQuery {
    fingerprint: Fingerprint,
    query: &'static str,
}

impl RequestSigner for ByQuery {
    fn sign(&self, request: &mut AuthRequest<'_>, _: &SignContext<'_>) -> Result<(), AuthError> {
        let text = format!("{}{}", request.uri, self.query);
        *request.uri = text.parse().map_err(|_| AuthError::signer("no URI"))?;
        Ok(())
    }

    fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }

    fn headers(&self) -> &[http::HeaderName] {
        &[]
    }
}

fn target() -> Target {
    let builder = Target::builder("api").origin("https://api.example.com");
    builder.unwrap().build().unwrap()
}

fn signing(query: &'static str) -> Authenticator {
    let secret = HeaderSecret::parse("test-only", TextFrom::Argument).unwrap();
    let signer = ByQuery {
        fingerprint: secret.fingerprint().clone(),
        query,
    };
    Authenticator::new(target(), Auth::signer(signer)).unwrap()
}

fn request(url: &str) -> Request {
    let mut request = Request::new(Method::GET, Url::parse(url).unwrap());
    request
        .headers_mut()
        .insert("accept", HeaderValue::from_static("text/plain"));
    request
}

#[tokio::test]
async fn a_signature_in_the_query_reaches_the_url() {
    let mut request = request("https://api.example.com/a%20b?x=1#part");
    authorize(&signing("&X-Amz-Signature=abc"), &mut request)
        .await
        .unwrap();
    assert_eq!(
        request.url().as_str(),
        "https://api.example.com/a%20b?x=1&X-Amz-Signature=abc"
    );
    assert_eq!(request.headers()["accept"], "text/plain");
}

#[tokio::test]
async fn a_url_that_was_not_signed_keeps_its_fragment() {
    let mut request = request("https://api.example.com/?x=1#part");
    authorize(&signing(""), &mut request).await.unwrap();
    assert_eq!(request.url().fragment(), Some("part"));
}

#[tokio::test]
async fn a_signature_that_the_url_parser_would_rewrite_is_refused() {
    let mut request = request("https://api.example.com/?x=1");
    // reqwest would send %27.
    let error = authorize(&signing("&X-Amz-Signature='abc'"), &mut request)
        .await
        .unwrap_err();
    assert!(matches!(error, Error::InvalidUrl), "{error:?}");
}

#[test]
fn an_empty_body_is_empty_and_a_stream_is_a_stream() {
    let mut request = request("https://api.example.com/");
    assert_eq!(body_of(&request), Body::Empty);
    *request.body_mut() = Some("".into());
    assert_eq!(body_of(&request), Body::Empty);
    *request.body_mut() = Some("abc".into());
    assert_eq!(body_of(&request), Body::Bytes(b"abc"));
    *request.body_mut() = Some(reqwest::Body::wrap("abc".to_owned()));
    assert_eq!(body_of(&request), Body::Stream);
}
