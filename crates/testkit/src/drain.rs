//! Waits for effects instead of sleeping.

use std::time::Duration;

use bus::{Asker, WaitOutcome};
use domain::{Envelope, Position};

use crate::TestApp;

/// Calls `asked` repeatedly until it returns a value, for at most `limit`.
#[track_caller]
pub fn until<T>(
    what: &str,
    limit: Duration,
    mut asked: impl AsyncFnMut() -> Option<T>,
) -> impl Future<Output = T> {
    let place = std::panic::Location::caller();
    async move {
        let mut look = tokio::time::interval(Duration::from_millis(20));
        let found = tokio::time::timeout(limit, async {
            loop {
                look.tick().await;
                if let Some(found) = asked().await {
                    return found;
                }
            }
        });
        found.await.unwrap_or_else(|_| panic!("{place}: not within {limit:?}: {what}"))
    }
}

impl TestApp {
    /// Waits until a group's cursor is at the head, even if the group had to set events aside.
    pub async fn drain_to(&self, group: &str) {
        let heads = self.context.aggregates.heads().await.unwrap();
        let handle = self.groups.iter().find(|handle| handle.group.name == group).unwrap();
        let nobody =
            Asker { tenant: self.context.tenants.default_id(), user: self.context.aggregates.fresh().into() };
        let needed: Vec<Position> = handle.group.logs.iter().map(|log| heads[log.index()]).collect();
        assert_eq!(handle.status.wait(&needed, nobody, Duration::from_mins(1)).await, WaitOutcome::Applied);
    }

    /// Whether every event is applied and every delivery was tried, with no new event meanwhile. A delivery may
    /// cause further events.
    pub async fn all_told(&self) -> bool {
        let heads = self.context.aggregates.heads().await.unwrap();
        for handle in &self.groups {
            let nobody = Asker {
                tenant: self.context.tenants.default_id(),
                user: self.context.aggregates.fresh().into(),
            };
            let needed: Vec<Position> = handle.group.logs.iter().map(|log| heads[log.index()]).collect();
            if handle.status.wait(&needed, nobody, Duration::from_mins(1)).await != WaitOutcome::Applied {
                return false;
            }
        }
        for outbox in &self.outboxes {
            let tried = tokio::time::timeout(Duration::from_mins(1), outbox.tried(heads[0].seq)).await;
            if !tried.is_ok_and(|tried| tried.is_ok()) {
                return false;
            }
        }
        self.context.aggregates.heads().await.unwrap()[0] == heads[0]
    }

    /// The number of events in each log that people caused. Notification requests that the system makes are left
    /// out, because their time depends on the outbox worker.
    pub async fn deeds(&self) -> [usize; 2] {
        self.context.activity.flush().await;
        let mut deeds = [0; 2];
        for head in self.context.aggregates.heads().await.unwrap() {
            let many = usize::try_from(head.seq).unwrap();
            let events = self.context.aggregates.journal().read_after(head.at(0), many).await.unwrap();
            let told =
                |event: &&Envelope| &*event.event_type == "NOTIFICATION_REQUESTED" && event.user_id.is_none();
            deeds[head.log.index()] = events.iter().filter(|event| !told(event)).count();
        }
        deeds
    }

    /// Makes recommendations include everything recorded so far.
    pub async fn learn(&self) {
        self.drain().await;
        self.search.learner().refresh().await.unwrap();
    }

    /// Writes queued activity. Then waits until every consumer group has applied every event, and every requested
    /// delivery was tried.
    pub async fn drain(&self) {
        self.context.activity.flush().await;
        let heads = self.context.aggregates.heads().await.unwrap();
        let nobody =
            Asker { tenant: self.context.tenants.default_id(), user: self.context.aggregates.fresh().into() };
        for handle in &self.groups {
            let needed: Vec<Position> = handle.group.logs.iter().map(|log| heads[log.index()]).collect();
            let waited = handle.status.wait(&needed, nobody, Duration::from_mins(1)).await;
            assert_eq!(waited, WaitOutcome::Applied, "{} is behind", handle.group.name);
        }
        assert!(self.search.caught_up(Duration::from_mins(1)).await, "the search index is behind");
        for outbox in &self.outboxes {
            tokio::time::timeout(Duration::from_mins(1), outbox.tried(heads[0].seq)).await.unwrap().unwrap();
        }
    }
}
