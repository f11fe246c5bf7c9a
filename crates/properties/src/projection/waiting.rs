//! Keeps the moderation queue: which homes wait, since when, and how often they were reported.

use ::projection::{ProjectionError, Row, ViewTx};
use domain::TenantId;

use crate::queries::lists::WAITING;

/// What decides whether a home waits. Reports are open if they came after the last decision.
const DECIDING: &str = "select p.status, p.updated_at, count(r.position), min(r.reported_at)
    from properties p
    left join moderated m on m.property_id = p.id and m.tenant = p.tenant
    left join reports r on r.property_id = p.id and r.tenant = p.tenant and r.position > coalesce(m.position, 0)
    where p.id = $2 and p.tenant = $1 and p.status <> 'REMOVED'
    and not exists (select 1 from erased_people g where g.user_id = p.owner_id and g.tenant = p.tenant)
    group by p.status, p.updated_at";

struct Waits {
    since: i64,
    pending: bool,
    reports: i64,
}

impl Waits {
    fn of(row: &Row) -> Option<Self> {
        let pending = row.text(0) == Some("PENDING_REVIEW");
        let reports = row.int(2).unwrap_or_default();
        let since = if pending { row.int(1) } else { row.int(3) }?;
        (pending || reports > 0).then_some(Self { since, pending, reports })
    }
}

/// Brings the home's row up to date, after any event that decides whether it waits. Reports and homes may come in any
/// order.
pub async fn update(tx: &mut ViewTx<'_>, tenant: &TenantId, property: &str) -> Result<(), ProjectionError> {
    let key = [tenant.as_str().into(), property.into()];
    let waits = tx.query(DECIDING, &key).await?.first().and_then(Waits::of);
    let Some(Waits { since, pending, reports }) = waits else {
        let sql = "delete from waiting where property_id = $2 and tenant = $1";
        let gone = tx.execute(sql, &key).await?;
        tx.lengthen(tenant, (WAITING, ""), if gone > 0 { -1 } else { 0 }).await?;
        return Ok(());
    };
    let sql =
        "update waiting set since = $3, pending = $4, reports = $5 where property_id = $2 and tenant = $1";
    let [tenant_value, property] = key;
    let row = [tenant_value, property, since.into(), pending.into(), reports.into()];
    if tx.execute(sql, &row).await? == 0 {
        let sql =
            "insert into waiting (tenant, property_id, since, pending, reports) values ($1, $2, $3, $4, $5)";
        tx.execute(sql, &row).await?;
        tx.lengthen(tenant, (WAITING, ""), 1).await?;
    }
    Ok(())
}
