//! How often a topic occurs, and how many people it is about.
//!
//! The people of several days are not the sum of the people of each day. So each day of a person with a topic counts under
//! the day before on which they had it, which may be [`NEVER`]:
//!
//! ```text
//! somebody's days with a topic   3     5  6
//! counted as (day, previous)    3,-   5,3  6,5
//! people of days 5 to 6: those whose previous day is before 5: once, of (5,3)
//! ```
//! A day that is added or taken away in between changes the one after it.

mod kind;
mod person_topic;

use ::projection::{ProjectionError, Row, ViewTx};
use domain::TenantId;

use super::changes::Changes;
pub use kind::TopicKind;
pub use person_topic::PersonTopic;

/// The previous day of the first one.
pub const NEVER: i64 = -1_000_000_000;

const OF_PERSON: &str = "select person, kind, topic, day, owner, events from person_days
    where person = $1 and tenant = $2";
const OF_OWNER: &str = "select person, kind, topic, day, owner, events from person_days
    where owner = $1 and tenant = $2 and owner <> 0";

/// Takes away every topic of `person`, and every topic of others that is text of theirs.
pub async fn forget(
    tx: &mut ViewTx<'_>,
    changes: &mut Changes,
    tenant: &TenantId,
    person: i64,
) -> Result<(), ProjectionError> {
    for theirs in [OF_PERSON, OF_OWNER] {
        for row in tx.query(theirs, &[person.into(), tenant.as_str().into()]).await? {
            let Some((topic, (day, owner, events))) = read(tenant, &row) else { continue };
            topic.remove(tx, changes, (day, owner), events).await?;
        }
    }
    Ok(())
}

fn read(tenant: &TenantId, row: &Row) -> Option<(PersonTopic, (i64, i64, i64))> {
    let kind = TopicKind::named(row.text(1)?)?;
    let topic = PersonTopic { person: row.int(0)?, tenant: tenant.clone(), kind, topic: row.text(2)?.into() };
    Some((topic, (row.int(3)?, row.int(4)?, row.int(5)?)))
}
