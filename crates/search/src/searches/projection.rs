//! Projects searches, the listings opened after them, and the erasure of people.

use ::projection::{Projection, ProjectionError, ViewTx};
use async_trait::async_trait;
use bus::Group;
use domain::activity::ActivityEvent;
use domain::user::DELETED;
use domain::{Envelope, Log, PropertyId, UserId};
use journal::AggregateStore;

use super::popular;

/// The consumer group of the read model. Order is kept per person.
pub const GROUP: Group =
    Group { name: "search-history-group", logs: &[Log::Facts, Log::Activity], key: partition_key };

/// The kept length of a person's past searches.
pub const SEARCHES: &str = "searches";

/// A listing opened later than this after a search does not count as its result.
const OPENED_WITHIN_MICROS: i64 = 30 * 60 * 1_000_000;

fn partition_key(envelope: &Envelope) -> Option<String> {
    match &*envelope.event_type {
        "PROPERTY_SEARCHED" | "PROPERTY_VIEWED" => {
            envelope.user_id.map(|user| format!("{}/{user}", envelope.stream.tenant))
        }
        DELETED => Some(format!("{}/{}", envelope.stream.tenant, envelope.stream.id)),
        _ => None,
    }
}

/// The projection of past searches.
#[derive(Debug)]
pub struct Searched {
    aggregates: AggregateStore,
}

impl Searched {
    pub fn new(aggregates: AggregateStore) -> Self {
        Self { aggregates }
    }

    /// The person left: deletes their searches and removes them from all counts.
    async fn gone(&self, tx: &mut ViewTx<'_>, envelope: &Envelope) -> Result<(), ProjectionError> {
        let wrong = |_| ProjectionError::Event(format!("{} is no person", envelope.stream.id));
        let user: UserId = envelope.stream.id.parse().map_err(wrong)?;
        let row = [envelope.stream.tenant.as_str().into(), user.to_string().into()];
        tx.execute("delete from search_history where tenant = $1 and user_id = $2", &row).await?;
        tx.empty_lists(&envelope.stream.tenant, &envelope.stream.id).await?;
        popular::forget(tx, self.aggregates.keys(), &envelope.stream.tenant, user).await
    }
}

async fn searched(
    tx: &mut ViewTx<'_>,
    envelope: &Envelope,
    user: UserId,
    results_count: u64,
) -> Result<(), ProjectionError> {
    let user = user.to_string();
    tx.lengthen(&envelope.stream.tenant, (SEARCHES, &user), 1).await?;
    let row = [
        envelope.stream.tenant.as_str().into(),
        user.into(),
        envelope.timestamp.micros().into(),
        envelope.event_id.to_string().into(),
        envelope.position.seq.into(),
        results_count.into(),
    ];
    let sql = "insert into search_history (tenant, user_id, at, event_id, seq, results_count)
        values ($1, $2, $3, $4, $5, $6)";
    tx.execute(sql, &row).await?;
    Ok(())
}

/// Records the first listing opened after a search as its result.
async fn opened(
    tx: &mut ViewTx<'_>,
    envelope: &Envelope,
    user: UserId,
    property: PropertyId,
) -> Result<(), ProjectionError> {
    let at = envelope.timestamp.micros();
    let row = [
        envelope.stream.tenant.as_str().into(),
        user.to_string().into(),
        at.into(),
        (at - OPENED_WITHIN_MICROS).into(),
        property.to_string().into(),
    ];
    let sql = "update search_history set selected_property_id = $5
        where tenant = $1 and user_id = $2 and selected_property_id is null and at >= $4
        and (at, event_id) = (select at, event_id from search_history
            where tenant = $1 and user_id = $2 and at <= $3 order by at desc, event_id desc limit 1)";
    tx.execute(sql, &row).await?;
    Ok(())
}

#[async_trait(?Send)]
impl Projection for Searched {
    fn name(&self) -> &'static str {
        GROUP.name
    }

    fn version(&self) -> u32 {
        2
    }

    async fn apply(&self, tx: &mut ViewTx<'_>, envelope: &Envelope) -> Result<(), ProjectionError> {
        if self.erases(envelope) {
            return self.gone(tx, envelope).await;
        }
        let Some(user) = envelope.user_id else { return Ok(()) };
        match self.aggregates.decode::<ActivityEvent>(envelope)? {
            ActivityEvent::Searched { filters, results_count } => {
                // The other log may already have reported that the person left.
                if tx.is_erased(&envelope.stream.tenant, &user.to_string()).await? {
                    return Ok(());
                }
                searched(tx, envelope, user, results_count).await?;
                let text = filters.as_ref().and_then(popular::text);
                match text {
                    Some(text) => popular::count(tx, self.aggregates.keys(), envelope, user, &text).await,
                    None => Ok(()),
                }
            }
            ActivityEvent::Viewed { property_id, .. } => opened(tx, envelope, user, property_id).await,
            ActivityEvent::Shared { .. }
            | ActivityEvent::ContactRevealed { .. }
            | ActivityEvent::ViewsCounted { .. }
            | ActivityEvent::ProductViewed { .. }
            | ActivityEvent::ProductViewsCounted { .. }
            | ActivityEvent::ProductViewsSynced { .. } => Ok(()),
        }
    }

    fn committed(&self, _: &[Envelope]) {}
}
