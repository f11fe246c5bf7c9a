//! What one connection is doing: which requests are open, since when it is silent, and when it must be closed.
//!
//! ```text
//! accept -> head of a request -> open: body, answer -> idle -> head of the next request …
//! `-- at most head ---------'    `- unread --------'   `-- at most idle --'
//! ```

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::Version;
use http_body::{Frame, SizeHint};
use tokio::sync::Notify;
use tokio::time::Instant;

/// A body that sent nothing for this long gives up its place, if somebody else needs it.
const STALLED: Duration = Duration::from_secs(5);

/// How long a client may take.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For the PROXY header and the TLS handshake, and then for the head of a request.
    pub head: Duration,
    /// Between two requests of a connection.
    pub idle: Duration,
    /// To take the next part of an answer.
    pub unread: Duration,
}

/// Why a connection is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overdue {
    Head,
    Idle,
    Unread,
}

impl Overdue {
    /// The label in metrics.
    pub fn label(self) -> &'static str {
        match self {
            Self::Head => "head",
            Self::Idle => "idle",
            Self::Unread => "unread",
        }
    }
}

/// The state of one connection; see the module documentation.
#[derive(Debug)]
pub struct Progress {
    state: Mutex<State>,
    /// Told when the connection must give up its place.
    evicted: Notify,
}

#[derive(Debug)]
struct State {
    /// Requests that are not answered completely.
    open: usize,
    /// Requests among them whose body has not arrived completely.
    arriving: usize,
    /// Over HTTP/2, bytes between two requests need not be a request.
    is_http2: bool,
    /// Since when no request is open, and no byte of an answer was taken.
    quiet: Instant,
    /// When the head of the next request began; for the first one, when the connection was accepted.
    head: Option<Instant>,
    /// When the last bytes came.
    heard: Instant,
    /// Answers over HTTP/2 with a part that the client has not taken, with the time since.
    untaken: Vec<(u64, Instant)>,
    next_answer: u64,
}

impl Progress {
    /// A connection that was accepted now.
    pub fn begin() -> Arc<Self> {
        let now = Instant::now();
        let state = State {
            open: 0,
            arriving: 0,
            is_http2: false,
            quiet: now,
            head: Some(now),
            heard: now,
            untaken: Vec::new(),
            next_answer: 0,
        };
        Arc::new(Self { state: Mutex::new(state), evicted: Notify::new() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes came.
    pub fn heard(&self) {
        let now = Instant::now();
        let mut state = self.state();
        state.heard = now;
        if state.open == 0 && !state.is_http2 {
            state.head.get_or_insert(now);
        }
    }

    /// Bytes were taken. Over HTTP/2 they may be pings, and answers say themselves what is taken of them.
    pub fn given(&self) {
        let mut state = self.state();
        if !state.is_http2 {
            state.quiet = Instant::now();
        }
    }

    /// The head of a request is complete.
    pub fn open(self: &Arc<Self>, version: Version) -> OpenRequest {
        let mut state = self.state();
        state.open += 1;
        state.head = None;
        state.is_http2 = version == Version::HTTP_2;
        drop(state);
        OpenRequest(Arc::new(Open(Arc::clone(self))))
    }

    /// Why the connection must be closed, if it must.
    pub fn overdue(&self, patience: &Patience, now: Instant) -> Option<Overdue> {
        self.state().deadlines(patience).find(|(at, _)| *at <= now).map(|(_, why)| why)
    }

    /// When to look again. A time that begins later than now ends after this.
    pub fn look_again(&self, patience: &Patience, now: Instant) -> Instant {
        let latest = now + patience.unread;
        self.state().deadlines(patience).map(|(at, _)| at).fold(latest, Instant::min)
    }

    /// Since when this connection does nothing that it may go on with, if somebody else needs its place. Connections
    /// without a request come first, then those whose bodies have stalled.
    pub fn silent(&self, now: Instant) -> Option<(bool, Instant)> {
        let state = self.state();
        let stalls = state.arriving == state.open && state.heard + STALLED <= now;
        match state.open {
            0 => Some((false, state.head.unwrap_or(state.quiet).min(state.quiet))),
            _ if stalls => Some((true, state.heard)),
            _ => None,
        }
    }

    /// Asks the connection to close.
    pub fn evict(&self) {
        self.evicted.notify_one();
    }

    /// Waits until the connection must give up its place.
    pub async fn evicted(&self) {
        self.evicted.notified().await;
    }
}

impl State {
    fn deadlines(&self, patience: &Patience) -> impl Iterator<Item = (Instant, Overdue)> {
        let request = (self.open == 0).then(|| match self.head {
            Some(began) => (began + patience.head, Overdue::Head),
            None => (self.quiet + patience.idle, Overdue::Idle),
        });
        let oldest = self.untaken.iter().map(|(_, since)| *since).min();
        let unread = oldest.map(|since| (since + patience.unread, Overdue::Unread));
        request.into_iter().chain(unread)
    }
}

/// An open request. It ends when its last clone is dropped: that of its answer, or of whoever goes on with its
/// connection, such as a WebSocket.
#[derive(Clone, Debug)]
pub struct OpenRequest(#[expect(dead_code, reason = "held until it is dropped")] Arc<Open>);

#[derive(Debug)]
struct Open(Arc<Progress>);

impl Drop for Open {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.open -= 1;
        if state.open == 0 {
            state.quiet = Instant::now();
            state.head = None;
        }
    }
}

/// The body of a request, while it arrives.
pub struct Arriving {
    body: Body,
    progress: Option<Arc<Progress>>,
}

impl Arriving {
    pub fn new(body: Body, progress: &Arc<Progress>) -> Self {
        progress.state().arriving += 1;
        Self { body, progress: Some(Arc::clone(progress)) }
    }

    fn arrived(&mut self) {
        if let Some(progress) = self.progress.take() {
            progress.state().arriving -= 1;
        }
    }
}

impl Drop for Arriving {
    fn drop(&mut self) {
        self.arrived();
    }
}

impl HttpBody for Arriving {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if self.body.is_end_stream() || matches!(polled, Poll::Ready(None | Some(Err(_)))) {
            self.arrived();
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The most that is handed over at once over HTTP/2. A large piece would count as taken only as a whole.
const PIECE: usize = 16 * 1024;

/// The body of an answer. Over HTTP/2, it knows whether its client takes it: the connection asks for the next piece only
/// when there is room for it. Over HTTP/1, the transport knows.
pub struct Answer {
    body: Body,
    /// What is left of the last piece of the body.
    rest: Bytes,
    /// Its number among the answers of an HTTP/2 connection.
    number: Option<u64>,
    progress: Arc<Progress>,
    _request: OpenRequest,
}

impl Answer {
    pub fn new(body: Body, progress: &Arc<Progress>, request: OpenRequest) -> Self {
        let mut state = progress.state();
        let number = state.is_http2.then(|| {
            state.next_answer += 1;
            let number = state.next_answer;
            state.untaken.push((number, Instant::now()));
            number
        });
        drop(state);
        Self { body, rest: Bytes::new(), number, progress: Arc::clone(progress), _request: request }
    }

    /// Notes whether the client has to take something before this body is asked for more.
    fn waits_for_client(&self, waits: bool) {
        let Some(own) = self.number else { return };
        let mut state = self.progress.state();
        state.untaken.retain(|(number, _)| *number != own);
        if waits {
            state.untaken.push((own, Instant::now()));
        }
    }

    /// The next frame, of at most [`PIECE`] bytes.
    fn piece(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.rest.is_empty() {
            match std::task::ready!(Pin::new(&mut self.body).poll_frame(context)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) if data.len() > PIECE => self.rest = data,
                    Ok(data) => return Poll::Ready(Some(Ok(Frame::data(data)))),
                    Err(frame) => return Poll::Ready(Some(Ok(frame))),
                },
                ended => return Poll::Ready(ended),
            }
        }
        let piece = self.rest.split_to(PIECE.min(self.rest.len()));
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.waits_for_client(false);
    }
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.number.is_none() {
            return Pin::new(&mut self.body).poll_frame(context);
        }
        let polled = self.piece(context);
        self.waits_for_client(matches!(polled, Poll::Ready(Some(Ok(_)))));
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        if self.rest.is_empty() { self.body.size_hint() } else { SizeHint::default() }
    }
}
