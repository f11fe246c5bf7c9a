//! Projects the events of listings.

use ::projection::{ProjectionError, Value, ViewTx};
use domain::fields::Choice;
use domain::property::{Content, EarlierPrice, Image, PropertyEvent, Status};
use domain::{Envelope, Paise};
use journal::without_values;

use super::membership::{self, Membership};
use super::{confirmations, photos, waiting};

pub async fn apply(
    tx: &mut ViewTx<'_>,
    envelope: &Envelope,
    event: PropertyEvent,
) -> Result<(), ProjectionError> {
    let before = Membership::read(tx, envelope).await?;
    change(tx, envelope, event).await?;
    let after = Membership::read(tx, envelope).await?;
    tx.change_lists(&envelope.stream.tenant, &before.lists(), &after.lists()).await?;
    Ok(())
}

async fn change(
    tx: &mut ViewTx<'_>,
    envelope: &Envelope,
    event: PropertyEvent,
) -> Result<(), ProjectionError> {
    match event {
        PropertyEvent::Listed {
            owner_id,
            status,
            source_reference,
            awaits_confirmation,
            mut content,
            ..
        } => {
            let owner = owner_id.to_string();
            keep_nothing_of_the_gone(tx, envelope, &owner, &mut content).await?;
            let waits = awaits_confirmation;
            insert(tx, envelope, &owner, (status, waits), source_reference, &content).await?;
            if waits { confirmations::listed(tx, envelope, &owner).await } else { Ok(()) }
        }
        PropertyEvent::Edited { mut content, changed, previous_price, marks_lost, .. } => {
            let key = [envelope.stream.tenant.as_str().into(), (&*envelope.stream.id).into()];
            let sql = "select owner_id from properties where id = $2 and tenant = $1";
            let rows = tx.query(sql, &key).await?;
            let owner = rows.first().and_then(|row| row.text(0)).unwrap_or_default();
            keep_nothing_of_the_gone(tx, envelope, owner, &mut content).await?;
            edit(tx, envelope, &content).await?;
            note_price(tx, envelope, &changed, previous_price).await?;
            lose_marks(tx, envelope, marks_lost).await
        }
        PropertyEvent::StatusChanged { to, .. } => {
            let sql = "updated_at = $4, awaits_confirmation = 0, status = $5";
            let values = [envelope.timestamp.micros().into(), to.word().into()];
            tx.next_version("properties", envelope, sql, values).await
        }
        PropertyEvent::Removed { .. } => {
            photos::taken_down(tx, envelope).await?;
            set(tx, envelope, "status", Status::Removed.word().into()).await
        }
        PropertyEvent::Approved { .. } => set(tx, envelope, "status", Status::Active.word().into()).await,
        PropertyEvent::Rejected { .. } => set(tx, envelope, "status", Status::Rejected.word().into()).await,
        PropertyEvent::Featured { featured, .. } => set(tx, envelope, "featured", featured.into()).await,
        PropertyEvent::Verified { verified, .. } => set(tx, envelope, "verified", verified.into()).await,
        PropertyEvent::ImagesAdded { images, marks_lost, .. } => {
            pictured(tx, envelope, &images).await?;
            photos::put_up(tx, envelope, &images).await?;
            lose_marks(tx, envelope, marks_lost).await
        }
    }
}

fn content_json(content: &Content) -> Result<String, ProjectionError> {
    serde_json::to_string(content).map_err(|error| ProjectionError::Event(error.to_string()))
}

async fn insert(
    tx: &mut ViewTx<'_>,
    envelope: &Envelope,
    owner: &str,
    (status, waits): (Status, bool),
    source_reference: Option<String>,
    content: &Content,
) -> Result<(), ProjectionError> {
    let facts = &content.specifications;
    let at = envelope.timestamp.micros();
    let row = [
        envelope.stream.tenant.as_str().into(),
        (&*envelope.stream.id).into(),
        owner.into(),
        status.word().into(),
        facts.listing_type.word().into(),
        facts.property_type.word().into(),
        content.price.paise().into(),
        facts.area.map_or(0.0, |area| area.sqft).into(),
        source_reference.into(),
        content_json(content)?.into(),
        envelope.version.into(),
        at.into(),
        waits.into(),
    ];
    tx.execute(
        "insert into properties (tenant, id, owner_id, status, listing_type, property_type, price, area_sqft,
         featured, verified, owner_absent, source_reference, content, version, created_at, updated_at,
         awaits_confirmation)
         values ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0,
         (select count(*) from absent_owners a where a.user_id = $3 and a.tenant = $1), $9, $10, $11, $12, $12, $13)",
        &row,
    )
    .await?;
    Ok(())
}

async fn edit(tx: &mut ViewTx<'_>, envelope: &Envelope, content: &Content) -> Result<(), ProjectionError> {
    let facts = &content.specifications;
    let values = [
        envelope.timestamp.micros().into(),
        facts.listing_type.word().into(),
        facts.property_type.word().into(),
        content.price.paise().into(),
        facts.area.map_or(0.0, |area| area.sqft).into(),
        content_json(content)?.into(),
    ];
    let set =
        "updated_at = $4, listing_type = $5, property_type = $6, price = $7, area_sqft = $8, content = $9";
    tx.next_version("properties", envelope, set, values).await
}

async fn set<'a>(
    tx: &mut ViewTx<'_>,
    envelope: &'a Envelope,
    column: &str,
    value: Value<'a>,
) -> Result<(), ProjectionError> {
    let set = format!("updated_at = $4, {column} = $5");
    tx.next_version("properties", envelope, &set, [envelope.timestamp.micros().into(), value]).await
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
        let row = [
            envelope.stream.tenant.as_str().into(),
            (&*envelope.stream.id).into(),
            previous.map(Paise::paise).into(),
            previous.map(|_| envelope.timestamp.micros()).into(),
        ];
        let sql =
            "update properties set previous_price = $3, price_changed_at = $4 where id = $2 and tenant = $1";
        tx.execute(sql, &row).await?;
    }
    Ok(())
}

/// Clears the moderators' marks, because the listing no longer describes the home that they judged.
async fn lose_marks(tx: &mut ViewTx<'_>, envelope: &Envelope, lost: bool) -> Result<(), ProjectionError> {
    if lost {
        let key = [envelope.stream.tenant.as_str().into(), (&*envelope.stream.id).into()];
        let sql = "update properties set verified = 0, featured = 0 where id = $2 and tenant = $1";
        tx.execute(sql, &key).await?;
    }
    Ok(())
}

/// Stores the photos in their own table, and advances the listing's version with them.
async fn pictured(tx: &mut ViewTx<'_>, envelope: &Envelope, images: &[Image]) -> Result<(), ProjectionError> {
    let tenant = envelope.stream.tenant.as_str();
    let id = &*envelope.stream.id;
    tx.next_version("properties", envelope, "updated_at = $4", [envelope.timestamp.micros().into()]).await?;
    let images = serde_json::to_string(images).map_err(|error| ProjectionError::Event(error.to_string()))?;
    tx.execute(
        "insert into property_images (tenant, property_id, images) values ($1, $2, $3)
         on conflict (property_id, tenant) do update set images = excluded.images",
        &[tenant.into(), id.into(), images.into()],
    )
    .await?;
    Ok(())
}

/// Erases the personal data of an owner who left. Their rows are then the same as if the events were read after the
/// erasure.
pub async fn owner_gone(tx: &mut ViewTx<'_>, envelope: &Envelope) -> Result<(), ProjectionError> {
    let keys = [envelope.stream.tenant.as_str().into(), (&*envelope.stream.id).into()];
    let absent = "insert into absent_owners (tenant, user_id) values ($1, $2) on conflict do nothing";
    tx.execute(absent, &keys).await?;
    membership::owner_absent(tx, envelope, true).await?;
    let owned = "select id, content from properties where owner_id = $2 and tenant = $1";
    for row in tx.query(owned, &keys).await? {
        let (Some(id), Some(content)) = (row.text(0), row.text(1)) else { continue };
        let mut content: Content =
            serde_json::from_str(content).map_err(|error| ProjectionError::Event(without_values(&error)))?;
        content.erase();
        let row = [envelope.stream.tenant.as_str().into(), id.into(), content_json(&content)?.into()];
        tx.execute("update properties set content = $3 where id = $2 and tenant = $1", &row).await?;
        waiting::update(tx, &envelope.stream.tenant, id).await?;
    }
    Ok(())
}

/// An owner's account was suspended, deactivated or restored. Their listings themselves do not change.
pub async fn owner_moved(
    tx: &mut ViewTx<'_>,
    envelope: &Envelope,
    may_sign_in: bool,
) -> Result<(), ProjectionError> {
    let keys = [envelope.stream.tenant.as_str().into(), (&*envelope.stream.id).into()];
    let sql = if may_sign_in {
        "delete from absent_owners where user_id = $2 and tenant = $1
         and not exists (select 1 from erased_people g where g.user_id = $2 and g.tenant = $1)"
    } else {
        "insert into absent_owners (tenant, user_id) values ($1, $2) on conflict do nothing"
    };
    tx.execute(sql, &keys).await?;
    let absent = "select 1 from absent_owners where user_id = $2 and tenant = $1";
    let is_absent = !tx.query(absent, &keys).await?.is_empty();
    membership::owner_absent(tx, envelope, is_absent).await
}

/// Erases the content if the owner has left: a listing's event may arrive after that, while the owner's key still
/// exists.
async fn keep_nothing_of_the_gone(
    tx: &mut ViewTx<'_>,
    envelope: &Envelope,
    owner: &str,
    content: &mut Content,
) -> Result<(), ProjectionError> {
    if tx.is_erased(&envelope.stream.tenant, owner).await? {
        content.erase();
    }
    Ok(())
}
