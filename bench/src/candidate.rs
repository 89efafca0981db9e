//! What is measured: something that makes a request carry a credential.

use std::error::Error;
use std::fmt::{Debug, Formatter};
use std::future::Future;
use std::hint::black_box;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use serde::Serialize;

use crate::request::Request;

/// Any error of a candidate or of the harness.
pub type Failure = Box<dyn Error + Send + Sync>;

/// Calls between two yields to the scheduler, so that tasks take turns and two workers end together.
const CALLS_BETWEEN_YIELDS: u64 = 1024;

/// One way of authorizing a request from a warm cache.
pub trait Subject: Send + Sync + 'static {
    /// Gets the cached credential and inserts it into the request's headers.
    fn authorize(&self, request: &mut Request) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// Which part of the table a candidate belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Group {
    /// onecred.
    Ours,
    /// The same work written by hand.
    Floor,
    /// Somebody else's crate.
    Peer,
}

/// A subject with its name, ready to be run.
#[derive(Clone)]
pub struct Candidate {
    /// Part of the table.
    pub group: Group,
    /// Row of the table.
    pub name: &'static str,
    /// How often a token was fetched, where that is known.
    fetches: Option<Arc<AtomicU64>>,
    runner: Arc<dyn Run>,
}

impl Candidate {
    /// Wraps a subject.
    pub fn new(group: Group, name: &'static str, subject: impl Subject) -> Self {
        Self {
            group,
            name,
            fetches: None,
            runner: Arc::new(Runner(subject)),
        }
    }

    /// Names the counter of token fetches, which shows that hits were measured.
    pub fn counted_by(self, fetches: Arc<AtomicU64>) -> Self {
        Self {
            fetches: Some(fetches),
            ..self
        }
    }

    /// Token fetches so far.
    pub fn fetches(&self) -> Option<u64> {
        self.fetches
            .as_ref()
            .map(|count| count.load(Ordering::Relaxed))
    }

    /// Authorizes one request and looks at the result. Also the call that warms the cache.
    pub async fn check(&self) -> Result<(), Failure> {
        self.runner
            .check()
            .await
            .map_err(|failure| format!("{}: {failure}", self.name).into())
    }

    /// Authorizes a request `calls` times, taking the credential off after each.
    pub fn run(&self, calls: u64) -> Running {
        Arc::clone(&self.runner).run(calls)
    }
}

impl Debug for Candidate {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Candidate")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// When a loop began and when it ended.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    /// Before the first call.
    pub from: Instant,
    /// After the last call.
    pub to: Instant,
}

/// A loop under way.
pub type Running = Pin<Box<dyn Future<Output = Result<Span, Failure>> + Send>>;

/// Hides the subject's type outside the loop: inside, nothing is dispatched dynamically.
trait Run: Send + Sync {
    fn run(self: Arc<Self>, calls: u64) -> Running;
    fn check(&self) -> Pin<Box<dyn Future<Output = Result<(), Failure>> + Send + '_>>;
}

struct Runner<S>(S);

impl<S: Subject> Run for Runner<S> {
    fn run(self: Arc<Self>, calls: u64) -> Running {
        Box::pin(async move {
            let subject = &self.0;
            let mut request = Request::new();
            let from = Instant::now();
            let mut left = calls;
            while left > 0 {
                let batch = left.min(CALLS_BETWEEN_YIELDS);
                for _ in 0..batch {
                    subject.authorize(black_box(&mut request)).await?;
                    drop(black_box(request.remove()));
                }
                left -= batch;
                tokio::task::yield_now().await;
            }
            Ok(Span {
                from,
                to: Instant::now(),
            })
        })
    }

    fn check(&self) -> Pin<Box<dyn Future<Output = Result<(), Failure>> + Send + '_>> {
        Box::pin(async move {
            let mut request = Request::new();
            self.0.authorize(&mut request).await?;
            request.check()
        })
    }
}
