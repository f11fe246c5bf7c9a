//! Projects what happens to the accounts of owners.

use ::projection::{ProjectionError, ViewTx};
use domain::Envelope;

use super::areas;
use super::listings::settle;
use super::row::Contribution;
use crate::caches::Caches;

async fn owned(tx: &mut ViewTx<'_>, envelope: &Envelope) -> Result<Vec<String>, ProjectionError> {
    let key = [envelope.stream.tenant.as_str().into(), (&*envelope.stream.id).into()];
    let rows =
        tx.query("select id from listings where owner_id = $2 and tenant = $1 order by id", &key).await?;
    Ok(rows.iter().filter_map(|row| row.text(0).map(str::to_owned)).collect())
}

/// Changes one listing of the event's person by `statements`, which name it as `$2` of tenant `$1`.
async fn change_owned(
    tx: &mut ViewTx<'_>,
    caches: &Caches,
    envelope: &Envelope,
    id: &str,
    statements: &[&str],
) -> Result<(), ProjectionError> {
    let tenant = &envelope.stream.tenant;
    let before = Contribution::read(tx, tenant, id).await?;
    for sql in statements {
        tx.execute(sql, &[tenant.as_str().into(), id.into()]).await?;
    }
    settle(tx, envelope, id).await?;
    let after = Contribution::read(tx, tenant, id).await?;
    areas::moved(tx, caches, tenant, before.as_ref(), after.as_ref()).await
}

/// The owner left: their listings are in no figure, and nothing that they wrote is kept. Their rows are then the same
/// as if the events were read after the erasure.
pub async fn gone(tx: &mut ViewTx<'_>, caches: &Caches, envelope: &Envelope) -> Result<(), ProjectionError> {
    let erase = [
        "update listings set owner_gone = 1, area = '', title = '', latitude = null, longitude = null, repriced = 0
         where id = $2 and tenant = $1",
        "delete from prices where property_id = $2 and tenant = $1",
    ];
    for id in owned(tx, envelope).await? {
        change_owned(tx, caches, envelope, &id, &erase).await?;
    }
    Ok(())
}

/// The owner's account was suspended or switched off, or became active again. Until it is active, their listings are
/// hidden.
pub async fn moved(
    tx: &mut ViewTx<'_>,
    caches: &Caches,
    envelope: &Envelope,
    may_sign_in: bool,
) -> Result<(), ProjectionError> {
    let key = [envelope.stream.tenant.as_str().into(), (&*envelope.stream.id).into()];
    let (note, change) = if may_sign_in {
        (
            "delete from absent_owners where user_id = $2 and tenant = $1",
            "update listings set owner_absent = 0 where id = $2 and tenant = $1",
        )
    } else {
        (
            "insert into absent_owners (tenant, user_id) values ($1, $2) on conflict do nothing",
            "update listings set owner_absent = 1 where id = $2 and tenant = $1",
        )
    };
    tx.execute(note, &key).await?;
    for id in owned(tx, envelope).await? {
        change_owned(tx, caches, envelope, &id, &[change]).await?;
    }
    Ok(())
}
