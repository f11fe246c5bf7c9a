//! How far an index is behind the rows of its read model, for readers that wait. An index, such as the one for
//! search, is a cache of the rows that cannot be part of their transaction.
//!
//! ```text
//! rows committed: changes += 1 -> the group's watermark moves -> a reader notes `changes` -> waits for `done`
//! index: notes `changes`, reads rows, commits, done = what it noted
//! ```

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use supervisor::Demand;
use tokio::sync::{Notify, watch};

/// A mark of progress: the number of row changes and the newest event among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IndexMark {
    changes: u64,
    seq: u64,
}

/// Progress shared by the projection, the task that writes the index, and its readers.
#[derive(Debug)]
pub struct IndexProgress {
    changes: AtomicU64,
    /// The newest event in the rows.
    seq: AtomicU64,
    /// The last change that added an event older than the newest one, such as an event that had been parked.
    older: AtomicU64,
    done: watch::Sender<IndexMark>,
    changed: Notify,
    demand: Demand,
    /// The index may be behind for longer than the newest event of each user is remembered.
    late: AtomicBool,
    /// The index is being filled from nothing: it lacks what everybody could find before.
    refilled: AtomicBool,
}

impl Default for IndexProgress {
    /// Starts as behind: rows may have changed while no task kept the index.
    fn default() -> Self {
        Self {
            changes: AtomicU64::new(1),
            seq: AtomicU64::new(0),
            older: AtomicU64::new(0),
            done: watch::Sender::new(IndexMark::default()),
            changed: Notify::new(),
            demand: Demand::default(),
            late: AtomicBool::new(true),
            refilled: AtomicBool::new(false),
        }
    }
}

impl IndexProgress {
    /// Rows were committed, with events up to `seq`; 0 when the events are not known.
    pub fn rows_changed(&self, seq: u64) {
        let before = self.seq.fetch_max(seq, Ordering::SeqCst);
        let change = self.changes.fetch_add(1, Ordering::SeqCst) + 1;
        if seq < before {
            self.older.fetch_max(change, Ordering::SeqCst);
        }
        self.changed.notify_one();
    }

    fn changes(&self) -> u64 {
        self.changes.load(Ordering::SeqCst)
    }

    /// The current mark of the rows. Take it before reading them.
    #[must_use]
    pub fn noted(&self) -> IndexMark {
        let seq = self.seq.load(Ordering::SeqCst);
        IndexMark { changes: self.changes(), seq }
    }

    /// The index holds everything up to `mark`.
    pub fn is_done(&self, mark: IndexMark) {
        self.late.store(false, Ordering::SeqCst);
        self.refilled.store(false, Ordering::SeqCst);
        self.done.send_replace(mark);
    }

    /// It will take long until the index has everything.
    pub fn is_late(&self) {
        self.late.store(true, Ordering::SeqCst);
    }

    /// The index begins again with nothing, although there are rows.
    pub fn is_emptied(&self) {
        self.is_late();
        self.refilled.store(true, Ordering::SeqCst);
    }

    /// Whether the index is being filled from nothing, so that it lacks what nobody has changed for long. Visitors, who
    /// have written nothing and wait for nothing, are told.
    #[must_use]
    pub fn is_refilled(&self) -> bool {
        self.refilled.load(Ordering::SeqCst)
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
        self.demand.gather(time).await;
    }

    /// Waits, for at most `limit`, until the index has the event at `seq`, which the rows already have. Returns
    /// whether it has.
    pub async fn wait(&self, seq: u64, limit: Duration) -> bool {
        let needed = self.changes();
        let older = self.older.load(Ordering::SeqCst);
        let late = self.late.load(Ordering::SeqCst);
        // A later event implies that all earlier ones are indexed only if events come in order.
        let has =
            |done: &IndexMark| done.changes >= needed || done.seq >= seq && done.changes >= older && !late;
        let mut done = self.done.subscribe();
        let known = *done.borrow_and_update();
        if has(&known) {
            return true;
        }
        let _waiter = self.demand.wait();
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

    #[test]
    fn an_index_is_filled_from_nothing_until_it_has_everything() {
        let progress = IndexProgress::default();
        assert!(!progress.is_refilled());
        progress.is_emptied();
        assert!(progress.is_refilled());
        progress.is_done(progress.noted());
        assert!(!progress.is_refilled());
    }

    #[tokio::test(start_paused = true)]
    async fn an_older_event_that_comes_late_is_waited_for() {
        let progress = IndexProgress::default();
        progress.rows_changed(9);
        progress.is_done(progress.noted());
        progress.rows_changed(4);
        assert!(!progress.wait(4, LONG).await, "the newest event is there, the one that was parked is not");
        progress.is_done(progress.noted());
        progress.rows_changed(10);
        assert!(progress.wait(9, Duration::ZERO).await, "nobody waits for what others wrote");
    }
}
