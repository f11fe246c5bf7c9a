//! Projects the events of listings.

use ::projection::{ProjectionError, Value, ViewTx};
use domain::Envelope;
use domain::fields::Choice;
use domain::locality::AreaName;
use domain::property::{Content, PropertyEvent, Status};

use super::areas;
use super::row::Contribution;
use crate::caches::Caches;

/// Sets what follows from the status and from the owner. The times are those of the first time on the market, and of its
/// end. A status is hidden unless it is one of those that everybody may see.
const SETTLE: &str = "update listings set
    presence = case when owner_gone = 1 or owner_absent = 1 then 'HIDDEN' when status = 'ACTIVE' then 'LISTED'
        when status in ('SOLD', 'RENTED', 'EXPIRED') then 'ENDED' else 'HIDDEN' end,
    listed_at = coalesce(listed_at, case when status = 'ACTIVE' then $3 end),
    ended_at = case when status in ('SOLD', 'RENTED', 'EXPIRED') then coalesce(ended_at, $3) end
    where id = $2 and tenant = $1";

pub async fn apply(
    tx: &mut ViewTx<'_>,
    caches: &Caches,
    envelope: &Envelope,
    event: PropertyEvent,
) -> Result<(), ProjectionError> {
    let (tenant, id) = (&envelope.stream.tenant, &*envelope.stream.id);
    let before = Contribution::read(tx, tenant, id).await?;
    change(tx, envelope, event).await?;
    settle(tx, envelope, id).await?;
    let after = Contribution::read(tx, tenant, id).await?;
    if let Some(after) = &after {
        note_price(tx, envelope, before.as_ref(), after).await?;
    }
    areas::moved(tx, caches, tenant, before.as_ref(), after.as_ref()).await
}

async fn change(
    tx: &mut ViewTx<'_>,
    envelope: &Envelope,
    event: PropertyEvent,
) -> Result<(), ProjectionError> {
    match event {
        PropertyEvent::Listed { owner_id, status, content, .. } => {
            insert(tx, envelope, &owner_id.to_string(), status, content).await
        }
        PropertyEvent::Edited { content, .. } => edit(tx, envelope, content).await,
        PropertyEvent::StatusChanged { to, .. } => set_status(tx, envelope, to).await,
        PropertyEvent::Removed { .. } => set_status(tx, envelope, Status::Removed).await,
        PropertyEvent::Approved { .. } => set_status(tx, envelope, Status::Active).await,
        PropertyEvent::Rejected { .. } => set_status(tx, envelope, Status::Rejected).await,
        PropertyEvent::Featured { .. }
        | PropertyEvent::Verified { .. }
        | PropertyEvent::ImagesAdded { .. } => {
            tx.next_version("listings", envelope, "", std::iter::empty()).await
        }
    }
}

async fn set_status(tx: &mut ViewTx<'_>, envelope: &Envelope, to: Status) -> Result<(), ProjectionError> {
    tx.next_version("listings", envelope, "status = $4", [to.word().into()]).await
}

pub async fn settle(tx: &mut ViewTx<'_>, envelope: &Envelope, id: &str) -> Result<(), ProjectionError> {
    let at = envelope.timestamp.micros();
    tx.execute(SETTLE, &[envelope.stream.tenant.as_str().into(), id.into(), at.into()]).await?;
    Ok(())
}

/// The columns `area`, `property_type`, `listing_type`, `bedrooms`, `price`, `area_sqft`, `age`, `latitude`,
/// `longitude` and `title`. Of people who are gone, nothing that they wrote is kept.
fn described(content: Content, gone: bool) -> [Value<'static>; 10] {
    let Content { title, price, location, specifications, .. } = content;
    let area = AreaName::of(location.area.text(), &location.city).filter(|_| !gone);
    let at = location.at().filter(|_| !gone);
    let title = title.into_value().filter(|_| !gone);
    [
        area.map_or_else(String::new, |area| area.slug).into(),
        specifications.property_type.word().into(),
        specifications.listing_type.word().into(),
        specifications.bedrooms.map(|rooms| i64::from(rooms.halves())).into(),
        price.paise().into(),
        specifications.area.map_or(0.0, |area| area.sqft).into(),
        specifications.age_of_property.into(),
        at.map(|at| millionths(at.lat)).into(),
        at.map(|at| millionths(at.lng)).into(),
        title.unwrap_or_default().into(),
    ]
}

#[expect(clippy::cast_possible_truncation, reason = "degrees are at most 180")]
fn millionths(degrees: f64) -> i64 {
    (degrees * 1e6).round() as i64
}

async fn insert(
    tx: &mut ViewTx<'_>,
    envelope: &Envelope,
    owner: &str,
    status: Status,
    content: Content,
) -> Result<(), ProjectionError> {
    let tenant = &envelope.stream.tenant;
    // An event of a listing may arrive after its owner was erased.
    let gone = tx.is_erased(tenant, owner).await?;
    let keys: [Value<'_>; 6] = [
        tenant.as_str().into(),
        (&*envelope.stream.id).into(),
        owner.into(),
        status.word().into(),
        gone.into(),
        envelope.version.into(),
    ];
    let values: Vec<Value<'_>> = keys.into_iter().chain(described(content, gone)).collect();
    tx.execute(
        "insert into listings (tenant, id, owner_id, status, owner_gone, owner_absent, presence, version, area,
         property_type, listing_type, bedrooms, price, area_sqft, age, latitude, longitude, title, repriced)
         values ($1, $2, $3, $4, $5, (select count(*) from absent_owners a where a.user_id = $3 and a.tenant = $1),
         'HIDDEN', $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 0)",
        &values,
    )
    .await?;
    Ok(())
}

async fn edit(tx: &mut ViewTx<'_>, envelope: &Envelope, content: Content) -> Result<(), ProjectionError> {
    let key = [envelope.stream.tenant.as_str().into(), (&*envelope.stream.id).into()];
    let rows = tx.query("select owner_gone from listings where id = $2 and tenant = $1", &key).await?;
    let gone = rows.first().and_then(|row| row.int(0)) == Some(1);
    let set = "area = $4, property_type = $5, listing_type = $6, bedrooms = $7, price = $8, area_sqft = $9, age = $10,
        latitude = $11, longitude = $12, title = $13";
    tx.next_version("listings", envelope, set, described(content, gone)).await
}

/// Keeps the price at which a listing came on the market, and each change since. Nobody saw what was asked before.
async fn note_price(
    tx: &mut ViewTx<'_>,
    envelope: &Envelope,
    before: Option<&Contribution>,
    after: &Contribution,
) -> Result<(), ProjectionError> {
    let was_listed = before.is_some_and(|before| before.listed_at.is_some());
    let is_repriced = was_listed && before.is_some_and(|before| before.price != after.price);
    let is_first = !was_listed && after.listed_at.is_some();
    if !is_first && !is_repriced {
        return Ok(());
    }
    let row: [Value<'_>; 5] = [
        envelope.stream.tenant.as_str().into(),
        (&*envelope.stream.id).into(),
        envelope.version.into(),
        envelope.timestamp.micros().into(),
        after.price.into(),
    ];
    // Nothing is kept about what people do who are gone.
    let sql = "insert into prices (tenant, property_id, version, changed_at, price)
        select $1, $2, $3, $4, $5 from listings l where l.id = $2 and l.tenant = $1 and l.owner_gone = 0";
    tx.execute(sql, &row).await?;
    if is_repriced {
        let sql = "update listings set repriced = 1 where id = $2 and tenant = $1 and owner_gone = 0";
        tx.execute(sql, &[envelope.stream.tenant.as_str().into(), (&*envelope.stream.id).into()]).await?;
    }
    Ok(())
}
