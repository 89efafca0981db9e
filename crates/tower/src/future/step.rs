//! The states of a request on its way, and what leads from one to the next.

use http::{Request, Response, response};
use http_body::Body;
use onecred_core::Verdict;
use pin_project_lite::pin_project;
use tower_service::Service;

use crate::body::InspectBody;
use crate::error::BoxError;
use crate::refused::ReplayRefused;
use crate::replay::{Exchange, Pending};
use crate::response_body::{AuthBody, ReadPrefix};

pin_project! {
    #[project = StateProj]
    /// Where a request is.
    pub(super) enum State<F, B, R>
    where
        R: Body,
    {
        Failed { error: Option<BoxError> },
        Authorizing { pending: Pending, body: Option<B> },
        Sent { #[pin] sent: F },
        Reading { reading: ReadPrefix<R> },
        Reauthorizing { pending: Pending, body: Option<B>, first: Option<Response<AuthBody<R>>> },
        Waiting { request: Option<Request<B>> },
    }
}

/// What one step of the machine led to.
pub(super) enum Step<F, B, R: Body> {
    Next(State<F, B, R>),
    Done(Result<Response<AuthBody<R>>, BoxError>),
}

/// Sends with the service that is ready.
pub(super) fn send<S, B, R, M>(
    exchange: Option<&mut Exchange<S, B, M>>,
    request: Request<B>,
) -> Step<S::Future, B, R>
where
    S: Service<Request<B>>,
    R: Body,
{
    match exchange.and_then(|exchange| exchange.service.as_mut()) {
        Some(service) => Step::Next(State::Sent {
            sent: service.call(request),
        }),
        None => Step::Done(Err(polled_again())),
    }
}

/// What an answer means by its head alone, or that its body has to be looked at.
pub(super) fn judge<S, B, R, M, F>(
    exchange: &mut Exchange<S, B, M>,
    parts: response::Parts,
    body: R,
) -> Step<F, B, R>
where
    M: InspectBody<B>,
    R: Body,
{
    match exchange.verdict(&parts, None) {
        Verdict::NeedBody(limit) => Step::Next(State::Reading {
            reading: ReadPrefix::new(parts, body, limit),
        }),
        verdict => act(exchange, verdict, parts, AuthBody::plain(body)),
    }
}

/// Replays, or hands on with the reason why not.
pub(super) fn act<S, B, R, M, F>(
    exchange: &mut Exchange<S, B, M>,
    verdict: Verdict,
    parts: response::Parts,
    body: AuthBody<R>,
) -> Step<F, B, R>
where
    M: InspectBody<B>,
    R: Body,
{
    match verdict {
        Verdict::Reauthorize => match exchange.reauthorize() {
            Some((pending, replay)) => Step::Next(State::Reauthorizing {
                pending,
                body: Some(replay),
                first: Some(Response::from_parts(parts, body)),
            }),
            None => hand_on(parts, body, Some(ReplayRefused::NotKept)),
        },
        Verdict::Reject => hand_on(parts, body, Some(ReplayRefused::NothingToOffer)),
        _ => hand_on(parts, body, None),
    }
}

pub(super) fn hand_on<F, B, R: Body>(
    parts: response::Parts,
    body: AuthBody<R>,
    why: Option<ReplayRefused>,
) -> Step<F, B, R> {
    let response = Response::from_parts(parts, body);
    Step::Done(Ok(match why {
        Some(why) => explained(response, why),
        None => response,
    }))
}

pub(super) fn explained<R>(mut response: Response<R>, why: ReplayRefused) -> Response<R> {
    response.extensions_mut().insert(why);
    response
}

#[cold]
pub(super) fn polled_again() -> BoxError {
    "the response future was polled after it had ended".into()
}
