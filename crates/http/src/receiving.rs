//! Limits on requests: the memory of all bodies being received, the rate of long bodies, and the time that a body and
//! its answer may take.

mod patience;

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
pub use patience::BodyPatience;
use patience::RequestTimes;

/// The memory limit in bytes for all bodies being received.
const OF_ALL: usize = 32 * 1024 * 1024;
/// The part of it that one subscriber may use.
const OF_ONE: usize = 8 * 1024 * 1024;
/// Bodies up to this many bytes are never rate limited.
const SHORT: usize = 64 * 1024;
/// One subscriber may send at this fraction of the total rate.
const PART_OF_ONE: u32 = 4;
/// `Retry-After`, in seconds.
const TRY_AGAIN: u64 = 2;

/// The bodies that a process is receiving. Clones share the state.
#[derive(Clone, Debug, Default)]
pub struct Receiving {
    held: Arc<Mutex<HeldPermits>>,
    patience: BodyPatience,
}

#[derive(Debug, Default)]
struct HeldPermits {
    /// The total rate of all long bodies in MiB per second; `None` for no limit.
    pace: Option<NonZeroU32>,
    all: Sender,
    by_subscriber: HashMap<Network, Sender>,
}

/// The bodies of one sender.
#[derive(Debug, Default)]
struct Sender {
    bodies: usize,
    /// Bytes held in memory.
    bytes: usize,
    /// The earliest time at which the bytes received so far should have arrived.
    due: Option<Instant>,
}

impl Sender {
    /// When the next `bytes` should start and finish arriving, at the given number of nanoseconds per MiB.
    fn due(&mut self, now: Instant, bytes: usize, nanos_per_mib: u64) -> [Instant; 2] {
        let takes = bytes as u64 * nanos_per_mib / (1024 * 1024);
        let begin = self.due.map_or(now, |due| due.max(now));
        let end = begin + Duration::from_nanos(takes);
        self.due = Some(end);
        [begin, end]
    }
}

fn nanos_per_mib(pace: NonZeroU32) -> u64 {
    1_000_000_000 / u64::from(pace.get())
}

impl Receiving {
    /// Limits the total rate of long bodies to `mib_per_second`.
    #[must_use]
    pub fn at(mib_per_second: Option<NonZeroU32>, patience: BodyPatience) -> Self {
        let held = HeldPermits { pace: mib_per_second, ..HeldPermits::default() };
        Self { held: Arc::new(Mutex::new(held)), patience }
    }

    fn held(&self) -> MutexGuard<'_, HeldPermits> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn share(&self, subscriber: Option<Network>, in_memory: bool) -> Share {
        if let Some(subscriber) = subscriber {
            self.held().by_subscriber.entry(subscriber).or_default().bodies += 1;
        }
        Share { receiving: self.clone(), subscriber, in_memory, bytes: 0 }
    }
}

/// The share of one body, released when it is dropped.
struct Share {
    receiving: Receiving,
    subscriber: Option<Network>,
    /// False for files, which are written to disk as they arrive.
    in_memory: bool,
    /// Bytes received so far.
    bytes: usize,
}

impl Share {
    /// Reserves `more` bytes; false if the limit is reached.
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

    /// How many of the last `bytes` (already reserved) are rate limited.
    fn paced(&self, bytes: usize) -> usize {
        bytes.min(self.bytes.saturating_sub(SHORT))
    }

    /// When the next piece may be read under the sender's own rate, after `bytes`.
    fn due_of_one(&self, bytes: usize) -> Option<Instant> {
        let mut held = self.receiving.held();
        let pace = held.pace?;
        let own = held.by_subscriber.get_mut(&self.subscriber?)?;
        Some(own.due(Instant::now(), bytes, u64::from(PART_OF_ONE) * nanos_per_mib(pace))[1])
    }

    /// When `bytes` may be read under the total rate. Called only after the sender's own wait, so that a sender with
    /// too many bodies does not take the turns of others.
    fn due_of_all(&self, bytes: usize) -> Option<Instant> {
        let mut held = self.receiving.held();
        let pace = held.pace?;
        Some(held.all.due(Instant::now(), bytes, nanos_per_mib(pace))[0])
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

/// Why receiving a body was aborted.
const NOT: u8 = 0;
const NO_ROOM: u8 = 1;
const TOO_SLOW: u8 = 2;

struct Received {
    body: Body,
    share: Share,
    /// The wait until the next piece may be read.
    paced: Option<Pin<Box<Sleep>>>,
    /// Bytes not yet counted towards the total rate.
    uncounted: usize,
    /// The timeout for the next piece.
    waiting: Option<Pin<Box<Sleep>>>,
    times: Arc<RequestTimes>,
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
        while self.paced.is_some() || self.uncounted > 0 {
            if let Some(turn) = &mut self.paced {
                ready!(turn.as_mut().poll(context));
            }
            let uncounted = std::mem::take(&mut self.uncounted);
            let due = (uncounted > 0).then(|| self.share.due_of_all(uncounted)).flatten();
            self.paced = due.map(|due| Box::pin(tokio::time::sleep_until(due)));
        }
        let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) else {
            let Self { waiting, times, share, .. } = &mut *self;
            let waiting = waiting.get_or_insert_with(|| Box::pin(times.timer(share.bytes)));
            ready!(waiting.as_mut().poll(context));
            return self.broken_off(TOO_SLOW, "the sender stopped");
        };
        self.waiting = None;
        let bytes = frame.as_ref().and_then(|frame| frame.as_ref().ok()?.data_ref()).map_or(0, Bytes::len);
        if !self.share.grow(bytes) {
            return self.broken_off(NO_ROOM, "too much is being received");
        }
        if !self.times.moves(self.share.bytes) {
            return self.broken_off(TOO_SLOW, "the sender is too slow");
        }
        self.uncounted = self.share.paced(bytes);
        if self.uncounted > 0 {
            let due = self.share.due_of_one(self.uncounted);
            self.paced = due.map(|due| Box::pin(tokio::time::sleep_until(due)));
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

/// A layer that limits the memory, the rate and the time of requests. It goes inside [`crate::edge`], which renders the
/// failure.
pub async fn receive<F>(receiving: Receiving, request: Request, inner: impl FnOnce(Request) -> F) -> Response
where
    F: Future<Output = Response>,
{
    let times = Arc::new(RequestTimes::begin(receiving.patience));
    if request.body().is_end_stream() {
        return times.within(inner(request)).await.unwrap_or_else(took_too_long);
    }
    let media = request.headers().get(CONTENT_TYPE).and_then(|media| media.to_str().ok()).unwrap_or_default();
    let are_files = media.trim_start().to_lowercase().starts_with("multipart/");
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let subscriber = peer.map(|info| Network::subscriber(info.0.ip()));
    let share = receiving.share(subscriber, !are_files);
    let broken = Arc::new(AtomicU8::new(NOT));
    let request = {
        let (broken, times) = (Arc::clone(&broken), Arc::clone(&times));
        request.map(|body| {
            Body::new(Received { body, share, paced: None, uncounted: 0, waiting: None, times, broken })
        })
    };
    let response = times.within(inner(request)).await.unwrap_or_else(took_too_long);
    match broken.load(Ordering::Relaxed) {
        NO_ROOM => {
            let message = "too much is being sent at once; try again in a moment";
            let failure = Failure::new(StatusCode::SERVICE_UNAVAILABLE, "BUSY", message);
            Failure { retry_after: Some(TRY_AGAIN), ..failure }.into_response()
        }
        TOO_SLOW => {
            let message = "the body of the request stopped, or came too slowly; send it again";
            Failure::new(StatusCode::REQUEST_TIMEOUT, "REQUEST_TIMEOUT", message).into_response()
        }
        _ => response,
    }
}

/// What changes state runs to its end nevertheless; see [`crate::to_the_end`].
fn took_too_long() -> Response {
    let message = "this takes too long, and may still be done: look whether it is before you send it again, or send it \
                   again with the same Idempotency-Key";
    let failure = Failure::new(StatusCode::SERVICE_UNAVAILABLE, "TOOK_TOO_LONG", message);
    Failure { retry_after: Some(TRY_AGAIN), ..failure }.into_response()
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

    /// The response status for a request with this body.
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
            tokio::time::sleep(BodyPatience::default().pause * 9 / 10).await;
            piece()
        });
        assert_eq!(status(Body::from_stream(Box::pin(slow))).await, StatusCode::OK);
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_body_goes_on_while_it_moves_and_one_that_trickles_does_not() {
        let every_second = |bytes: usize, times: usize| {
            let pieces = futures_util::stream::iter(0..times).then(move |_| async move {
                tokio::time::sleep(Duration::from_secs(1)).await;
                Ok::<_, std::convert::Infallible>(Bytes::from(vec![b' '; bytes]))
            });
            status(Body::from_stream(Box::pin(pieces)))
        };
        assert_eq!(every_second(600, 3000).await, StatusCode::OK);
        assert_eq!(every_second(1, 299).await, StatusCode::OK);
        assert_eq!(every_second(1, 310).await, StatusCode::REQUEST_TIMEOUT);
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_does_not_come_is_given_up() {
        let never = receive(Receiving::default(), Request::new(Body::empty()), |_| std::future::pending());
        let failure = never.await;
        assert_eq!(failure.status(), StatusCode::SERVICE_UNAVAILABLE);
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

    /// How long bodies of these sizes take when sent concurrently, each by the subscriber with the given number.
    async fn times(pace: u32, bodies: &[(u8, usize)]) -> Vec<u128> {
        let began = Instant::now();
        let receiving = Receiving::at(NonZeroU32::new(pace), BodyPatience::default());
        let send = |(last, bytes): (u8, usize)| {
            let receiving = receiving.clone();
            async move {
                let pieces = std::iter::repeat_n(SHORT, bytes / SHORT);
                let pieces = pieces.map(|piece| Ok::<_, std::convert::Infallible>(vec![b' '; piece].into()));
                let body =
                    Body::from_stream(futures_util::stream::iter(pieces.collect::<Vec<Result<Bytes, _>>>()));
                let mut request =
                    Request::post("/").header(CONTENT_TYPE, "multipart/form-data").body(body).unwrap();
                request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([192, 0, 2, last], 1))));
                receive(receiving, request, async |request| {
                    axum::body::to_bytes(request.into_body(), usize::MAX).await.unwrap().into_response()
                })
                .await;
                began.elapsed().as_millis()
            }
        };
        futures_util::future::join_all(bodies.iter().map(|body| send(*body))).await
    }

    #[tokio::test(start_paused = true)]
    async fn long_bodies_come_at_a_pace_and_short_ones_at_once() {
        const MIB: usize = 1024 * 1024;
        assert_eq!(times(1, &[(1, SHORT)]).await, [0]);
        let near = |times: Vec<u128>, wanted: u128| {
            assert!(times.iter().all(|took| took.abs_diff(wanted) <= wanted / 10), "{times:?}, not {wanted}");
        };
        near(times(8, &[(1, SHORT + 4 * MIB)]).await, 2000);
        near(times(8, &[(1, SHORT + 2 * MIB), (1, SHORT + 2 * MIB)]).await, 2000);
        let many: Vec<_> = (1..=8).map(|last| (last, SHORT + 2 * MIB)).collect();
        near(times(8, &many).await, 2000);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_sends_a_hundred_bodies_at_once_holds_up_nobody_else() {
        let crowd = std::iter::repeat_n((1, 9 * SHORT), 100).chain([(2, 9 * SHORT)]);
        let times = times(8, &crowd.collect::<Vec<_>>()).await;
        let (own, others) = times.split_last().unwrap();
        assert!(*own < 300, "half of a MiB at a quarter of 8 MiB a second took {own} ms");
        assert!(others.iter().max().unwrap().abs_diff(25_000) < 1_000, "{others:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_came_too_fast_is_read_as_fast_as_it_should_have_come() {
        let began = Instant::now();
        let body = Body::from_stream(futures_util::stream::iter(
            (0..10).map(|_| Ok::<_, std::convert::Infallible>(Bytes::from(vec![b' '; SHORT]))),
        ));
        let layer = from_fn(async |request, next: Next| {
            let receiving = Receiving::at(NonZeroU32::new(1), BodyPatience::default());
            receive(receiving, request, |request| next.run(request)).await
        });
        let router = Router::new().route("/", post(async |_: Bytes| "heard")).layer(layer);
        let request = Request::post("/").body(body).unwrap();
        assert_eq!(router.oneshot(request).await.unwrap().status(), StatusCode::OK);
        assert_eq!(
            began.elapsed().as_millis() / 10,
            50,
            "half of a MiB lies between the first piece and the last"
        );
    }
}
