//! The listings a person saved, with what became of each since.

use ::projection::{Row, Value};
use domain::property::Status;
use domain::{Paise, PropertyId, TenantId, Timestamp, UserId};
use http_kit::{Cursor, Failure, Page, Paging};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::favourites::SHOWN_TO_SAVERS;
use super::{COLUMNS, TOTAL};
use crate::App;
use crate::availability::Availability;
use crate::document::Document;

/// A listing that the caller saved, then and now.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SavedHome {
    property_id: PropertyId,
    saved_at: Timestamp,
    /// The price when it was saved.
    saved_price: Paise,
    saved_price_text: String,
    /// Where it stands now.
    availability: Availability,
    /// The listing as it is now; null while it is not visible.
    #[schema(value_type = Option<Document<'static>>)]
    property: Option<Box<RawValue>>,
}

impl SavedHome {
    fn read(app: &App, row: &Row) -> Result<(Self, Cursor), Failure> {
        let broken = || Failure::unavailable(&"a row of the favourites cannot be read");
        let property_id = row.text(TOTAL).and_then(|id| id.parse().ok()).ok_or_else(broken)?;
        let saved_at = row.int(TOTAL + 1).map(Timestamp::from_micros).ok_or_else(broken)?;
        let home = if row.int(TOTAL + 2) == Some(1) { Some(app.read(row)?) } else { None };
        let saved_price = row.int(TOTAL + 3).map(Paise::from_paise).ok_or_else(broken)?;
        let saved = Self {
            property_id,
            saved_at,
            saved_price,
            saved_price_text: saved_price.in_words(),
            availability: Availability::of(home.as_ref().map_or(Status::Removed, |home| home.listing.status)),
            property: home.map(|home| home.body),
        };
        Ok((saved, Cursor::at(saved_at, &property_id)))
    }
}

impl App {
    /// The listings a person saved, most recently saved first, also those that are gone.
    pub async fn saved_homes(
        &self,
        tenant: &TenantId,
        person: UserId,
        paging: &Paging,
    ) -> Result<Page<SavedHome>, Failure> {
        let whose: [Value<'static>; 2] = [tenant.to_string().into(), person.to_string().into()];
        let sql = "select count(*) from favourites where user_id = $2 and tenant = $1";
        let total = self.store.query(sql, whose.to_vec()).await?.first().map_or(0, |row| row.count(0));
        let (saved_at, id) = Cursor::newest_after(paging.cursor.as_ref());
        let rest: [Value<'static>; 4] =
            [saved_at.into(), id.into(), paging.size.into(), paging.offset().into()];
        let sql = format!(
            "select {COLUMNS}, f.property_id, f.saved_at, case when {SHOWN_TO_SAVERS} then 1 else 0 end, f.saved_price
             from favourites f left join properties p on p.id = f.property_id and p.tenant = f.tenant
             left join property_counts c on c.property_id = p.id and c.tenant = p.tenant
             where f.tenant = $1 and f.user_id = $2 and (f.saved_at, f.property_id) < ($3, $4)
             order by f.saved_at desc, f.property_id desc limit $5 offset $6"
        );
        let rows = self.store.query(&sql, whose.into_iter().chain(rest).collect()).await?;
        let (mut homes, mut next) = (Vec::with_capacity(rows.len()), None);
        for row in &rows {
            let (home, cursor) = SavedHome::read(self, row)?;
            homes.push(home);
            next = Some(cursor);
        }
        Ok(Page::new(paging, homes, total, next.as_ref()))
    }
}
