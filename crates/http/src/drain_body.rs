//! Drains the part of a request body that a handler did not read. If the response were sent at once, the connection
//! would be closed while the client is still sending, and most clients then report a broken connection instead of the
//! response.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::header::EXPECT;
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt;

/// Limits for draining, in bytes and time. A client that sends more is disconnected.
const MOST_HEARD: u64 = 64 * 1024 * 1024;
const LONGEST: Duration = Duration::from_secs(5);

/// A second handle on a request body, kept while the handler uses the first one.
pub struct Rest(SharedBody);

impl Rest {
    /// Wraps the body of `request`, unless it is already complete.
    pub fn of(request: Request) -> (Request, Option<Self>) {
        if request.body().is_end_stream() {
            return (request, None);
        }
        // A client that waits for `100 Continue` sends nothing until the handler starts to read.
        let waits = request.headers().contains_key(EXPECT);
        let (parts, body) = request.into_parts();
        let shared = SharedBody(Arc::new(Mutex::new(Source { body, begun: !waits })));
        (Request::from_parts(parts, Body::new(shared.clone())), Some(Self(shared)))
    }

    /// Reads and discards the rest of the body, so that the client is ready to read the response.
    pub async fn pass_over(self) {
        let mut body = self.0;
        if !body.source().begun {
            return;
        }
        let reading = async {
            let mut heard = 0;
            while let (true, Some(Ok(frame))) = (heard < MOST_HEARD, body.frame().await) {
                heard += frame.data_ref().map_or(0, |data| data.len() as u64);
            }
        };
        let _ = tokio::time::timeout(LONGEST, reading).await;
    }
}

#[derive(Clone)]
struct SharedBody(Arc<Mutex<Source>>);

struct Source {
    body: Body,
    begun: bool,
}

impl SharedBody {
    fn source(&self) -> MutexGuard<'_, Source> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HttpBody for SharedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let mut source = self.source();
        source.begun = true;
        Pin::new(&mut source.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.source().body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.source().body.size_hint()
    }
}
