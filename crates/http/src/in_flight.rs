//! Runs state-changing requests to completion, even if the client disconnects. Each runs as a task of its own. The
//! connection waits for the task as long as the client stays, and the process joins the task before it stops.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::{MatchedPath, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use crate::caller::CorrelationId;
use crate::failure::Failure;

/// The state-changing requests of a process. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct InFlight {
    tasks: Arc<Mutex<JoinSet<()>>>,
    /// Routed paths where even safe methods change state.
    changing_reads: Arc<[&'static str]>,
}

/// The work did not complete.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum Broken {
    #[error("it panicked: {0}")]
    Panicked(String),
    #[error("the process stopped")]
    Stopped,
}

impl From<Box<dyn Any + Send>> for Broken {
    fn from(said: Box<dyn Any + Send>) -> Self {
        let text = said.downcast_ref::<&str>().map(|text| (*text).to_owned());
        Self::Panicked(text.or_else(|| said.downcast_ref::<String>().cloned()).unwrap_or_default())
    }
}

impl InFlight {
    /// Creates a set in which requests to `paths` count as state-changing whatever their method.
    #[must_use]
    pub fn with_changing_reads(paths: Vec<&'static str>) -> Self {
        Self { changing_reads: paths.into(), ..Self::default() }
    }

    fn changes(&self, request: &Request) -> bool {
        let route = request.extensions().get::<MatchedPath>();
        !request.method().is_safe()
            || route.is_some_and(|route| self.changing_reads.contains(&route.as_str()))
    }

    fn tasks(&self) -> MutexGuard<'_, JoinSet<()>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `work` to completion, even if this future is dropped.
    async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Broken> {
        let (tell, told) = oneshot::channel();
        let work = async move {
            let done = AssertUnwindSafe(work).catch_unwind().await;
            // The caller may already be gone.
            let _ = tell.send(done);
        };
        {
            let mut tasks = self.tasks();
            while tasks.try_join_next().is_some() {}
            tasks.spawn(work);
        }
        told.await.map_err(|_| Broken::Stopped)?.map_err(Broken::from)
    }

    /// Waits until no task is left. Dropping this future stops none of them.
    pub async fn finished(&self) {
        std::future::poll_fn(|context: &mut Context<'_>| {
            let mut tasks = self.tasks();
            loop {
                match tasks.poll_join_next(context) {
                    Poll::Ready(Some(_)) => {}
                    Poll::Ready(None) => return Poll::Ready(()),
                    Poll::Pending => return Poll::Pending,
                }
            }
        })
        .await;
    }

    /// Waits for at most `patience`, then aborts the remaining tasks.
    pub async fn stop(&self, patience: Duration) {
        if tokio::time::timeout(patience, self.finished()).await.is_err() {
            tracing::warn!(requests = self.tasks().len(), "requests are stopped where they stand");
            self.tasks().abort_all();
            self.finished().await;
        }
    }
}

/// A layer that runs state-changing requests to completion and turns a panic into a response. It goes inside
/// [`crate::edge`], which renders the failure.
pub async fn to_the_end<F>(
    in_flight: InFlight,
    request: Request,
    inner: impl FnOnce(Request) -> F,
) -> Response
where
    F: Future<Output = Response> + Send + 'static,
{
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let correlation = request.extensions().get::<CorrelationId>().cloned();
    let changes = in_flight.changes(&request);
    let work = inner(request);
    let done = if changes {
        in_flight.run(work).await
    } else {
        AssertUnwindSafe(work).catch_unwind().await.map_err(Broken::from)
    };
    done.unwrap_or_else(|broken| {
        let correlation = correlation.as_ref().map_or("-", |id| &*id.0);
        match broken {
            Broken::Stopped => Failure::unavailable(&broken).into_response(),
            Broken::Panicked(_) => {
                tracing::error!(%method, path = uri.path(), correlation, "a request failed: {broken}");
                Failure::of_status(StatusCode::INTERNAL_SERVER_ERROR).into_response()
            }
        }
    })
}

#[cfg(test)]
mod tests;
