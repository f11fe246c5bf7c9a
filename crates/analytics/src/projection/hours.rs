//! Events by type and hour, and the people who caused them.

use ::projection::{ProjectionError, Row, Value, ViewTx};
use domain::TenantId;

use super::changes::{Changes, HourCell};
use super::people::NOBODY;

const MORE: &str = "update person_hours set events = events + $6
    where person = $1 and tenant = $2 and day = $3 and hour = $4 and event_type = $5";
const FIRST: &str = "insert into person_hours (person, tenant, day, hour, event_type, events) values ($1, $2, $3, $4, $5, $6)";
const OF_PERSON: &str =
    "select day, hour, event_type, events from person_hours where person = $1 and tenant = $2";
const FORGET: &str = "delete from person_hours where person = $1 and tenant = $2";

/// Counts `events` more of one type by one person, or by nobody, within an hour.
pub async fn add(
    tx: &mut ViewTx<'_>,
    changes: &mut Changes,
    (person, cell): &(i64, HourCell),
    events: u64,
) -> Result<(), ProjectionError> {
    let mut people = 0;
    if *person != NOBODY {
        let HourCell { tenant, day, hour, event_type } = cell;
        let row: [Value<'_>; 6] = [
            (*person).into(),
            tenant.as_str().into(),
            (*day).into(),
            (*hour).into(),
            (&**event_type).into(),
            events.into(),
        ];
        if tx.execute(MORE, &row).await? == 0 {
            tx.execute(FIRST, &row).await?;
            people = 1;
        }
    }
    changes.count_hour(cell.clone(), people, events.cast_signed());
    Ok(())
}

/// Takes away everything that `person` caused.
pub async fn forget(
    tx: &mut ViewTx<'_>,
    changes: &mut Changes,
    tenant: &TenantId,
    person: i64,
) -> Result<(), ProjectionError> {
    let of_person = [person.into(), tenant.as_str().into()];
    for row in tx.query(OF_PERSON, &of_person).await? {
        let Some((cell, events)) = read(tenant, &row) else { continue };
        changes.count_hour(cell, -1, -events);
    }
    tx.execute(FORGET, &of_person).await?;
    Ok(())
}

fn read(tenant: &TenantId, row: &Row) -> Option<(HourCell, i64)> {
    let (day, hour, event_type) = (row.int(0)?, row.int(1)?, row.text(2)?.into());
    Some((HourCell { tenant: tenant.clone(), day, hour, event_type }, row.int(3)?))
}
