//! Which files are photos of which listings. When a file of a photo is deleted, whatever comes first, a delivery asks for
//! the photo to be taken away.

use ::projection::deliveries::Delivery;
use ::projection::{ProjectionError, Value, ViewTx};
use domain::Envelope;
use domain::property::Image;

/// The template of deliveries that take photos away.
const DROP: &str = "drop-photos";

fn key(envelope: &Envelope) -> [Value<'_>; 2] {
    [envelope.stream.tenant.as_str().into(), (&*envelope.stream.id).into()]
}

/// The photos of a listing are these.
pub async fn put_up(
    tx: &mut ViewTx<'_>,
    envelope: &Envelope,
    images: &[Image],
) -> Result<(), ProjectionError> {
    taken_down(tx, envelope).await?;
    let [tenant, property] = key(envelope);
    let mut is_gone = false;
    for image in images {
        let photo = [tenant.clone(), property.clone(), image.file_id.to_string().into()];
        let sql =
            "insert into photos (tenant, property_id, file_id) values ($1, $2, $3) on conflict do nothing";
        tx.execute(sql, &photo).await?;
        let [tenant, _, file] = photo;
        let sql = "select 1 from deleted_files where file_id = $2 and tenant = $1";
        is_gone |= !tx.query(sql, &[tenant, file]).await?.is_empty();
    }
    if is_gone {
        let sql = "select owner_id from properties where id = $2 and tenant = $1";
        ask_owners(tx, envelope, sql).await?;
    }
    Ok(())
}

/// The listing was removed: its files may be photos of others.
pub async fn taken_down(tx: &mut ViewTx<'_>, envelope: &Envelope) -> Result<(), ProjectionError> {
    tx.execute("delete from photos where property_id = $2 and tenant = $1", &key(envelope)).await?;
    Ok(())
}

/// A file was deleted.
pub async fn file_deleted(tx: &mut ViewTx<'_>, envelope: &Envelope) -> Result<(), ProjectionError> {
    let sql = "insert into deleted_files (tenant, file_id) values ($1, $2) on conflict do nothing";
    tx.execute(sql, &key(envelope)).await?;
    let sql = "select distinct p.owner_id from photos f join properties p on p.id = f.property_id and p.tenant = f.tenant
               where f.file_id = $2 and f.tenant = $1";
    ask_owners(tx, envelope, sql).await
}

async fn ask_owners(tx: &mut ViewTx<'_>, event: &Envelope, sql: &str) -> Result<(), ProjectionError> {
    for row in tx.query(sql, &key(event)).await? {
        let recipient = row.text(0).unwrap_or_default();
        Delivery { event, channel: super::CHANNEL, recipient, template: DROP }.add(tx).await?;
    }
    Ok(())
}
