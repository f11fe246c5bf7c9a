//! How far an index is behind the rows of its read model, told to those who wait. An index is a cache of the rows that
//! cannot be part of their transaction, such as one for search.
//!
//! ```text
//! rows committed: changes += 1 -> the group's watermark moves -> a reader notes `changes` -> waits for `done`
//! index: notes `changes`, reads rows, commits, done = what it noted
//! ```

use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{Notify, watch};

/// How far something is: changes of rows, and the newest event among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    changes: u64,
    seq: u64,
}

/// Shared by the projection, the task that writes the index, and its readers.
#[derive(Debug)]
pub struct IndexProgress {
    changes: AtomicU64,
    /// The newest event in the rows.
    seq: AtomicU64,
    done: watch::Sender<Mark>,
    changed: Notify,
    waiting: AtomicUsize,
    arrived: Notify,
    /// The index may be behind for longer than anybody's newest event is remembered.
    late: AtomicBool,
}

impl Default for IndexProgress {
    /// Rows may have changed while nobody kept the index.
    fn default() -> Self {
        let (changes, seq, waiting) = (AtomicU64::new(1), AtomicU64::new(0), AtomicUsize::new(0));
        let done = watch::Sender::new(Mark::default());
        let late = AtomicBool::new(true);
        Self { changes, seq, done, changed: Notify::new(), waiting, arrived: Notify::new(), late }
    }
}

/// Counts as waiting until dropped.
struct Waiter<'a>(&'a IndexProgress);

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::SeqCst);
    }
}

impl IndexProgress {
    /// Rows were committed, with events up to `seq`.
    pub fn rows_changed(&self, seq: u64) {
        self.seq.fetch_max(seq, Ordering::SeqCst);
        self.changes.fetch_add(1, Ordering::SeqCst);
        self.changed.notify_one();
    }

    fn changes(&self) -> u64 {
        self.changes.load(Ordering::SeqCst)
    }

    /// How far the rows are: to be noted before they are read.
    #[must_use]
    pub fn noted(&self) -> Mark {
        let seq = self.seq.load(Ordering::SeqCst);
        Mark { changes: self.changes(), seq }
    }

    /// The index holds everything up to here.
    pub fn is_done(&self, mark: Mark) {
        self.late.store(false, Ordering::SeqCst);
        self.done.send_replace(mark);
    }

    /// It will take long until the index has everything.
    pub fn is_late(&self) {
        self.late.store(true, Ordering::SeqCst);
    }

    /// Whether the index is behind.
    #[must_use]
    pub fn is_behind(&self) -> bool {
        self.done.borrow().changes < self.changes()
    }

    /// Returns when rows have changed.
    pub async fn change(&self) {
        self.changed.notified().await;
    }

    /// Returns after `time`, or at once when somebody waits.
    pub async fn gather(&self, time: Duration) {
        let mut over = pin!(tokio::time::sleep(time));
        // Whoever arrived and was served before this does not count.
        while self.waiting.load(Ordering::SeqCst) == 0 {
            tokio::select! {
                () = &mut over => return,
                () = self.arrived.notified() => {}
            }
        }
    }

    /// Waits until the index has the event at `seq`, which the rows have, at most `limit`. Says whether it has.
    pub async fn wait(&self, seq: u64, limit: Duration) -> bool {
        let needed = self.changes();
        let late = self.late.load(Ordering::SeqCst);
        let has = |done: &Mark| done.changes >= needed || done.seq >= seq && !late;
        let mut done = self.done.subscribe();
        let known = *done.borrow_and_update();
        if has(&known) {
            return true;
        }
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let _counted = Waiter(self);
        self.arrived.notify_one();
        let reached = done.wait_for(has);
        matches!(tokio::time::timeout(limit, reached).await, Ok(Ok(_)))
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    const LONG: Duration = Duration::from_hours(1);

    #[tokio::test(start_paused = true)]
    async fn changes_gather_unless_somebody_waits_now() {
        let progress = IndexProgress::default();
        let gathered = async || {
            let began = Instant::now();
            progress.gather(LONG).await;
            began.elapsed()
        };
        assert!(gathered().await >= LONG);
        progress.rows_changed(1);
        let served = async {
            tokio::task::yield_now().await;
            progress.is_done(progress.noted());
        };
        let (has, ()) = tokio::join!(progress.wait(1, LONG), served);
        assert!(has);
        assert!(gathered().await >= LONG, "whoever came was served already");
        progress.rows_changed(2);
        tokio::select! {
            biased;
            _ = progress.wait(2, 2 * LONG) => panic!("nobody keeps the index"),
            time = gathered() => assert_eq!(time, Duration::ZERO),
        }
    }
}
