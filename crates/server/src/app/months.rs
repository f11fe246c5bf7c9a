//! Archives old months of activity, at start-up and then once a day.

use std::sync::Arc;
use std::time::Duration;

use domain::Clock;
use journal::SqliteJournal;
use supervisor::wake;
use tokio::sync::watch;

const DAY: Duration = Duration::from_hours(24);
const DAY_SECONDS: i64 = 24 * 3600;
const BYTES_PER_MB: u64 = 1 << 20;

/// The journal whose months are archived, and how many days after their end.
#[derive(Debug)]
pub struct Months {
    journal: Arc<SqliteJournal>,
    clock: Clock,
    after_days: i64,
}

impl Months {
    /// `None` when months are never archived.
    pub fn of(journal: &Arc<SqliteJournal>, clock: &Clock, after_days: u32) -> Option<Self> {
        let journal = Arc::clone(journal);
        let clock = clock.clone();
        (after_days > 0).then(|| Self { journal, clock, after_days: after_days.into() })
    }

    /// Runs until `stop`. An interrupted archive run continues at the next start.
    pub async fn run(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        while !wake::is_stopped(&stop) {
            tokio::select! {
                () = self.archive() => {}
                () = wake::stopped(&mut stop) => return,
            }
            tokio::select! {
                () = tokio::time::sleep(DAY) => {}
                () = wake::stopped(&mut stop) => return,
            }
        }
    }

    async fn archive(&self) {
        let before = self.clock.now().plus_seconds(-self.after_days * DAY_SECONDS);
        match self.journal.archive(before).await {
            Ok(archived) if archived.segments > 0 => {
                let (segments, events) = (archived.segments, archived.events);
                let [from_mb, to_mb] =
                    [archived.bytes_before, archived.bytes_after].map(|b| b / BYTES_PER_MB);
                tracing::info!(segments, events, from_mb, to_mb, "months of activity were sealed");
            }
            Ok(_) => {}
            Err(error) => {
                tracing::error!(%error, "months of activity could not be sealed; tomorrow again");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::{Log, StreamId, TenantId, Timestamp};
    use journal::sqlite::Limits;
    use journal::{Append, Expected, Journal, NewEvent, UniqueKeys};

    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

    async fn journal(directory: &std::path::Path, clock: &Clock) -> Arc<SqliteJournal> {
        let journal = SqliteJournal::open(directory, clock, Limits::default()).unwrap();
        let event = NewEvent {
            event_id: domain::Ids.uuid(NOW),
            user_id: None,
            event_type: "VIEWS_COUNTED".into(),
            schema_version: 1,
            timestamp: NOW,
            data: "{}".into(),
            metadata: "{}".into(),
        };
        let stream = StreamId::new(&TenantId::stored("t"), "counts", "2026-09-21");
        let unique_keys = UniqueKeys::default();
        let events = vec![event];
        let append = Append {
            stream,
            expected: Expected::Any,
            events,
            unique_keys,
            limits: Vec::new(),
            idempotency: None,
        };
        journal.append(append).await.unwrap();
        Arc::new(journal)
    }

    #[tokio::test]
    async fn a_month_is_sealed_once_it_is_over_for_so_many_days() {
        let directory = tempfile::tempdir().unwrap();
        let clock = Clock::manual(NOW);
        let journal = journal(directory.path(), &clock).await;
        assert!(Months::of(&journal, &clock, 0).is_none(), "0 is never");
        let months = Months::of(&journal, &clock, 35).unwrap();
        let archived = || directory.path().join("segments").exists();
        let end: Timestamp = "2026-10-01T00:00:00Z".parse().unwrap();
        clock.advance(end.seconds() - NOW.seconds() + 35 * DAY_SECONDS - 1);
        months.archive().await;
        assert!(!archived(), "one second too early");
        clock.advance(1);
        let (stop, stopping) = watch::channel(false);
        let run = Arc::new(months).run(stopping);
        let read = async {
            while !archived() {
                tokio::task::yield_now().await;
            }
            stop.send_replace(true);
            journal.read_after(journal.head(Log::Activity).await.unwrap().at(0), 10).await.unwrap()
        };
        assert_eq!(tokio::join!(run, read).1.len(), 1);
    }
}
