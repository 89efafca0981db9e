//! The response future: authorize if that had to wait, send, and replay once after a rejection.

mod step;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::{Request, Response};
use http_body::Body;
use pin_project_lite::pin_project;
use tower_service::Service;

use crate::body::InspectBody;
use crate::error::BoxError;
use crate::refused::ReplayRefused;
use crate::replay::{Exchange, Pending};
use crate::response_body::AuthBody;
use step::{State, StateProj, Step, act, explained, hand_on, judge, polled_again, send};

pin_project! {
    /// The response of an [`AuthService`](crate::AuthService). Dropping it cancels this request alone: a
    /// refresh that it waits for goes on for the others.
    pub struct ResponseFuture<S, B, R, M>
    where
        S: Service<Request<B>>,
        R: Body,
    {
        #[pin]
        state: State<S::Future, B, R>,
        exchange: Option<Exchange<S, B, M>>,
    }
}

impl<S, B, R, M> ResponseFuture<S, B, R, M>
where
    S: Service<Request<B>>,
    R: Body,
{
    pub(crate) fn failed(error: BoxError) -> Self {
        let error = Some(error);
        Self::new(State::Failed { error }, None)
    }

    /// A request without a credential: its answer is not looked at.
    pub(crate) fn bare(sent: S::Future) -> Self {
        Self::new(State::Sent { sent }, None)
    }

    pub(crate) fn sent(sent: S::Future, exchange: Exchange<S, B, M>) -> Self {
        Self::new(State::Sent { sent }, Some(exchange))
    }

    pub(crate) fn authorizing(pending: Pending, body: B, exchange: Exchange<S, B, M>) -> Self {
        let body = Some(body);
        Self::new(State::Authorizing { pending, body }, Some(exchange))
    }

    fn new(state: State<S::Future, B, R>, exchange: Option<Exchange<S, B, M>>) -> Self {
        Self { state, exchange }
    }
}

impl<S, B, R, M> Future for ResponseFuture<S, B, R, M>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Error: Into<BoxError>,
    M: InspectBody<B>,
    R: Body,
{
    type Output = Result<Response<AuthBody<R>>, BoxError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            let step = match this.state.as_mut().project() {
                StateProj::Failed { error } => {
                    return Poll::Ready(Err(error.take().unwrap_or_else(polled_again)));
                }
                StateProj::Authorizing { pending, body } => {
                    let (parts, result) = ready!(pending.as_mut().poll(cx));
                    match (result, body.take()) {
                        (Ok(receipt), Some(body)) => {
                            if let Some(exchange) = this.exchange.as_mut() {
                                exchange.receipt = receipt;
                            }
                            send(this.exchange.as_mut(), Request::from_parts(parts, body))
                        }
                        (Err(error), _) => Step::Done(Err(error.into())),
                        (Ok(_), None) => Step::Done(Err(polled_again())),
                    }
                }
                StateProj::Sent { sent } => match ready!(sent.poll(cx)) {
                    Ok(response) => {
                        let (parts, body) = response.into_parts();
                        match this.exchange.as_mut() {
                            None => hand_on(parts, AuthBody::plain(body), None),
                            Some(exchange) => judge(exchange, parts, body),
                        }
                    }
                    Err(error) => Step::Done(Err(error.into())),
                },
                StateProj::Reading { reading } => {
                    let Some((parts, body, prefix)) = ready!(reading.poll(cx)) else {
                        return Poll::Ready(Err(polled_again()));
                    };
                    match this.exchange.as_mut() {
                        None => hand_on(parts, body, None),
                        Some(exchange) => {
                            let verdict = exchange.verdict(&parts, Some(&prefix));
                            act(exchange, verdict, parts, body)
                        }
                    }
                }
                StateProj::Reauthorizing {
                    pending,
                    body,
                    first,
                } => {
                    let (parts, result) = ready!(pending.as_mut().poll(cx));
                    match (result, body.take(), first.take()) {
                        (Ok(Some(receipt)), Some(body), _) => {
                            if let Some(exchange) = this.exchange.as_mut() {
                                exchange.receipt = Some(receipt);
                            }
                            let request = Some(Request::from_parts(parts, body));
                            Step::Next(State::Waiting { request })
                        }
                        (Ok(_), _, Some(first)) => {
                            let why = match this.exchange.as_ref() {
                                Some(exchange) => exchange.why_nothing_newer(),
                                None => ReplayRefused::NothingNewer,
                            };
                            Step::Done(Ok(explained(first, why)))
                        }
                        (Err(error), _, Some(first)) => {
                            Step::Done(Ok(explained(first, ReplayRefused::Failed(error))))
                        }
                        (_, _, None) => Step::Done(Err(polled_again())),
                    }
                }
                StateProj::Waiting { request } => {
                    let service = this.exchange.as_mut().and_then(|x| x.service.as_mut());
                    match service.map(|service| service.poll_ready(cx)) {
                        Some(Poll::Pending) => return Poll::Pending,
                        Some(Poll::Ready(Err(error))) => Step::Done(Err(error.into())),
                        Some(Poll::Ready(Ok(()))) => match request.take() {
                            Some(request) => send(this.exchange.as_mut(), request),
                            None => Step::Done(Err(polled_again())),
                        },
                        None => Step::Done(Err(polled_again())),
                    }
                }
            };
            match step {
                // This drops the first answer's future and body before the service is asked whether
                // it is ready again: it may be waiting for just them.
                Step::Next(state) => this.state.set(state),
                Step::Done(output) => {
                    this.state.set(State::Failed { error: None });
                    return Poll::Ready(output);
                }
            }
        }
    }
}

impl<S, B, R, M> fmt::Debug for ResponseFuture<S, B, R, M>
where
    S: Service<Request<B>>,
    R: Body,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match &self.state {
            State::Failed { .. } => "Failed",
            State::Authorizing { .. } => "Authorizing",
            State::Sent { .. } => "Sent",
            State::Reading { .. } => "Reading",
            State::Reauthorizing { .. } => "Reauthorizing",
            State::Waiting { .. } => "Waiting",
        };
        f.debug_struct("ResponseFuture")
            .field("state", &state)
            .finish_non_exhaustive()
    }
}
