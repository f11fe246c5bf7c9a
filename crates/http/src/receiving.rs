//! Bodies on their way: they take so much memory together and no more, and a sender that stops is not waited for.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body::{Frame, SizeHint};
use tokio::time::Sleep;

use crate::failure::Failure;
use crate::network::Network;

/// Bytes of all bodies that are being received.
const OF_ALL: usize = 32 * 1024 * 1024;
/// Of those from one subscriber.
const OF_ONE: usize = 8 * 1024 * 1024;
/// Between two pieces of a body.
const PATIENCE: Duration = Duration::from_secs(30);
/// Seconds.
const TRY_AGAIN: u64 = 2;

/// The bodies that a process is receiving. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Receiving(Arc<Mutex<Held>>);

#[derive(Debug, Default)]
struct Held {
    all: usize,
    by_subscriber: HashMap<Network, usize>,
}

/// What one body holds, until it is dropped.
struct Share {
    receiving: Receiving,
    subscriber: Option<Network>,
    bytes: usize,
}

impl Share {
    /// Takes `more` bytes; false when there are none left.
    fn grow(&mut self, more: usize) -> bool {
        let mut held = self.receiving.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.all + more > OF_ALL {
            return false;
        }
        if let Some(subscriber) = self.subscriber {
            let own = held.by_subscriber.get(&subscriber).copied().unwrap_or_default();
            if own + more > OF_ONE {
                return false;
            }
            held.by_subscriber.insert(subscriber, own + more);
        }
        held.all += more;
        self.bytes += more;
        true
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut held = self.receiving.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.all -= self.bytes;
        if let Some(subscriber) = self.subscriber
            && let Some(own) = held.by_subscriber.get_mut(&subscriber)
        {
            *own -= self.bytes;
            if *own == 0 {
                held.by_subscriber.remove(&subscriber);
            }
        }
    }
}

/// Why a body was broken off.
const NOT: u8 = 0;
const NO_ROOM: u8 = 1;
const TOO_SLOW: u8 = 2;

struct Received {
    body: Body,
    /// Nothing for files: these go to the disk as they come.
    share: Option<Share>,
    waiting: Option<Pin<Box<Sleep>>>,
    broken: Arc<AtomicU8>,
}

impl Received {
    fn broken_off(&self, why: u8, said: &'static str) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.broken.store(why, Ordering::Relaxed);
        Poll::Ready(Some(Err(axum::Error::new(said))))
    }
}

impl HttpBody for Received {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) else {
            let waiting = self.waiting.get_or_insert_with(|| Box::pin(tokio::time::sleep(PATIENCE)));
            ready!(waiting.as_mut().poll(context));
            return self.broken_off(TOO_SLOW, "the sender stopped");
        };
        self.waiting = None;
        let bytes = frame.as_ref().and_then(|frame| frame.as_ref().ok()?.data_ref()).map_or(0, Bytes::len);
        if self.share.as_mut().is_some_and(|share| !share.grow(bytes)) {
            return self.broken_off(NO_ROOM, "too much is being received");
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A layer: bounds what bodies take. It goes inside [`crate::edge`], which renders the failure.
pub async fn receive(State(receiving): State<Receiving>, request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let media = request.headers().get(CONTENT_TYPE).and_then(|media| media.to_str().ok()).unwrap_or_default();
    let are_files = media.trim_start().to_lowercase().starts_with("multipart/");
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let subscriber = peer.map(|info| Network::subscriber(info.0.ip()));
    let share = (!are_files).then_some(Share { receiving, subscriber, bytes: 0 });
    let broken = Arc::new(AtomicU8::new(NOT));
    let request = {
        let broken = Arc::clone(&broken);
        request.map(|body| Body::new(Received { body, share, waiting: None, broken }))
    };
    let response = next.run(request).await;
    match broken.load(Ordering::Relaxed) {
        NO_ROOM => {
            let message = "too much is being sent at once; try again in a moment";
            let failure = Failure::new(StatusCode::SERVICE_UNAVAILABLE, "BUSY", message);
            Failure { retry_after: Some(TRY_AGAIN), ..failure }.into_response()
        }
        TOO_SLOW => {
            let message = "nothing more of the request came for 30 seconds";
            Failure::new(StatusCode::REQUEST_TIMEOUT, "REQUEST_TIMEOUT", message).into_response()
        }
        _ => response,
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use axum::Router;
    use axum::middleware::from_fn_with_state;
    use axum::routing::post;
    use futures_util::StreamExt as _;
    use tower::ServiceExt as _;

    use super::*;

    /// What becomes of a request with this body.
    async fn status(body: Body) -> StatusCode {
        let layer = from_fn_with_state(Receiving::default(), receive);
        let router = Router::new().route("/", post(async |_: Bytes| "heard")).layer(layer);
        let router = router.layer(axum::extract::DefaultBodyLimit::disable());
        let request = Request::post("/").body(body).unwrap();
        router.oneshot(request).await.unwrap().status()
    }

    #[tokio::test(start_paused = true)]
    async fn a_sender_that_stops_is_not_waited_for() {
        let piece = || Ok::<_, std::convert::Infallible>(Bytes::from_static(b"half a"));
        let stops = futures_util::stream::iter([piece()]).chain(futures_util::stream::pending());
        assert_eq!(status(Body::from_stream(stops)).await, StatusCode::REQUEST_TIMEOUT);
        let slow = futures_util::stream::iter(0..10).then(move |_| async move {
            tokio::time::sleep(PATIENCE * 9 / 10).await;
            piece()
        });
        assert_eq!(status(Body::from_stream(Box::pin(slow))).await, StatusCode::OK);
    }

    #[tokio::test]
    async fn what_has_no_room_is_told_to_come_again() {
        assert_eq!(status(Body::from(vec![b' '; OF_ALL])).await, StatusCode::OK);
        assert_eq!(status(Body::from(vec![b' '; OF_ALL + 1])).await, StatusCode::SERVICE_UNAVAILABLE);
    }

    #[test]
    fn bodies_share_what_there_is_and_give_it_back() {
        let receiving = Receiving::default();
        let share_of = |address: IpAddr| Share {
            receiving: receiving.clone(),
            subscriber: Some(Network::subscriber(address)),
            bytes: 0,
        };
        let share = |last: u8| share_of([192, 0, 2, last].into());
        let (mut one, mut same) = (share(1), share(1));
        assert!(one.grow(OF_ONE - 10) && !same.grow(11) && same.grow(10), "one subscriber has so much");
        let mut others: Vec<Share> = (2..=4).map(share).collect();
        assert!(others.iter_mut().all(|other| other.grow(OF_ONE)));
        assert!(!share(5).grow(1), "all have so much");
        drop(one);
        assert!(share(5).grow(OF_ONE - 10) && same.grow(1));
        drop((same, others));
        let v6 = |last: u16| share_of([0x2001, 0xdb8, 0, 0, 0, 0, 0, last].into());
        let mut one = v6(1);
        assert!(one.grow(OF_ONE) && !v6(2).grow(1), "the addresses of a /64 are one subscriber");
        drop(one);
        let held = receiving.0.lock().unwrap();
        assert_eq!((held.all, held.by_subscriber.len()), (0, 0));
    }
}
