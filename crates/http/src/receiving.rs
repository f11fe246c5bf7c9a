//! Bodies on their way: they take so much memory together and no more, long ones come no faster than they should, and a
//! sender that stops is not waited for.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::pin::Pin;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{ConnectInfo, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use http_body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep};

use crate::failure::Failure;
use crate::network::Network;

/// Bytes of all bodies that are being received.
const OF_ALL: usize = 32 * 1024 * 1024;
/// Of those from one subscriber.
const OF_ONE: usize = 8 * 1024 * 1024;
/// A body that is no longer than this, in bytes, never waits.
const SHORT: usize = 64 * 1024;
/// One subscriber may send at this part of the pace of all.
const PART_OF_ONE: u32 = 4;
/// Between two pieces of a body.
const PATIENCE: Duration = Duration::from_secs(30);
/// Seconds.
const TRY_AGAIN: u64 = 2;

/// The bodies that a process is receiving. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Receiving(Arc<Mutex<Held>>);

#[derive(Debug, Default)]
struct Held {
    /// MiB a second of all long bodies together; nothing when they may come as fast as they can.
    pace: Option<NonZeroU32>,
    all: Sender,
    by_subscriber: HashMap<Network, Sender>,
}

/// What somebody is sending.
#[derive(Debug, Default)]
struct Sender {
    bodies: usize,
    /// In memory.
    bytes: usize,
    /// The bytes that came so far should not have been here earlier.
    due: Option<Instant>,
}

impl Sender {
    /// When `bytes` more should have come, at so many nanoseconds a MiB.
    fn due(&mut self, now: Instant, bytes: usize, nanos_per_mib: u64) -> Instant {
        let takes = bytes as u64 * nanos_per_mib / (1024 * 1024);
        let due = self.due.map_or(now, |due| due.max(now)) + Duration::from_nanos(takes);
        self.due = Some(due);
        due
    }
}

impl Receiving {
    /// Long bodies come at `mib_per_second` at most, all together.
    #[must_use]
    pub fn at(mib_per_second: Option<NonZeroU32>) -> Self {
        Self(Arc::new(Mutex::new(Held { pace: mib_per_second, ..Held::default() })))
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn share(&self, subscriber: Option<Network>, in_memory: bool) -> Share {
        if let Some(subscriber) = subscriber {
            self.held().by_subscriber.entry(subscriber).or_default().bodies += 1;
        }
        Share { receiving: self.clone(), subscriber, in_memory, bytes: 0 }
    }
}

/// What one body takes, until it is dropped.
struct Share {
    receiving: Receiving,
    subscriber: Option<Network>,
    /// Files are not: these go to the disk as they come.
    in_memory: bool,
    /// So far.
    bytes: usize,
}

impl Share {
    /// Takes `more` bytes; false when there are none left.
    fn grow(&mut self, more: usize) -> bool {
        let mut held = self.receiving.held();
        if self.in_memory {
            if held.all.bytes + more > OF_ALL {
                return false;
            }
            if let Some(own) = self.subscriber.and_then(|subscriber| held.by_subscriber.get_mut(&subscriber))
            {
                if own.bytes + more > OF_ONE {
                    return false;
                }
                own.bytes += more;
            }
            held.all.bytes += more;
        }
        self.bytes += more;
        true
    }

    /// Until when the next piece waits, after one of `bytes`, which are taken.
    fn due(&self, bytes: usize) -> Option<Instant> {
        let long = bytes.min(self.bytes.saturating_sub(SHORT));
        let mut held = self.receiving.held();
        let pace = held.pace.filter(|_| long > 0)?;
        let (now, nanos_per_mib) = (Instant::now(), 1_000_000_000 / u64::from(pace.get()));
        let due = held.all.due(now, long, nanos_per_mib);
        let own = self.subscriber.and_then(|subscriber| held.by_subscriber.get_mut(&subscriber));
        let own = own.map(|own| own.due(now, long, nanos_per_mib * u64::from(PART_OF_ONE)));
        Some(own.map_or(due, |own| own.max(due)))
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut held = self.receiving.held();
        let bytes = if self.in_memory { self.bytes } else { 0 };
        held.all.bytes -= bytes;
        if let Some(subscriber) = self.subscriber
            && let Some(own) = held.by_subscriber.get_mut(&subscriber)
        {
            own.bytes -= bytes;
            own.bodies -= 1;
            if own.bodies == 0 {
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
    share: Share,
    /// For the turn of the next piece.
    paced: Option<Pin<Box<Sleep>>>,
    /// For the next piece to come.
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
        if let Some(turn) = &mut self.paced {
            ready!(turn.as_mut().poll(context));
            self.paced = None;
        }
        let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) else {
            let waiting = self.waiting.get_or_insert_with(|| Box::pin(tokio::time::sleep(PATIENCE)));
            ready!(waiting.as_mut().poll(context));
            return self.broken_off(TOO_SLOW, "the sender stopped");
        };
        self.waiting = None;
        let bytes = frame.as_ref().and_then(|frame| frame.as_ref().ok()?.data_ref()).map_or(0, Bytes::len);
        if !self.share.grow(bytes) {
            return self.broken_off(NO_ROOM, "too much is being received");
        }
        self.paced = self.share.due(bytes).map(|due| Box::pin(tokio::time::sleep_until(due)));
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A layer: bounds what bodies take, and how fast they come. It goes inside [`crate::edge`], which renders the failure.
pub async fn receive<F>(receiving: Receiving, request: Request, inner: impl FnOnce(Request) -> F) -> Response
where
    F: Future<Output = Response>,
{
    if request.body().is_end_stream() {
        return inner(request).await;
    }
    let media = request.headers().get(CONTENT_TYPE).and_then(|media| media.to_str().ok()).unwrap_or_default();
    let are_files = media.trim_start().to_lowercase().starts_with("multipart/");
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let subscriber = peer.map(|info| Network::subscriber(info.0.ip()));
    let share = receiving.share(subscriber, !are_files);
    let broken = Arc::new(AtomicU8::new(NOT));
    let request = {
        let broken = Arc::clone(&broken);
        request.map(|body| Body::new(Received { body, share, paced: None, waiting: None, broken }))
    };
    let response = inner(request).await;
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
    use axum::middleware::{Next, from_fn};
    use axum::routing::post;
    use futures_util::StreamExt as _;
    use tower::ServiceExt as _;

    use super::*;

    /// What becomes of a request with this body.
    async fn status(body: Body) -> StatusCode {
        let layer = from_fn(async |request, next: Next| {
            receive(Receiving::default(), request, |request| next.run(request)).await
        });
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
        let share_of = |address: IpAddr| receiving.share(Some(Network::subscriber(address)), true);
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
        let held = receiving.held();
        assert_eq!((held.all.bytes, held.by_subscriber.len()), (0, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn long_bodies_come_at_a_pace_and_short_ones_at_once() {
        const MIB: usize = 1024 * 1024;
        let receiving = Receiving::at(NonZeroU32::new(8));
        let of = |last: u8| receiving.share(Some(Network::subscriber([192, 0, 2, last].into())), false);
        let began = Instant::now();
        let send = |share: &mut Share, bytes: usize| {
            assert!(share.grow(bytes));
            share.due(bytes).map(|due| (due - began).as_millis())
        };
        let (mut one, mut same, mut other) = (of(1), of(1), of(2));
        assert_eq!(send(&mut one, SHORT), None);
        assert_eq!(
            send(&mut one, 2 * MIB),
            Some(1000),
            "one subscriber sends at a quarter of 8 MiB a second"
        );
        assert_eq!(send(&mut same, SHORT + MIB), Some(1500), "with all their bodies together");
        assert_eq!(send(&mut other, SHORT + MIB), Some(500), "and holds up nobody else");
        let others: Vec<_> = (3..=8).map(|last| send(&mut of(last), SHORT + MIB)).collect();
        assert_eq!(others.last(), Some(&Some(1250)), "but all of them share the 8 MiB a second");
        assert_eq!(send(&mut of(9), SHORT), None, "of which short bodies take nothing");
        tokio::time::advance(Duration::from_secs(10)).await;
        assert_eq!(send(&mut one, 2 * MIB), Some(11_000), "who waited has no more than before");
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_came_too_fast_is_read_as_fast_as_it_should_have_come() {
        let began = Instant::now();
        let body = Body::from_stream(futures_util::stream::iter(
            (0..9).map(|_| Ok::<_, std::convert::Infallible>(Bytes::from(vec![b' '; SHORT]))),
        ));
        let layer = from_fn(async |request, next: Next| {
            receive(Receiving::at(NonZeroU32::new(1)), request, |request| next.run(request)).await
        });
        let router = Router::new().route("/", post(async |_: Bytes| "heard")).layer(layer);
        let request = Request::post("/").body(body).unwrap();
        assert_eq!(router.oneshot(request).await.unwrap().status(), StatusCode::OK);
        assert_eq!(began.elapsed().as_millis() / 10, 50, "half of a MiB beyond the first piece");
    }
}
