//! Retry layers, outside and inside.

use std::future::{Ready, ready};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use onecred_core::{Auth, Authenticator};
use onecred_testkit::wire::{Reply, WireServer};
use onecred_tower::AuthLayer;
use tower::ServiceBuilder;
use tower::retry::{Policy, RetryLayer};

use crate::common::*;

/// Tries once more after a 503, and rotates the credential meanwhile.
#[derive(Clone)]
struct OnceMore {
    rotate: Authenticator,
    left: usize,
}

impl<R, E> Policy<Request<Full<Bytes>>, Response<R>, E> for OnceMore {
    type Future = Ready<()>;

    fn retry(
        &mut self,
        _request: &mut Request<Full<Bytes>>,
        result: &mut Result<Response<R>, E>,
    ) -> Option<Ready<()>> {
        let failed = matches!(result, Ok(response) if response.status() == 503);
        self.left = self.left.checked_sub(1).filter(|_| failed)?;
        self.rotate
            .replace(Auth::bearer(secret("rotated")))
            .unwrap();
        Some(ready(()))
    }

    fn clone_request(&mut self, request: &Request<Full<Bytes>>) -> Option<Request<Full<Bytes>>> {
        Some(request.clone())
    }
}

fn busy_once() -> WireServer {
    WireServer::builder()
        .respond(|request| match request.number() {
            0 => Reply::status(503),
            _ => Reply::check_credentials(),
        })
        .start()
        .unwrap()
}

#[tokio::test]
async fn inside_the_retry_layer_each_attempt_has_the_credential_of_its_moment() {
    let server = busy_once();
    let rotate = with_auth(&[&server], key("key-1"));
    let service = ServiceBuilder::new()
        .layer(RetryLayer::new(OnceMore {
            rotate: rotate.clone(),
            left: 1,
        }))
        .layer(AuthLayer::new(rotate))
        .service(client());
    assert_eq!(
        send(&service, get(&server.url("/v1")))
            .await
            .unwrap()
            .status(),
        200
    );
    let lines = all_credential_lines(&server);
    assert_eq!(
        lines,
        [["x-api-key: key-1"], ["authorization: Bearer rotated"]]
    );
}

#[tokio::test]
async fn outside_the_retry_layer_the_old_credential_is_sent_again_and_still_alone() {
    let server = busy_once();
    let rotate = with_auth(&[&server], key("key-1"));
    let service = ServiceBuilder::new()
        .layer(AuthLayer::new(rotate.clone()))
        .layer(RetryLayer::new(OnceMore { rotate, left: 1 }))
        .service(client());
    assert_eq!(
        send(&service, get(&server.url("/v1")))
            .await
            .unwrap()
            .status(),
        200
    );
    assert_eq!(
        all_credential_lines(&server),
        [["x-api-key: key-1"], ["x-api-key: key-1"]]
    );
}
