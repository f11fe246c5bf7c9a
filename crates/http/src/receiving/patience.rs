//! How long a request may take: its body between two pieces and as a whole, and its response until it begins.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout_at};

/// How long receiving and answering a request may take.
#[derive(Clone, Copy, Debug)]
pub struct BodyPatience {
    /// The longest time without another piece of the body.
    pub pause: Duration,
    /// The longest time until the response begins. A body may take longer …
    pub whole: Duration,
    /// … while so much of it comes, on average.
    pub bytes_per_second: NonZeroU32,
}

impl Default for BodyPatience {
    fn default() -> Self {
        let bytes_per_second = NonZeroU32::new(500).unwrap_or(NonZeroU32::MIN);
        Self { pause: Duration::from_secs(30), whole: Duration::from_mins(5), bytes_per_second }
    }
}

/// The times of one request.
#[derive(Debug)]
pub(super) struct RequestTimes {
    patience: BodyPatience,
    began: Instant,
    /// When the last piece of the body came: milliseconds after it began.
    moved: AtomicU64,
}

impl RequestTimes {
    pub(super) fn begin(patience: BodyPatience) -> Self {
        Self { patience, began: Instant::now(), moved: AtomicU64::new(0) }
    }

    /// A piece of the body came, and `bytes` in all. Returns false if that took too long.
    pub(super) fn moves(&self, bytes: usize) -> bool {
        let now = Instant::now();
        let after = u64::try_from((now - self.began).as_millis()).unwrap_or(u64::MAX);
        self.moved.store(after, Ordering::Relaxed);
        now <= self.end_of_body(bytes)
    }

    /// When the next piece must have come, after `bytes`.
    pub(super) fn next_piece(&self, bytes: usize) -> Instant {
        self.end_of_body(bytes).min(Instant::now() + self.patience.pause)
    }

    fn end_of_body(&self, bytes: usize) -> Instant {
        let more = bytes as u64 / u64::from(self.patience.bytes_per_second.get());
        self.began + self.patience.whole + Duration::from_secs(more)
    }

    /// The output of `work`, unless it takes too long after the last piece of the body.
    pub(super) async fn within<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let mut work = std::pin::pin!(work);
        loop {
            let moved = Duration::from_millis(self.moved.load(Ordering::Relaxed));
            let end = self.began + moved + self.patience.whole;
            if let Ok(done) = timeout_at(end, work.as_mut()).await {
                return Some(done);
            }
            if Duration::from_millis(self.moved.load(Ordering::Relaxed)) == moved {
                return None;
            }
        }
    }

    /// A timer for the next piece, after `bytes`.
    pub(super) fn timer(&self, bytes: usize) -> tokio::time::Sleep {
        sleep_until(self.next_piece(bytes))
    }
}
