//! What an operation leaves unread of a request's body. Answered at once, the connection would be closed under a sender
//! in the middle of its body, and most clients then report a broken connection instead of the answer.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::header::EXPECT;
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt;

/// A sender is listened to for so many bytes more, and for so long: whoever sends on after that is cut.
const MOST_HEARD: u64 = 64 * 1024 * 1024;
const LONGEST: Duration = Duration::from_secs(5);

/// The body of a request whose operation has another handle on it.
pub struct Rest(SharedBody);

impl Rest {
    /// Puts itself between `request` and its body, where there is one to come.
    pub fn of(request: Request) -> (Request, Option<Self>) {
        if request.body().is_end_stream() {
            return (request, None);
        }
        // Who waits for our word before sending has nothing on the way until the operation begins to read.
        let waits = request.headers().contains_key(EXPECT);
        let (parts, body) = request.into_parts();
        let shared = SharedBody(Arc::new(Mutex::new(Source { body, begun: !waits })));
        (Request::from_parts(parts, Body::new(shared.clone())), Some(Self(shared)))
    }

    /// Reads what is left and drops it, so that the sender is there to read the answer.
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
