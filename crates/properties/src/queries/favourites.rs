//! Everything a person saved, including listings that they may not see now.

use ::projection::Row;
use domain::{PropertyId, Timestamp};
use http_kit::export::Subject;
use http_kit::{Cursor, Failure};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::{COLUMNS, TOTAL};
use crate::App;
use crate::document::Document;

/// The condition for a saved listing to be shown to the person who saved it.
pub const SHOWN_TO_SAVERS: &str = "p.status not in ('REMOVED', 'DRAFT', 'PENDING_REVIEW', 'REJECTED')
    and p.owner_absent = 0";

/// A listing that the person saved.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Favorite {
    property_id: PropertyId,
    saved_at: Timestamp,
    /// The listing as it is now; null while it is not visible.
    #[schema(value_type = Option<Document<'static>>)]
    property: Option<Box<RawValue>>,
}

impl Favorite {
    fn read(app: &App, row: &Row) -> Result<(Self, Cursor), Failure> {
        let broken = || Failure::unavailable(&"a row of the favourites cannot be read");
        let property_id = row.text(TOTAL).and_then(|id| id.parse().ok()).ok_or_else(broken)?;
        let saved_at = row.int(TOTAL + 1).map(Timestamp::from_micros).ok_or_else(broken)?;
        let shown = row.int(TOTAL + 2) == Some(1);
        let property = if shown { Some(app.read(row)?.body) } else { None };
        Ok((Self { property_id, saved_at, property }, Cursor::at(saved_at, &property_id)))
    }
}

impl App {
    /// Everything a person saved, most recently saved first, each with its cursor.
    pub async fn saved(
        &self,
        subject: &Subject,
        after: Option<&Cursor>,
    ) -> Result<Vec<(Favorite, Cursor)>, Failure> {
        let sql = format!(
            "select {COLUMNS}, f.property_id, f.saved_at, case when {SHOWN_TO_SAVERS} then 1 else 0 end
             from favourites f left join properties p on p.id = f.property_id and p.tenant = f.tenant
             left join property_counts c on c.property_id = p.id and c.tenant = p.tenant
             where f.tenant = $1 and f.user_id = $2 and (f.saved_at, f.property_id) < ($3, $4)
             order by f.saved_at desc, f.property_id desc limit $5"
        );
        let rows = self.store.query(&sql, subject.newest_after(after)).await?;
        rows.iter().map(|row| Favorite::read(self, row)).collect()
    }
}
