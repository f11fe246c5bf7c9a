//! Queries on the listings read model.

pub mod favourites;
pub mod homes;
pub mod leads;
pub mod lists;
pub mod looks;
pub mod news;
pub mod queue;
pub mod saved_homes;

use std::sync::Arc;

use ::projection::Row;
use domain::fields::Choice;
use domain::property::{Content, EarlierPrice, Judged, Listing, Status};
use domain::{Paise, PropertyId, TenantId, Timestamp, Version};
use http_kit::Failure;

use crate::App;
use crate::document::{Counts, Document};
use crate::listing_cache::CachedListing;

/// The columns that [`App::read`] reads.
const COLUMNS: &str =
    "p.id, p.owner_id, p.status, p.featured, p.verified, p.source_reference, p.content, p.version,
    p.created_at, p.updated_at, p.price, p.area_sqft, c.views, c.visitors, c.favourites,
    exists (select 1 from erased_people g where g.user_id = p.owner_id and g.tenant = p.tenant),
    (select i.images from property_images i where i.property_id = p.id and i.tenant = p.tenant),
    p.owner_absent, p.awaits_confirmation, p.previous_price, p.price_changed_at";
const FROM: &str = "properties p left join property_counts c on c.property_id = p.id and c.tenant = p.tenant";
/// Index of the first column after [`COLUMNS`].
const TOTAL: usize = 21;

impl App {
    /// Reads a listing from the read model, or from the cache if it is there.
    pub async fn known(
        &self,
        tenant: &TenantId,
        id: PropertyId,
    ) -> Result<Option<Arc<CachedListing>>, Failure> {
        let key = (tenant.clone(), id);
        if let Some(found) = self.caches.listings.get(&key) {
            return Ok(Some(found));
        }
        let _turn = self.caches.listings.turn(&key).await;
        if let Some(found) = self.caches.listings.get(&key) {
            return Ok(Some(found));
        }
        let ticket = self.caches.listings.ticket(&key);
        let sql = format!("select {COLUMNS} from {FROM} where p.id = $2 and p.tenant = $1");
        let rows = self.store.query(&sql, vec![tenant.as_str().into(), id.to_string().into()]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let found = Arc::new(self.read(row)?);
        self.caches.listings.keep(&key, ticket, &found);
        Ok(Some(found))
    }
}

fn bad_cursor() -> Failure {
    Failure::invalid(domain::FieldErrors::one("cursor", "is not one of ours; take it from the page before"))
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
        let earlier_price = row.int(19).zip(row.int(20)).map(|(price, until)| EarlierPrice {
            price: Paise::from_paise(price),
            until: Timestamp::from_micros(until),
        });
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
            earlier_price,
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
