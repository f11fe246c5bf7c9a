//! Reads the rows, for the index and for answers.

use std::collections::HashMap;

use ::projection::{Row, Value, ViewStore};
use domain::fields::Choice;
use domain::property::{EarlierPrice, Status};
use domain::{Paise, PropertyId, TenantId, Timestamp};

use crate::engine::IndexChange;
pub use crate::engine::changes::RowsError;
use crate::home::Home;

/// The columns that [`read`] expects, from the second on.
pub const COLUMNS: &str =
    "r.tenant, r.id, r.owner_id, r.status, r.owner_gone, r.featured, r.verified, r.favourites,
    r.content, r.version, r.created_at, r.updated_at, r.images, r.owner_absent, r.previous_price,
    r.price_changed_at";
/// The index of the column after them, `changed`.
pub const CHANGED: usize = 17;

/// A row of a listing.
#[derive(Debug)]
pub struct Stored {
    /// Its status.
    pub status: Status,
    /// Whether the owner closed their account.
    pub owner_gone: bool,
    /// Whether the owner's account is suspended or switched off.
    pub owner_absent: bool,
    /// The listing; `None` when it was erased.
    pub home: Option<Home>,
    tenant: TenantId,
    id: PropertyId,
}

impl Stored {
    /// The listing, if it is on the market.
    pub fn on_the_market(self) -> Option<Home> {
        // A sold home is still shown to people who have its address, but cannot be found.
        let is = self.status == Status::Active && !self.owner_gone && !self.owner_absent;
        self.home.filter(|_| is)
    }

    /// What it means for the index.
    pub fn change(self) -> IndexChange<Home> {
        let tenant = self.tenant.clone();
        let id = self.id;
        self.on_the_market().map_or(IndexChange::Gone { tenant, id }, |home| IndexChange::Put(Box::new(home)))
    }
}

/// Reads a row of [`of_one`].
pub fn read(row: &Row) -> Result<Stored, RowsError> {
    let wrong = || RowsError::Unreadable(row.text(2).unwrap_or("?").to_owned());
    let at = |column| row.int(column).map(Timestamp::from_micros).ok_or_else(wrong);
    let tenant = TenantId::stored(row.text(1).ok_or_else(wrong)?);
    let id: PropertyId = row.text(2).and_then(|id| id.parse().ok()).ok_or_else(wrong)?;
    let earlier_price = row.int(15).zip(row.int(16)).map(|(price, until)| EarlierPrice {
        price: Paise::from_paise(price),
        until: Timestamp::from_micros(until),
    });
    let home = match row.text(9) {
        None => None,
        Some(content) => Some(Home {
            tenant: tenant.clone(),
            id,
            owner: row.text(3).and_then(|id| id.parse().ok()).ok_or_else(wrong)?,
            content: serde_json::from_str(content).map_err(|_| wrong())?,
            featured: row.int(6) == Some(1),
            verified: row.int(7) == Some(1),
            favourites: row.count(8),
            version: row.count(10),
            created_at: at(11)?,
            updated_at: at(12)?,
            earlier_price,
            images: row.text(13).and_then(|json| serde_json::from_str(json).ok()).ok_or_else(wrong)?,
        }),
    };
    let status = row.text(4).and_then(Status::from_word).ok_or_else(wrong)?;
    let (owner_gone, owner_absent) = (row.int(5) == Some(1), row.int(14) == Some(1));
    Ok(Stored { status, owner_gone, owner_absent, home, tenant, id })
}

/// The listings of `ids` that are on the market, by id.
pub async fn homes(
    store: &ViewStore,
    tenant: &TenantId,
    ids: &[PropertyId],
) -> Result<HashMap<PropertyId, Home>, RowsError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut params: Vec<Value<'_>> = vec![tenant.as_str().into()];
    params.extend(ids.iter().map(|id| Value::from(id.to_string())));
    let places: Vec<String> = (2..=params.len()).map(|number| format!("${number}")).collect();
    let places = places.join(", ");
    let sql = format!("select null, {COLUMNS} from homes r where r.tenant = $1 and r.id in ({places})");
    let mut found = HashMap::with_capacity(ids.len());
    for row in store.query(&sql, params).await? {
        if let Some(home) = read(&row)?.on_the_market() {
            found.insert(home.id, home);
        }
    }
    Ok(found)
}

/// Up to `most` listings that changed before `before`, latest change first. Returns those on the market, and where to
/// continue if there are more.
pub async fn before(
    store: &ViewStore,
    before: i64,
    most: usize,
) -> Result<(Vec<Home>, Option<i64>), RowsError> {
    let sql = format!(
        "select null, {COLUMNS}, r.changed from homes r where r.changed < $1 order by r.changed desc limit $2"
    );
    let rows = store.query(&sql, vec![before.into(), (most as u64).into()]).await?;
    let next = rows.last().filter(|_| rows.len() == most).and_then(|row| row.int(CHANGED));
    let mut homes = Vec::with_capacity(rows.len());
    for row in &rows {
        homes.extend(read(row)?.on_the_market());
    }
    Ok((homes, next))
}

/// The query for the row of a tenant's listing.
pub fn of_one() -> String {
    format!("select null, {COLUMNS} from homes r where r.tenant = $1 and r.id = $2")
}

/// One listing's row.
pub async fn one(store: &ViewStore, tenant: &TenantId, id: PropertyId) -> Result<Option<Stored>, RowsError> {
    let rows = store.query(&of_one(), vec![tenant.as_str().into(), id.to_string().into()]).await?;
    rows.first().map(read).transpose()
}
