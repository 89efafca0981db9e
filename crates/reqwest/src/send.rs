//! The port through which providers reach token endpoints and metadata servers.

use std::fmt;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{Request, Response};
use onecred_core::{HttpSend, MAX_RESPONSE_BYTES, Route, SendError, SendErrorKind};

use crate::error::{Error, without_secrets};
use crate::transport::{Pools, Transport};

const ISSUER_TIMEOUT: Duration = Duration::from_secs(30);
const METADATA_TIMEOUT: Duration = Duration::from_secs(5);
/// On a machine without a metadata server its address often swallows packets.
const METADATA_CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// [`HttpSend`] on reqwest: token endpoints with your proxy, certificate authorities and client certificate, metadata
/// servers directly. Follows no redirect, adds no credential, and reads at most
/// [`MAX_RESPONSE_BYTES`].
///
/// Cheap to clone; the clones share connections.
#[derive(Clone)]
pub struct ReqwestSend {
    issuer: Pools,
    metadata: reqwest::Client,
    timeout: Duration,
}

impl ReqwestSend {
    /// With reqwest's default settings.
    ///
    /// # Errors
    /// [`Error::Request`] when TLS or the system's resolver cannot be set up.
    pub fn new() -> Result<Self, Error> {
        Self::with_transport(&Transport::new())
    }

    /// With these settings for token endpoints. Metadata servers are asked without them: directly, with short
    /// time-outs. Without a time-out of yours, a token endpoint has 30 seconds.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_transport(transport: &Transport) -> Result<Self, Error> {
        let metadata = Transport::new().connect_timeout(METADATA_CONNECT_TIMEOUT);
        Ok(Self {
            issuer: transport.pools()?,
            metadata: metadata.direct()?,
            timeout: transport.timeout.unwrap_or(ISSUER_TIMEOUT),
        })
    }
}

#[async_trait::async_trait]
impl HttpSend for ReqwestSend {
    async fn send(
        &self,
        route: Route,
        request: Request<Bytes>,
    ) -> Result<Response<Bytes>, SendError> {
        route.check(request.uri())?;
        let mut request = reqwest::Request::try_from(request).map_err(refused)?;
        let (client, timeout) = match route {
            Route::Issuer => (self.issuer.for_url(request.url()), self.timeout),
            Route::Metadata => (&self.metadata, METADATA_TIMEOUT),
            // A route that this version does not know.
            _ => {
                return Err(SendError::new(
                    SendErrorKind::Refused,
                    "this route is not supported",
                ));
            }
        };
        *request.timeout_mut() = Some(timeout);
        let response = client.execute(request).await.map_err(failed)?;
        read(response).await
    }
}

/// The whole response, unless it is too large. The limit is for decoded bytes.
async fn read(mut response: reqwest::Response) -> Result<Response<Bytes>, SendError> {
    let limit = u64::try_from(MAX_RESPONSE_BYTES).unwrap_or(u64::MAX);
    if response
        .content_length()
        .is_some_and(|length| length > limit)
    {
        return Err(too_large());
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if chunk.len() > MAX_RESPONSE_BYTES - body.len() {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    let (parts, _) = http::Response::<reqwest::Body>::from(response).into_parts();
    Ok(Response::from_parts(parts, body.freeze()))
}

fn too_large() -> SendError {
    SendError::new(SendErrorKind::TooLarge, "the response is too large")
}

fn refused(error: reqwest::Error) -> SendError {
    SendError::new(SendErrorKind::Refused, "the URL is not valid")
        .with_source(without_secrets(error))
}

fn failed(error: reqwest::Error) -> SendError {
    let (kind, reason) = if error.is_timeout() {
        (SendErrorKind::Timeout, "no answer in time")
    } else if error.is_connect() {
        (SendErrorKind::Connection, "no connection could be made")
    } else {
        (SendErrorKind::Connection, "the connection broke")
    };
    SendError::new(kind, reason).with_source(without_secrets(error))
}

impl fmt::Debug for ReqwestSend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReqwestSend")
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
