//! Which lists a home is in. The lengths of the lists change in the transaction that changes the home.

use ::projection::list_lengths::ListName;
use ::projection::{ProjectionError, ViewTx};
use domain::Envelope;
use domain::fields::Choice;
use domain::property::Status;

use crate::queries::lists::{FEATURED, KEPT, LISTED};

/// What decides it.
#[derive(Debug, Default)]
pub struct Membership {
    owner: String,
    kept: bool,
    listed: bool,
    featured: bool,
}

impl Membership {
    /// The membership of the event's home as its row is now; in no list while there is none.
    pub async fn read(tx: &mut ViewTx<'_>, envelope: &Envelope) -> Result<Self, ProjectionError> {
        let key = [envelope.stream.tenant.as_str().into(), (&*envelope.stream.id).into()];
        let sql =
            "select owner_id, status, owner_absent, featured from properties where id = $2 and tenant = $1";
        let rows = tx.query(sql, &key).await?;
        let Some(row) = rows.first() else { return Ok(Self::default()) };
        let status = row.text(1).and_then(Status::from_word);
        Ok(Self {
            owner: row.text(0).unwrap_or_default().to_owned(),
            kept: status != Some(Status::Removed),
            listed: status == Some(Status::Active) && row.int(2) == Some(0),
            featured: row.int(3) == Some(1),
        })
    }

    pub fn lists(&self) -> Vec<ListName<'_>> {
        let owner = self.owner.as_str();
        let lists = [
            (self.kept, (KEPT, owner)),
            (self.listed, (LISTED, owner)),
            (self.listed, (LISTED, "")),
            (self.listed && self.featured, (FEATURED, "")),
        ];
        lists.into_iter().filter_map(|(is_in, list)| is_in.then_some(list)).collect()
    }
}

/// The event's person is absent from now on, or back: all their homes leave the lists of the market, or return.
pub async fn owner_absent(
    tx: &mut ViewTx<'_>,
    envelope: &Envelope,
    absent: bool,
) -> Result<(), ProjectionError> {
    let (tenant, owner) = (&envelope.stream.tenant, &*envelope.stream.id);
    let change = [tenant.as_str().into(), owner.into(), absent.into()];
    // The first condition of the status is that of the index of an owner's homes.
    let sql = "select count(*), count(case when featured = 1 then 1 end) from properties
        where owner_id = $2 and tenant = $1 and status <> 'REMOVED' and status = 'ACTIVE' and owner_absent <> $3";
    let moved = tx.query(sql, &change).await?;
    let count = |column| moved.first().and_then(|row| row.int(column)).unwrap_or_default();
    let sign = if absent { -1 } else { 1 };
    tx.lengthen(tenant, (LISTED, ""), sign * count(0)).await?;
    tx.lengthen(tenant, (LISTED, owner), sign * count(0)).await?;
    tx.lengthen(tenant, (FEATURED, ""), sign * count(1)).await?;
    let sql =
        "update properties set owner_absent = $3 where owner_id = $2 and tenant = $1 and owner_absent <> $3";
    tx.execute(sql, &change).await?;
    Ok(())
}
