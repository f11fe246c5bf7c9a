//! Serves the requests of one connection, until it ends, is overdue, or must give up its place.

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use axum::extract::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use supervisor::wake;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::connections::{ConnectionSlot, closed};
use super::progress::{Answer, Arriving, Overdue, Patience, Progress};
use super::transport::Transport;
use crate::Pipeline;
use crate::arrival::{Connection, Proxies, arrive};

/// Over HTTP/2, a client that does not answer a ping within this time is gone. One is sent after as much silence.
const PING: Duration = Duration::from_secs(20);
/// An idle connection is told that it ends, and then closed.
const GOODBYE: Duration = Duration::from_secs(1);

/// Where the requests of a connection come from, and go to.
pub struct Requests {
    pub connection: Connection,
    pub proxies: Proxies,
    pub pipeline: Pipeline,
}

/// Serves `stream`. The future ends when the connection does, or when it became a WebSocket.
pub async fn serve<S>(
    stream: S,
    place: ConnectionSlot,
    requests: Requests,
    patience: Patience,
    mut stop: watch::Receiver<bool>,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let progress = Arc::clone(&place.progress);
    let requests = Arc::new(requests);
    let service = service_fn(|request: Request<Incoming>| {
        answer(Arc::clone(&requests), request, Arc::clone(&progress))
    });
    let mut builder = Builder::new(TokioExecutor::new());
    // `Progress` measures heads: hyper does not begin before the first bytes came.
    builder.http1().timer(TokioTimer::new()).header_read_timeout(None);
    let mut http2 = builder.http2();
    http2.timer(TokioTimer::new()).keep_alive_interval(PING).keep_alive_timeout(PING);
    // For WebSockets over HTTP/2.
    http2.enable_connect_protocol();
    let stream = TokioIo::new(Transport::new(stream, place, patience.unread));
    let mut talk = pin!(builder.serve_connection_with_upgrades(stream, service));
    let mut evicted = pin!(progress.evicted());
    let mut stopped = pin!(wake::stopped(&mut stop));
    let mut look = pin!(sleep_until(progress.look_again(&patience, Instant::now())));
    let (mut is_stopping, mut ends) = (false, None);
    poll_fn(|context| {
        if !is_stopping && stopped.as_mut().poll(context).is_ready() {
            is_stopping = true;
            talk.as_mut().graceful_shutdown();
        }
        if let Poll::Ready(done) = talk.as_mut().poll(context) {
            if let Err(error) = done {
                tracing::trace!(error, "a connection broke off");
            }
            return Poll::Ready(());
        }
        if evicted.as_mut().poll(context).is_ready() {
            return Poll::Ready(());
        }
        loop {
            let now = Instant::now();
            match progress.overdue(&patience, now) {
                Some(Overdue::Idle) if ends.is_some_and(|ends| now < ends) => {}
                Some(Overdue::Idle) if ends.is_none() => {
                    ends = Some(now + GOODBYE);
                    closed(Overdue::Idle.label());
                    talk.as_mut().graceful_shutdown();
                    if talk.as_mut().poll(context).is_ready() {
                        return Poll::Ready(());
                    }
                }
                Some(why) => {
                    if why != Overdue::Idle {
                        closed(why.label());
                    }
                    return Poll::Ready(());
                }
                None => {}
            }
            let again = ends.filter(|ends| *ends > now);
            let again = again.unwrap_or_else(|| progress.look_again(&patience, now));
            if again < look.deadline() || look.is_elapsed() {
                look.as_mut().reset(again);
            }
            if look.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
        }
    })
    .await;
}

async fn answer(
    requests: Arc<Requests>,
    request: Request<Incoming>,
    progress: Arc<Progress>,
) -> Result<Response, Infallible> {
    let open = progress.open(request.version());
    let (mut parts, body) = request.into_parts();
    let body = if body.is_end_stream() {
        Body::empty()
    } else {
        Body::new(Arriving::new(Body::new(body), &progress))
    };
    let Requests { connection, proxies, pipeline } = &*requests;
    arrive(proxies, *connection, &mut parts);
    parts.extensions.insert(open.clone());
    let response = pipeline.answer(Request::from_parts(parts, body)).await;
    Ok(response.map(|body| Body::new(Answer::new(body, &progress, open))))
}

#[cfg(test)]
mod tests;
