//! What the whole stack logs at trace level, adapters and their HTTP clients included, holds no secret.

#![allow(clippy::unwrap_used, reason = "a failure is the test's")]

use std::io::Write;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::Full;
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::rt::TokioExecutor;
use onecred_core::{Auth, Authenticator, Target};
use onecred_reqwest::{Client, Redirects};
use onecred_testkit::wire::{Reply, WireServer};
use onecred_testkit::{Answer, LeakScan, ScriptedProvider};
use onecred_tests::secret;
use onecred_tower::AuthLayer;
use tower::{Service, ServiceBuilder, ServiceExt};

const KEY: &str = "planted-static-key-0123456789abcdefghij";
const FOREIGN: &str = "planted-foreign-token-of-the-caller-00";

#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn nothing_that_is_logged_at_trace_level_holds_a_secret() {
    let buffer = Buffer::default();
    let sink = buffer.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_ansi(false)
        .with_writer(move || sink.clone())
        .init();

    let elsewhere = WireServer::start().unwrap();
    let location = elsewhere.url("/elsewhere");
    let server = WireServer::builder()
        .respond(move |request| match (request.path(), request.number()) {
            ("/moved", _) => Reply::redirect(302, &location),
            ("/revoked", number) if number % 2 == 0 => Reply::unauthorized(),
            _ => Reply::check_credentials(),
        })
        .start()
        .unwrap();
    let target = Target::builder("api")
        .origin(server.origin())
        .unwrap()
        .key_header("x-api-key")
        .unwrap()
        .build()
        .unwrap();
    let issuer = ScriptedProvider::from_fn(|_, _| Answer::bearer());
    let auths = [Auth::api_key(secret(KEY)), Auth::provider(issuer.clone())];
    for auth in auths {
        let authenticator = Authenticator::builder(target.clone(), auth)
            .observer(onecred_observe::TracingObserver::new())
            .build()
            .unwrap();
        let client = Client::builder(authenticator.clone())
            .redirects(Redirects::AnyOriginWithoutCredential)
            .build()
            .unwrap();
        let mut service = ServiceBuilder::new()
            .layer(AuthLayer::new(authenticator))
            .service(HyperClient::builder(TokioExecutor::new()).build_http::<Full<Bytes>>());
        for path in ["/", "/moved", "/revoked", "/revoked", "/revoked"] {
            let _answer = client.get(server.url(path)).send().await.unwrap();
            let request = http::Request::get(server.url(path))
                .body(Full::default())
                .unwrap();
            let _answer = service.ready().await.unwrap().call(request).await.unwrap();
        }
        // Refused requests are logged by whoever gets the error.
        let refused = client
            .get(server.url("/"))
            .header("authorization", FOREIGN)
            .send()
            .await;
        tracing::error!(error = ?refused.unwrap_err(), "refused");
        tracing::error!(client = ?client, "the client");
    }

    let log = String::from_utf8(buffer.0.lock().unwrap().clone()).unwrap();
    for from in ["hyper_util", "reqwest", "refused", "rejected"] {
        assert!(
            log.contains(from),
            "the log has something of {from}:\n{log}"
        );
    }
    let mut scan = LeakScan::new([KEY, FOREIGN]);
    for call in 1..=issuer.calls() {
        scan.secret(&issuer.secret(call));
    }
    scan.text("the log", log).assert_clean();
}
