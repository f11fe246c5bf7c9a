//! Which areas have homes on the market, how many, and where.

use ::projection::{ProjectionError, Value, ViewTx};
use domain::TenantId;

use super::row::Contribution;
use crate::caches::Caches;
use crate::queries::AREAS;

/// A listing contributed `before`, and contributes `after` now.
pub async fn moved(
    tx: &mut ViewTx<'_>,
    caches: &Caches,
    tenant: &TenantId,
    before: Option<&Contribution>,
    after: Option<&Contribution>,
) -> Result<(), ProjectionError> {
    if before == after {
        return Ok(());
    }
    for (contribution, kind) in [before, after].into_iter().flatten().filter_map(|one| Some((one, one.kind?)))
    {
        caches.touch(tenant, &contribution.area, kind.words());
    }
    let (was, is) = (before.and_then(Contribution::placed), after.and_then(Contribution::placed));
    if was == is {
        return Ok(());
    }
    if let Some((area, at)) = was {
        leave(tx, tenant, area, at).await?;
    }
    if let Some((area, at)) = is {
        enter(tx, tenant, area, at).await?;
    }
    Ok(())
}

fn row<'a>(tenant: &'a TenantId, area: &'a str, at: Option<(i64, i64)>) -> [Value<'a>; 5] {
    let (latitude, longitude) = at.unwrap_or_default();
    [tenant.as_str().into(), area.into(), i64::from(at.is_some()).into(), latitude.into(), longitude.into()]
}

async fn enter(
    tx: &mut ViewTx<'_>,
    tenant: &TenantId,
    area: &str,
    at: Option<(i64, i64)>,
) -> Result<(), ProjectionError> {
    let sql = "insert into areas (tenant, slug, homes, placed, latitude_sum, longitude_sum)
        values ($1, $2, 1, $3, $4, $5)
        on conflict (slug, tenant) do update set homes = areas.homes + 1, placed = areas.placed + excluded.placed,
        latitude_sum = areas.latitude_sum + excluded.latitude_sum,
        longitude_sum = areas.longitude_sum + excluded.longitude_sum";
    tx.execute(sql, &row(tenant, area, at)).await?;
    let first = "select 1 from areas where slug = $2 and tenant = $1 and homes = 1";
    if !tx.query(first, &[tenant.as_str().into(), area.into()]).await?.is_empty() {
        tx.lengthen(tenant, (AREAS, ""), 1).await?;
    }
    Ok(())
}

/// An area without homes has no row: nothing is left of a name that only people who left have used.
async fn leave(
    tx: &mut ViewTx<'_>,
    tenant: &TenantId,
    area: &str,
    at: Option<(i64, i64)>,
) -> Result<(), ProjectionError> {
    let sql = "update areas set homes = homes - 1, placed = placed - $3, latitude_sum = latitude_sum - $4,
        longitude_sum = longitude_sum - $5 where slug = $2 and tenant = $1";
    tx.execute(sql, &row(tenant, area, at)).await?;
    let empty = "delete from areas where slug = $2 and tenant = $1 and homes = 0";
    if tx.execute(empty, &[tenant.as_str().into(), area.into()]).await? > 0 {
        tx.lengthen(tenant, (AREAS, ""), -1).await?;
    }
    Ok(())
}
