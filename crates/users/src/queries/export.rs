//! The export of events, oldest first: every event a person caused, from both logs, and what others did to their
//! account.

use async_trait::async_trait;
use bus::GroupStatus;
use domain::aggregate::Aggregate as _;
use domain::user::User;
use domain::{Envelope, Log, StreamId, Timestamp};
use http_kit::export::{ExportPart, ExportedEvent, Portion, Subject};
use http_kit::{Category, Cursor, Failure, Freshness};
use uuid::Uuid;

use crate::Users;

const BATCH: usize = 500;

/// The sort key of an event: time, then id.
type EventKey = (Timestamp, Uuid);

/// The export part with a person's events.
pub struct Events {
    pub users: Users,
    pub status: GroupStatus,
}

#[async_trait]
impl ExportPart for Events {
    fn name(&self) -> &'static str {
        "events"
    }

    fn category(&self) -> Category {
        Category::History
    }

    async fn wait_for(&self, reader: &Subject) -> Freshness {
        let context = &self.users.context;
        // Both logs are read directly, so queued activity must be flushed first.
        if context.activity.holds(&reader.tenant, reader.user) {
            context.activity.flush().await;
        }
        context.wait_for(&self.status, &reader.tenant, reader.user, &[Log::Facts]).await
    }

    async fn portion(&self, subject: &Subject, after: Option<Cursor>) -> Result<Portion, Failure> {
        let Subject { tenant, user } = subject;
        let after = after.as_ref().and_then(place).unwrap_or((Timestamp::from_micros(i64::MIN), Uuid::nil()));
        let journal = self.users.context.aggregates.journal();
        let account = StreamId::new(tenant, User::TYPE, user);
        let mut found = journal.read_stream(&account, 0).await?;
        found.retain(|envelope| envelope.user_id != Some(*user) && at(envelope) > after);
        for log in Log::ALL {
            found.extend(journal.read_user(tenant, *user, log, after, BATCH).await?);
        }
        // After the first `BATCH` events, there may be earlier events of a log that was not read that far; they come
        // next time.
        found.sort_by_key(at);
        let more = found.len() >= BATCH;
        found.truncate(BATCH);
        let next = found
            .last()
            .filter(|_| more)
            .map(|last| Cursor(vec![last.timestamp.micros().into(), last.event_id.to_string().into()]));
        let told =
            found.iter().map(|envelope| ExportedEvent::of(&self.users.context.aggregates, envelope, *user));
        Portion::of(told.collect::<Result<Vec<_>, _>>()?, next)
    }
}

fn at(envelope: &Envelope) -> EventKey {
    (envelope.timestamp, envelope.event_id)
}

fn place(Cursor(parts): &Cursor) -> Option<EventKey> {
    let [at, id] = parts.as_slice() else { return None };
    Some((Timestamp::from_micros(at.as_i64()?), id.as_str()?.parse().ok()?))
}
