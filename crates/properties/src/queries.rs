//! Queries on the listings read model.

pub mod favourites;
pub mod homes;
pub mod leads;
pub mod looks;
pub mod queue;

use std::sync::Arc;

use ::projection::{Row, Value};
use domain::fields::Choice;
use domain::property::{Content, Judged, Listing, Status};
use domain::{Paise, PropertyId, TenantId, Timestamp, Version};
use http_kit::{Cursor, Failure, Page, Paging};
use serde_json::value::RawValue;

use crate::App;
use crate::document::{Counts, Document};
use crate::listing_cache::CachedListing;

/// The columns that [`App::read`] reads.
const COLUMNS: &str =
    "p.id, p.owner_id, p.status, p.featured, p.verified, p.source_reference, p.content, p.version,
    p.created_at, p.updated_at, p.price, p.area_sqft, c.views, c.visitors, c.favourites,
    exists (select 1 from erased_people g where g.user_id = p.owner_id and g.tenant = p.tenant),
    (select i.images from property_images i where i.property_id = p.id and i.tenant = p.tenant),
    exists (select 1 from absent_owners a where a.user_id = p.owner_id and a.tenant = p.tenant),
    p.awaits_confirmation";
const FROM: &str = "properties p left join property_counts c on c.property_id = p.id and c.tenant = p.tenant";
/// Index of the first column after [`COLUMNS`].
const TOTAL: usize = 19;

/// Which listings a list shows, and in which order.
#[derive(Clone, Debug)]
pub struct Selection<'a> {
    /// An SQL condition on `p` and `f`; its parameters start at `$2`.
    pub condition: &'a str,
    pub params: Vec<Value<'a>>,
    /// A further table to join.
    pub join: &'a str,
    pub sort: Sort,
}

/// The sort order of a list; ties are broken by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    pub by: SortBy,
    pub descending: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortBy {
    CreatedAt,
    Price,
    Area,
    SavedAt,
}

impl SortBy {
    /// The values of `sortBy`; clients may write them in any case.
    pub const WORDS: [(&'static str, Self); 5] = [
        ("createdAt", Self::CreatedAt),
        ("newest", Self::CreatedAt),
        ("price", Self::Price),
        ("areaSqft", Self::Area),
        ("area", Self::Area),
    ];

    fn column(self) -> &'static str {
        match self {
            Self::CreatedAt => "p.created_at",
            Self::Price => "p.price",
            Self::Area => "p.area_sqft",
            Self::SavedAt => "f.saved_at",
        }
    }
}

pub const NEWEST: Sort = Sort { by: SortBy::CreatedAt, descending: true };

impl App {
    /// Reads one page of `selection` in one statement. An empty page needs a second one for the total.
    pub async fn list(
        &self,
        tenant: &TenantId,
        selection: Selection<'_>,
        paging: &Paging,
    ) -> Result<Page<Box<RawValue>>, Failure> {
        let Selection { condition, params: given, join, sort } = selection;
        let column = sort.by.column();
        let (order, beyond) = if sort.descending { ("desc", "<") } else { ("asc", ">") };
        let mut params = vec![Value::from(tenant.as_str())];
        params.extend(given);
        let base = format!("from {FROM} {join} where p.tenant = $1 and {condition}");
        let mut after = String::new();
        if let Some(Cursor(parts)) = &paging.cursor {
            let number = parts[0].as_f64().ok_or_else(bad_cursor)?;
            let id = parts[1].as_str().ok_or_else(bad_cursor)?;
            after = format!("and ({column}, p.id) {beyond} (${}, ${})", params.len() + 1, params.len() + 2);
            params.push(number.into());
            params.push(id.into());
        }
        let (size, offset) = (params.len() + 1, params.len() + 2);
        params.push(paging.size.into());
        params.push(paging.offset().into());
        let sql = format!(
            "select {COLUMNS}, (select count(*) {base}), {column} {base} {after}
             order by {column} {order}, p.id {order} limit ${size} offset ${offset}"
        );
        let rows = self.store.query(&sql, params.clone()).await?;
        let total = match rows.first() {
            Some(row) => row.count(TOTAL),
            None => {
                self.total(&base, &params[..params.len() - 2 - if after.is_empty() { 0 } else { 2 }]).await?
            }
        };
        let next = rows.last().and_then(next_cursor);
        let bodies =
            rows.iter().map(|row| self.read(row).map(|known| known.body)).collect::<Result<Vec<_>, _>>()?;
        Ok(Page::new(paging, bodies, total, next.as_ref()))
    }

    async fn total(&self, base: &str, params: &[Value<'_>]) -> Result<u64, Failure> {
        let rows = self.store.query(&format!("select count(*) {base}"), params.to_vec()).await?;
        Ok(rows.first().map_or(0, |row| row.count(0)))
    }

    /// Reads a listing from the read model, or from the cache if it is there.
    pub async fn known(
        &self,
        tenant: &TenantId,
        id: PropertyId,
    ) -> Result<Option<Arc<CachedListing>>, Failure> {
        let key = (tenant.clone(), id);
        if let Some(found) = self.listing_cache.get(&key) {
            return Ok(Some(found));
        }
        let _turn = self.listing_cache.turn(&key).await;
        if let Some(found) = self.listing_cache.get(&key) {
            return Ok(Some(found));
        }
        let ticket = self.listing_cache.ticket(&key);
        let sql = format!("select {COLUMNS} from {FROM} where p.id = $2 and p.tenant = $1");
        let rows = self.store.query(&sql, vec![tenant.as_str().into(), id.to_string().into()]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let found = Arc::new(self.read(row)?);
        self.listing_cache.keep(&key, ticket, &found);
        Ok(Some(found))
    }
}

fn bad_cursor() -> Failure {
    Failure::invalid(domain::FieldErrors::one("cursor", "is not one of ours; take it from the page before"))
}

fn next_cursor(row: &Row) -> Option<Cursor> {
    let key = match row.values().get(TOTAL + 1)? {
        Value::Int(number) => (*number).into(),
        Value::Real(number) => (*number).into(),
        _ => return None,
    };
    Some(Cursor(vec![key, row.text(0)?.into()]))
}

impl App {
    /// The document of a listing, with the addresses of its photos.
    pub fn document<'a>(&self, listing: &'a Listing, version: Version, counts: Counts) -> Document<'a> {
        Document::of(listing, version, counts, self.context.photos.base_url())
    }

    /// Reads a row of [`COLUMNS`].
    fn read(&self, row: &Row) -> Result<CachedListing, Failure> {
        let broken = || Failure::unavailable(&"a row of the listings read model cannot be read");
        let at = |column| row.int(column).map(Timestamp::from_micros).ok_or_else(broken);
        let content: Content =
            row.text(6).and_then(|text| serde_json::from_str(text).ok()).ok_or_else(broken)?;
        let images = row.text(16).map(serde_json::from_str).transpose().map_err(|_| broken())?;
        let listing = Listing {
            id: row.text(0).and_then(|id| id.parse().ok()).ok_or_else(broken)?,
            owner: row.text(1).and_then(|id| id.parse().ok()).ok_or_else(broken)?,
            status: row.text(2).and_then(Status::from_word).ok_or_else(broken)?,
            content,
            source_reference: row.text(5).map(str::to_owned),
            featured: row.int(3) == Some(1),
            verified: row.int(4) == Some(1),
            awaits_confirmation: row.int(18) == Some(1),
            images: images.unwrap_or_default(),
            judged: Judged::default(),
            created_at: at(8)?,
            updated_at: at(9)?,
        };
        let version = row.count(7);
        let counts = Counts { views: row.count(12), visitors: row.count(13), favourites: row.count(14) };
        debug_assert_eq!(row.int(10).map(Paise::from_paise), Some(listing.content.price));
        let body = serde_json::value::to_raw_value(&self.document(&listing, version, counts))
            .map_err(|_| broken())?;
        let (owner_gone, owner_absent) = (row.int(15) == Some(1), row.int(17) == Some(1));
        Ok(CachedListing { listing, version, counts, owner_gone, owner_absent, body })
    }
}
