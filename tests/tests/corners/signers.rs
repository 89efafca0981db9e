//! Answers find the signer that signed, and signers keep to what they own.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use onecred_core::*;
use onecred_tests::{Head, client};

type Sign = fn(&mut AuthRequest<'_>, &SignContext<'_>);

#[derive(Debug)]
struct Signer {
    sign: Sign,
    fingerprint: Fingerprint,
    owns: Vec<HeaderName>,
    answer: Rejection,
    asked: Arc<AtomicUsize>,
}

impl Signer {
    fn new(sign: Sign) -> Self {
        Self {
            sign,
            fingerprint: Fingerprint::of(b"a key"),
            owns: vec![header::AUTHORIZATION],
            answer: Rejection::Resign,
            asked: Arc::default(),
        }
    }
}

impl RequestSigner for Signer {
    fn sign(&self, request: &mut AuthRequest<'_>, cx: &SignContext<'_>) -> Result<(), AuthError> {
        (self.sign)(request, cx);
        Ok(())
    }

    fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }

    fn headers(&self) -> &[HeaderName] {
        &self.owns
    }

    fn query_parameters(&self) -> &[&str] {
        &["sig"]
    }

    fn on_response(&self, _head: &ResponseHead<'_>) -> Rejection {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.answer
    }
}

fn authorization(request: &mut AuthRequest<'_>, cx: &SignContext<'_>) {
    let at = cx
        .signing_time()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap();
    let value = HeaderValue::from_str(&format!("Sig at={}", at.as_secs())).unwrap();
    request.headers.insert(header::AUTHORIZATION, value);
}

fn answered(client: &Authenticator, receipt: &Receipt, status: StatusCode) -> Verdict {
    client.on_response(receipt, &ResponseHead::new(status, &HeaderMap::new()))
}

/// The first request of a provider waited for it; its answer is the signer's to read all the same.
#[test]
fn the_answer_to_the_first_request_reaches_its_signer() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let client = client(provider_fn("signers", move |_cx| {
        let asked = Arc::clone(&counter);
        async move {
            let signer = Signer {
                asked,
                ..Signer::new(authorization)
            };
            Ok(Credential::signed(signer))
        }
    }));
    let receipt = client.authorize_blocking(&mut Head::new().view()).unwrap();
    let verdict = answered(&client, &receipt, StatusCode::BAD_REQUEST);
    assert_eq!(
        (verdict, asked.load(Ordering::Relaxed)),
        (Verdict::Reauthorize, 1)
    );
    assert!(!client.status().rejected, "the credential is good");
}

#[test]
fn the_servers_clock_is_remembered_for_the_client() {
    let server = SystemTime::UNIX_EPOCH + Duration::from_secs(4_000_000_000);
    let clock = onecred_testkit::ManualClock::new();
    let signer = Signer {
        answer: Rejection::ClockSkew(server),
        ..Signer::new(authorization)
    };
    let client = Authenticator::builder(onecred_tests::target(), Auth::signer(signer))
        .clock(clock.clone())
        .build()
        .unwrap();
    let mut head = Head::new();
    let receipt = client.authorize_blocking(&mut head.view()).unwrap();
    assert_eq!(
        answered(&client, &receipt, StatusCode::FORBIDDEN),
        Verdict::Reauthorize
    );
    clock.advance(Duration::from_secs(7));
    let again = client
        .reauthorize_blocking(&receipt, &mut head.view())
        .unwrap();
    assert!(again.is_some());
    assert_eq!(head.values("authorization"), ["Sig at=4000000007"]);
}

#[test]
fn a_signer_that_oversteps_is_an_error_and_leaves_nothing() {
    let steps: [(&str, Sign); 4] = [
        ("adds a header that is not its own", |r, cx| {
            authorization(r, cx);
            r.headers
                .insert("x-unlisted", HeaderValue::from_static("s3cret"));
        }),
        ("removes the caller's", |r, cx| {
            authorization(r, cx);
            r.headers.remove("x-callers");
        }),
        ("goes elsewhere", |r, cx| {
            authorization(r, cx);
            *r.uri = "https://evil.example/v1/things".parse().unwrap();
        }),
        ("changes the path", |r, cx| {
            authorization(r, cx);
            *r.uri = format!("{}/v2/things", onecred_tests::API).parse().unwrap();
        }),
    ];
    for (what, sign) in steps {
        let client = client(Auth::signer(Signer::new(sign)));
        let mut head = Head::new();
        head.headers
            .insert("x-callers", HeaderValue::from_static("1"));
        let before = format!("{:?} {:?}", head.uri, head.headers);
        let result = client.authorize_blocking(&mut head.view());
        assert!(matches!(result, Err(AuthError::Signer(_))), "{what}");
        assert_eq!(
            format!("{:?} {:?}", head.uri, head.headers),
            before,
            "{what}"
        );
    }
}

#[test]
fn a_signature_in_the_query_is_taken_back_before_the_next() {
    fn by_query(request: &mut AuthRequest<'_>, _cx: &SignContext<'_>) {
        let separator = if request.uri.query().is_some() {
            '&'
        } else {
            '?'
        };
        *request.uri = format!("{}{separator}sig=abc", request.uri)
            .parse()
            .unwrap();
    }
    let signer = Signer {
        owns: Vec::new(),
        ..Signer::new(by_query)
    };
    let client = client(Auth::signer(signer));
    let mut head = Head::to(&format!("{}/p?a=1", onecred_tests::API));
    let receipt = client.authorize_blocking(&mut head.view()).unwrap();
    assert_eq!(head.uri.query(), Some("a=1&sig=abc"));
    assert!(matches!(
        client.authorize_blocking(&mut head.view()),
        Err(AuthError::ForeignCredential(_))
    ));
    assert_eq!(
        answered(&client, &receipt, StatusCode::UNAUTHORIZED),
        Verdict::Reauthorize
    );
    let again = client
        .reauthorize_blocking(&receipt, &mut head.view())
        .unwrap();
    assert!(again.is_some());
    assert_eq!(head.uri.query(), Some("a=1&sig=abc"));
}
