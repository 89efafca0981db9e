//! One request: authorized, sent, and once more if its 401 calls for that.

use std::future::Future;

use onecred_core::{Authenticator, Receipt, ResponseHead, Verdict};
use reqwest::{Request, Response};

use crate::adapt;
use crate::error::Error;
use crate::notes::ReauthorizeFailed;
use crate::prefix;
use crate::pristine::Pristine;
use crate::rebuild;

/// What carries an authorized request away.
pub(crate) trait Wire {
    type Error;

    fn send(
        &mut self,
        request: Request,
    ) -> impl Future<Output = Result<Response, Self::Error>> + Send;

    /// An error of ours in the terms of whoever waits for the response.
    fn refused(error: Error) -> Self::Error;
}

/// Authorizes `request` and sends it; `pristine` is the same request, for the replay.
pub(crate) async fn run<W: Wire + Send>(
    wire: &mut W,
    authenticator: &Authenticator,
    mut request: Request,
    pristine: &Pristine,
) -> Result<Response, W::Error> {
    let receipt = adapt::authorize(authenticator, &mut request)
        .await
        .map_err(W::refused)?;
    let response = send(wire, request, receipt, pristine).await?;
    let (mut response, verdict) = judge(authenticator, &receipt, response).await;
    if verdict != Verdict::Reauthorize {
        return Ok(response);
    }
    let Some(mut again) = pristine.again() else {
        return Ok(response);
    };
    match adapt::reauthorize(authenticator, &receipt, &mut again).await {
        Ok(Some(receipt)) => {
            drop(response);
            let response = send(wire, again, receipt, pristine).await?;
            // A replay is never replayed, but its rejection counts.
            let (response, _) = judge(authenticator, &receipt, response).await;
            Ok(response)
        }
        Ok(None) => Ok(response),
        Err(error) => {
            response
                .extensions_mut()
                .insert(ReauthorizeFailed::new(error));
            Ok(response)
        }
    }
}

async fn send<W: Wire + Send>(
    wire: &mut W,
    request: Request,
    receipt: Receipt,
    pristine: &Pristine,
) -> Result<Response, W::Error> {
    let before = pristine.request().url();
    let signed = (request.url() != before).then(|| request.url().clone());
    let mut response = wire.send(request).await?;
    // A signature in the query would show in the errors that reqwest makes of the response.
    if signed.is_some_and(|signed| signed == *response.url()) {
        response = rebuild::with_url(response, before.clone());
    }
    response.extensions_mut().insert(receipt);
    Ok(response)
}

async fn judge(
    authenticator: &Authenticator,
    receipt: &Receipt,
    response: Response,
) -> (Response, Verdict) {
    let verdict = authenticator.on_response(
        receipt,
        &ResponseHead::new(response.status(), response.headers()),
    );
    let Verdict::NeedBody(limit) = verdict else {
        return (response, verdict);
    };
    let (seen, response) = prefix::read(response, limit).await;
    let head = ResponseHead::new(response.status(), response.headers()).with_body(&seen);
    let verdict = authenticator.on_response(receipt, &head);
    (response, verdict)
}
