//! What a listing's row says to figures, before and after an event.

use ::projection::{ProjectionError, ViewTx};
use domain::TenantId;

use crate::home::Kind;

/// A listing's part in figures. Two that are equal make the same figures.
#[derive(Clone, Debug, PartialEq)]
pub struct Contribution {
    /// Whether it is on the market now.
    pub listed: bool,
    pub presence: String,
    pub area: String,
    pub kind: Option<Kind>,
    pub price: i64,
    pub sqft: f64,
    pub bedrooms: Option<i64>,
    pub age: Option<i64>,
    /// Millionths of a degree.
    pub at: Option<(i64, i64)>,
    pub listed_at: Option<i64>,
    pub ended_at: Option<i64>,
}

impl Contribution {
    /// Reads a listing's row. `None` while there is none.
    pub async fn read(
        tx: &mut ViewTx<'_>,
        tenant: &TenantId,
        id: &str,
    ) -> Result<Option<Self>, ProjectionError> {
        let sql =
            "select presence, area, property_type, listing_type, price, area_sqft, bedrooms, age, latitude,
            longitude, listed_at, ended_at from listings where id = $2 and tenant = $1";
        let rows = tx.query(sql, &[tenant.as_str().into(), id.into()]).await?;
        Ok(rows.first().map(|row| {
            let text = |column| row.text(column).unwrap_or_default();
            Self {
                listed: text(0) == "LISTED",
                presence: text(0).to_owned(),
                area: text(1).to_owned(),
                kind: Kind::from_words(text(2), text(3)),
                price: row.int(4).unwrap_or_default(),
                sqft: row.real(5).unwrap_or_default(),
                bedrooms: row.int(6),
                age: row.int(7),
                at: row.int(8).zip(row.int(9)),
                listed_at: row.int(10),
                ended_at: row.int(11),
            }
        }))
    }

    /// The area in which it is on the market, and where.
    pub fn placed(&self) -> Option<(&str, Option<(i64, i64)>)> {
        (self.listed && !self.area.is_empty()).then_some((&*self.area, self.at))
    }
}
