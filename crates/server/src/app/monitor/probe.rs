//! A probe: an operation that is tried now and then. A try that hangs is never joined by a second one, because
//! each may hold a thread.

use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::time::{Instant, timeout};

/// How long a check waits for a try. The try continues after that.
const PATIENCE: Duration = Duration::from_millis(500);
/// A try that takes longer than this has failed. It is generous, because a loaded machine may be slow for a
/// moment.
const HANGS: Duration = Duration::from_secs(10);

type Tried = Result<(), String>;

pub struct Probe {
    name: &'static str,
    /// How long a success stays valid.
    good_for: Duration,
    try_it: Box<dyn Fn() -> BoxFuture<'static, Tried> + Send + Sync>,
    running: Option<(Instant, BoxFuture<'static, Tried>)>,
    last: Option<(Instant, Tried)>,
}

impl Probe {
    pub fn new(
        name: &'static str,
        good_for: Duration,
        try_it: impl Fn() -> BoxFuture<'static, Tried> + Send + Sync + 'static,
    ) -> Self {
        Self { name, good_for, try_it: Box::new(try_it), running: None, last: None }
    }

    /// The result of the last try. Starts a new try if the last result has expired.
    pub async fn look(&mut self) -> (&'static str, Tried) {
        if let Some((at, Ok(()))) = &self.last
            && self.running.is_none()
            && at.elapsed() < self.good_for
        {
            return (self.name, Ok(()));
        }
        let (since, running) = self.running.get_or_insert_with(|| (Instant::now(), (self.try_it)()));
        let since = *since;
        let done = timeout(PATIENCE, running).await;
        if let Ok(tried) = done {
            if let Err(error) = &tried {
                tracing::warn!(what = self.name, error, "a write that was tried failed");
            }
            self.running = None;
            self.last = Some((Instant::now(), tried));
        } else if since.elapsed() > HANGS {
            return (self.name, Err(format!("no answer for {} s", since.elapsed().as_secs())));
        }
        (self.name, self.last.as_ref().map_or(Ok(()), |(_, tried)| tried.clone()))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::FutureExt as _;
    use tokio::sync::{Semaphore, SemaphorePermit};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_try_that_hangs_has_failed_after_a_while_and_is_alone() {
        let (tries, answers) = (Arc::new(AtomicUsize::new(0)), Arc::new(Semaphore::new(0)));
        let (counted, answering) = (Arc::clone(&tries), Arc::clone(&answers));
        let mut probe = Probe::new("disk", Duration::from_secs(3), move || {
            counted.fetch_add(1, Ordering::SeqCst);
            let answering = Arc::clone(&answering);
            async move { answering.acquire().await.map(SemaphorePermit::forget).map_err(|e| e.to_string()) }
                .boxed()
        });
        let began = Instant::now();
        while probe.look().await.1.is_ok() {
            assert!(began.elapsed() < HANGS + 2 * PATIENCE);
        }
        assert!(began.elapsed() > HANGS);
        answers.add_permits(1);
        assert_eq!(probe.look().await, ("disk", Ok(())));
        assert_eq!(probe.look().await, ("disk", Ok(())), "a success is good for a while");
        assert_eq!(tries.load(Ordering::SeqCst), 1);
        tokio::time::advance(Duration::from_secs(3)).await;
        answers.close();
        assert!(probe.look().await.1.is_err());
        assert!(probe.look().await.1.is_err(), "a failure is looked at again at once");
        assert_eq!(tries.load(Ordering::SeqCst), 3);
    }
}
