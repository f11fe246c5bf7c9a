//! Writes the rows of listings.

use ::projection::{ProjectionError, Value, ViewTx};
use domain::Envelope;
use domain::favourites::FavouritesEvent;
use domain::fields::Choice;
use domain::property::{Content, EarlierPrice, PropertyEvent, Status};
use domain::{Paise, PropertyId, UserId};

/// The next number for the `changed` column.
const NEXT: &str = "(select coalesce(max(changed), 0) + 1 from homes)";

pub async fn apply(
    tx: &mut ViewTx<'_>,
    envelope: &Envelope,
    event: PropertyEvent,
) -> Result<(), ProjectionError> {
    match event {
        PropertyEvent::Listed { owner_id, status, content, .. } => {
            insert(tx, envelope, owner_id, status, content).await
        }
        PropertyEvent::Edited { content, changed, previous_price, marks_lost, .. } => {
            edit(tx, envelope, content).await?;
            note_price(tx, envelope, &changed, previous_price).await?;
            lose_marks(tx, envelope, marks_lost).await
        }
        PropertyEvent::StatusChanged { to, .. } => set(tx, envelope, "status", to.word().into()).await,
        PropertyEvent::Removed { .. } => set(tx, envelope, "status", Status::Removed.word().into()).await,
        PropertyEvent::Approved { .. } => set(tx, envelope, "status", Status::Active.word().into()).await,
        PropertyEvent::Rejected { .. } => set(tx, envelope, "status", Status::Rejected.word().into()).await,
        PropertyEvent::Featured { featured, .. } => set(tx, envelope, "featured", featured.into()).await,
        PropertyEvent::Verified { verified, .. } => set(tx, envelope, "verified", verified.into()).await,
        PropertyEvent::ImagesAdded { images, marks_lost, .. } => {
            let images = serde_json::to_string(&images).map_err(|e| ProjectionError::Event(e.to_string()))?;
            set(tx, envelope, "images", images.into()).await?;
            lose_marks(tx, envelope, marks_lost).await
        }
    }
}

fn key(envelope: &Envelope) -> [Value<'_>; 2] {
    [envelope.stream.tenant.as_str().into(), (&*envelope.stream.id).into()]
}

/// The searchable content. Contact and street address are removed, because they are the owner's personal data.
fn searchable(mut content: Content) -> Result<String, ProjectionError> {
    content.contact = None;
    content.location.address = None;
    serde_json::to_string(&content).map_err(|error| ProjectionError::Event(error.to_string()))
}

async fn insert(
    tx: &mut ViewTx<'_>,
    envelope: &Envelope,
    owner: UserId,
    status: Status,
    content: Content,
) -> Result<(), ProjectionError> {
    let [tenant, id] = key(envelope);
    let owner = owner.to_string();
    // An event of a listing may arrive after its owner was erased.
    let gone = tx.is_erased(&envelope.stream.tenant, &owner).await?;
    let sql = "select 1 from absent_owners where user_id = $2 and tenant = $1";
    let absent = !tx.query(sql, &[tenant.clone(), owner.as_str().into()]).await?.is_empty();
    let content = if gone { None } else { Some(searchable(content)?) };
    let row = [
        tenant,
        id,
        owner.into(),
        status.word().into(),
        gone.into(),
        content.into(),
        envelope.version.into(),
        envelope.timestamp.micros().into(),
        absent.into(),
    ];
    let sql = format!(
        "insert into homes (tenant, id, owner_id, status, owner_gone, owner_absent, featured, verified, favourites, content,
         images, version, created_at, updated_at, changed) values ($1, $2, $3, $4, $5, $9, 0, 0,
         coalesce((select s.favourites from saves s where s.id = $2 and s.tenant = $1), 0), $6, '[]', $7, $8, $8,
         {NEXT})"
    );
    tx.execute(&sql, &row).await?;
    Ok(())
}

async fn edit(tx: &mut ViewTx<'_>, envelope: &Envelope, content: Content) -> Result<(), ProjectionError> {
    let set = format!("updated_at = $4, content = case owner_gone when 0 then $5 end, changed = {NEXT}");
    let values = [envelope.timestamp.micros().into(), searchable(content)?.into()];
    tx.next_version("homes", envelope, &set, values).await
}

async fn set<'a>(
    tx: &mut ViewTx<'_>,
    envelope: &'a Envelope,
    column: &str,
    value: Value<'a>,
) -> Result<(), ProjectionError> {
    let set = format!("updated_at = $4, {column} = $5, changed = {NEXT}");
    tx.next_version("homes", envelope, &set, [envelope.timestamp.micros().into(), value]).await
}

/// Notes what the listing cost before, if an edit changed that.
async fn note_price(
    tx: &mut ViewTx<'_>,
    envelope: &Envelope,
    changed: &[String],
    previous: Option<Paise>,
) -> Result<(), ProjectionError> {
    let is_voided = EarlierPrice::is_voided_by(changed);
    let previous = previous.filter(|_| !is_voided);
    if previous.is_some() || is_voided {
        let [tenant, id] = key(envelope);
        let at = previous.map(|_| envelope.timestamp.micros());
        let row = [tenant, id, previous.map(Paise::paise).into(), at.into()];
        let sql = "update homes set previous_price = $3, price_changed_at = $4 where id = $2 and tenant = $1";
        tx.execute(sql, &row).await?;
    }
    Ok(())
}

/// Clears the moderators' marks: they were given to the listing before it changed.
async fn lose_marks(tx: &mut ViewTx<'_>, envelope: &Envelope, lost: bool) -> Result<(), ProjectionError> {
    if lost {
        let sql = "update homes set verified = 0, featured = 0 where id = $2 and tenant = $1";
        tx.execute(sql, &key(envelope)).await?;
    }
    Ok(())
}

/// Counts saves. Saves and unsaves are changes to a set, so each changes the number by one.
pub async fn saved(
    tx: &mut ViewTx<'_>,
    envelope: &Envelope,
    event: &FavouritesEvent,
) -> Result<(), ProjectionError> {
    let (property, change): (&PropertyId, i64) = match event {
        FavouritesEvent::Saved { property_id, .. } => (property_id, 1),
        FavouritesEvent::Unsaved { property_id, .. } => (property_id, -1),
    };
    let row = [envelope.stream.tenant.as_str().into(), property.to_string().into(), change.into()];
    tx.execute(
        "insert into saves (tenant, id, favourites) values ($1, $2, $3)
         on conflict (id, tenant) do update set favourites = saves.favourites + excluded.favourites",
        &row,
    )
    .await?;
    let sql = format!(
        "update homes set favourites = favourites + $3, changed = {NEXT} where id = $2 and tenant = $1"
    );
    tx.execute(&sql, &row).await?;
    Ok(())
}

/// The owner left: their listings can no longer be found, and none of their content is kept.
pub async fn owner_gone(tx: &mut ViewTx<'_>, envelope: &Envelope) -> Result<(), ProjectionError> {
    let [tenant, person] = key(envelope);
    let keys = [tenant.clone(), person];
    let owned = "select id from homes where owner_id = $2 and tenant = $1 order by id";
    let sql = format!(
        "update homes set owner_gone = 1, content = null, changed = {NEXT} where id = $2 and tenant = $1"
    );
    for row in tx.query(owned, &keys).await? {
        // One by one, because every row gets a `changed` number of its own.
        tx.execute(&sql, &[tenant.clone(), row.text(0).into()]).await?;
    }
    Ok(())
}

/// The owner's account was suspended or switched off, or became active again. Until it is active, their listings
/// cannot be found.
pub async fn owner_moved(
    tx: &mut ViewTx<'_>,
    envelope: &Envelope,
    may_sign_in: bool,
) -> Result<(), ProjectionError> {
    let [tenant, person] = key(envelope);
    let keys = [tenant.clone(), person];
    let sql = if may_sign_in {
        "delete from absent_owners where user_id = $2 and tenant = $1"
    } else {
        "insert into absent_owners (tenant, user_id) values ($1, $2) on conflict do nothing"
    };
    tx.execute(sql, &keys).await?;
    let owned = "select id from homes where owner_id = $2 and tenant = $1 order by id";
    let sql = format!("update homes set owner_absent = $3, changed = {NEXT} where id = $2 and tenant = $1");
    for row in tx.query(owned, &keys).await? {
        tx.execute(&sql, &[tenant.clone(), row.text(0).into(), (!may_sign_in).into()]).await?;
    }
    Ok(())
}
