//! The way of one request: its redirects, and its time.

use http::HeaderMap;
use onecred_core::{AuthError, Authenticator};
use reqwest::{Request, Response};
use tokio::time::{Instant, timeout_at};

use super::Client;
use crate::attempt::{self, Wire};
use crate::error::Error;
use crate::notes::NotFollowed;
use crate::pristine::Pristine;
use crate::redirect::{self, MAX_REDIRECTS, Plan};
use crate::transport::Pools;

impl Client {
    pub(super) async fn travel(
        &self,
        authenticator: &Authenticator,
        mut request: Request,
    ) -> Result<Response, Error> {
        fill(request.headers_mut(), &self.shared.defaults);
        let timeout = request.timeout().copied().or(self.shared.timeout);
        // tokio's clock, since it is what wakes us; it stands still in tests that pause it.
        let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let way = self.follow(authenticator, request, deadline);
        match deadline {
            None => way.await,
            Some(deadline) => timeout_at(deadline, way)
                .await
                .unwrap_or(Err(Error::TimedOut)),
        }
    }

    async fn follow(
        &self,
        authenticator: &Authenticator,
        mut request: Request,
        deadline: Option<Instant>,
    ) -> Result<Response, Error> {
        let mut wire = PoolWire {
            pools: &self.shared.pools,
            deadline,
        };
        let mut at_home = true;
        let mut redirected: Option<Response> = None;
        for _ in 0..=MAX_REDIRECTS {
            let pristine = Pristine::of(&request);
            let sent = if at_home {
                attempt::run(&mut wire, authenticator, request, &pristine).await
            } else {
                wire.send(request).await
            };
            let mut response = match (sent, redirected.take()) {
                (Ok(response), _) => response,
                // The credential came with the location, not from our caller: nothing of the caller's is wrong.
                (
                    Err(Error::Auth(AuthError::ForeignCredential(_) | AuthError::Conflict(_))),
                    Some(before),
                ) => return Ok(handed_on(before, NotFollowed::CarriesCredential)),
                (Err(error), _) => return Err(error),
            };
            match redirect::plan(
                self.shared.redirects,
                &pristine,
                response.status(),
                response.headers(),
            ) {
                Plan::Done => return Ok(response),
                Plan::Stay(why) => {
                    response.extensions_mut().insert(why);
                    return Ok(response);
                }
                Plan::Follow {
                    request: next,
                    leaves,
                } => {
                    // Whoever sent us away could send us back with a request of its choice: no credential for that.
                    at_home &= !leaves;
                    request = *next;
                    redirected = Some(response);
                }
            }
        }
        Err(Error::TooManyRedirects)
    }
}

fn handed_on(mut response: Response, why: NotFollowed) -> Response {
    response.extensions_mut().insert(why);
    response
}

/// Adds the default headers whose names the request does not have.
fn fill(headers: &mut HeaderMap, defaults: &HeaderMap) {
    for name in defaults.keys() {
        if !headers.contains_key(name) {
            for value in defaults.get_all(name) {
                headers.append(name, value.clone());
            }
        }
    }
}

struct PoolWire<'a> {
    pools: &'a Pools,
    deadline: Option<Instant>,
}

impl Wire for PoolWire<'_> {
    type Error = Error;

    async fn send(&mut self, mut request: Request) -> Result<Response, Error> {
        // reqwest starts a time-out anew for each request and goes on with it through the body.
        *request.timeout_mut() = self
            .deadline
            .map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let client = self.pools.for_url(request.url());
        Ok(client.execute(request).await?)
    }

    fn refused(error: Error) -> Error {
        error
    }
}
