//! The bytes of one connection. It notes what comes, and fails when its client takes nothing for too long: also after
//! the answer was handed over, and when the connection became a WebSocket.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

use super::connections::ConnectionSlot;
use super::progress::Progress;

/// A stream that holds the place of its connection.
pub struct Transport<S> {
    stream: S,
    progress: Arc<Progress>,
    /// The longest time in which nothing may be taken.
    unread: Duration,
    blocked: Option<Pin<Box<Sleep>>>,
    _place: ConnectionSlot,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Transport<S> {
    pub fn new(stream: S, place: ConnectionSlot, unread: Duration) -> Self {
        let progress = Arc::clone(&place.progress);
        Self { stream, progress, unread, blocked: None, _place: place }
    }

    /// Notes that bytes were taken. hyper may hold the rest of an answer whose body has ended: until that is taken, the
    /// connection is not idle.
    fn taken(&self, given: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if matches!(given, Poll::Ready(Ok(1..))) {
            self.progress.given();
        }
        given
    }

    /// Does something that waits for the client to take bytes.
    fn give<T>(
        &mut self,
        context: &mut Context<'_>,
        act: impl FnOnce(Pin<&mut S>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        let done = act(Pin::new(&mut self.stream), context);
        if done.is_ready() {
            self.blocked = None;
            return done;
        }
        let unread = self.unread;
        let blocked = self.blocked.get_or_insert_with(|| Box::pin(tokio::time::sleep(unread)));
        ready!(blocked.as_mut().poll(context));
        super::connections::closed("unread");
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Transport<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = bytes.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, bytes);
        if bytes.filled().len() > before {
            self.progress.heard();
        }
        read
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Transport<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let given = self.give(context, |stream, context| stream.poll_write(context, bytes));
        self.taken(given)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let given = self.give(context, |stream, context| stream.poll_write_vectored(context, slices));
        self.taken(given)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.give(context, AsyncWrite::poll_flush)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.give(context, AsyncWrite::poll_shutdown)
    }
}
