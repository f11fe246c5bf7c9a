//! Queries on the read model.

use std::collections::HashMap;

use ::projection::list_lengths::length_of;
use ::projection::{Row, Value, ViewError, ViewStore};
use domain::fields::Choice;
use domain::property::content::Coordinates;
use domain::property::{Rooms, Status};
use domain::{Paise, PropertyId, TenantId, Timestamp};

use crate::home::{Home, Kind};

/// The columns that [`home`] reads.
const HOME: &str =
    "l.id, l.area, l.property_type, l.listing_type, l.bedrooms, l.price, l.area_sqft, l.age, l.title,
    l.listed_at, l.ended_at";
/// Index of the first column after [`HOME`].
const AFTER_HOME: usize = 11;

/// The list of areas with homes on the market; its length is kept (ADR 48).
pub const AREAS: &str = "areas";

/// The most areas that lie around one.
pub const MOST_AREAS: u64 = 500;

/// The prices of homes, the oldest first, each with its time.
pub type Prices = HashMap<PropertyId, Vec<(Timestamp, Paise)>>;

/// The read model as one tenant sees it.
#[derive(Clone, Copy, Debug)]
pub struct Market<'a> {
    pub store: &'a ViewStore,
    pub tenant: &'a TenantId,
}

/// An area with homes on the market.
#[derive(Clone, Debug, PartialEq)]
pub struct AreaRow {
    pub slug: String,
    /// The middle of its homes.
    pub at: Option<Coordinates>,
}

/// A listing that anybody may see.
#[derive(Clone, Debug)]
pub struct SeenHome {
    pub home: Home,
    pub prices: Vec<(Timestamp, Paise)>,
}

fn unreadable() -> ViewError {
    ViewError::Unavailable("a row of the market's read model cannot be read".into())
}

fn home(row: &Row) -> Option<Home> {
    Some(Home {
        id: row.text(0)?.parse().ok()?,
        area: row.text(1)?.to_owned(),
        kind: Kind::from_words(row.text(2)?, row.text(3)?)?,
        bedrooms: row.int(4).and_then(|halves| u8::try_from(halves).ok()).map(Rooms::from_halves),
        price: Paise::from_paise(row.int(5)?),
        sqft: row.real(6)?,
        age: row.int(7),
        title: row.text(8)?.to_owned(),
        listed_at: Timestamp::from_micros(row.int(9)?),
        ended_at: row.int(10).map(Timestamp::from_micros),
    })
}

fn homes(rows: &[Row]) -> Result<Vec<Home>, ViewError> {
    rows.iter().map(|row| home(row).ok_or_else(unreadable)).collect()
}

/// The middle of `placed` homes, whose coordinates in millionths of a degree have these sums.
#[expect(clippy::cast_precision_loss, reason = "sums of a million homes are exact")]
fn middle(placed: i64, latitudes: i64, longitudes: i64) -> Option<Coordinates> {
    let degrees = |sum: i64| sum as f64 / placed as f64 / 1e6;
    (placed > 0).then(|| Coordinates { lat: degrees(latitudes), lng: degrees(longitudes) })
}

fn area(row: &Row) -> Option<AreaRow> {
    let at = middle(row.int(1)?, row.int(2)?, row.int(3)?);
    Some(AreaRow { slug: row.text(0)?.to_owned(), at })
}

impl Market<'_> {
    async fn ask(&self, sql: &str, more: Vec<Value<'_>>) -> Result<Vec<Row>, ViewError> {
        let mut params: Vec<Value<'_>> = vec![self.tenant.as_str().into()];
        params.extend(more);
        self.store.query(sql, params).await
    }

    /// The areas from the `offset`th on, those with the most homes first, and how many there are in all.
    pub async fn areas(&self, size: u64, offset: u64) -> Result<(Vec<AreaRow>, u64), ViewError> {
        let total = length_of(AREAS, "''");
        let sql = format!(
            "select a.slug, a.placed, a.latitude_sum, a.longitude_sum, {total} from areas a
             where a.tenant = $1 order by a.homes desc, a.slug desc limit $2 offset $3"
        );
        let rows = self.ask(&sql, vec![size.into(), offset.into()]).await?;
        let total = match rows.first() {
            Some(row) => row.count(4),
            None => self.number_of_areas().await?,
        };
        let areas: Option<Vec<AreaRow>> = rows.iter().map(area).collect();
        Ok((areas.ok_or_else(unreadable)?, total))
    }

    async fn number_of_areas(&self) -> Result<u64, ViewError> {
        let rows = self.ask(&format!("select {}", length_of(AREAS, "''")), Vec::new()).await?;
        Ok(rows.first().map_or(0, |row| row.count(0)))
    }

    /// An area, if it has homes on the market.
    pub async fn area(&self, slug: &str) -> Result<Option<AreaRow>, ViewError> {
        let sql = "select a.slug, a.placed, a.latitude_sum, a.longitude_sum from areas a
            where a.slug = $2 and a.tenant = $1";
        let rows = self.ask(sql, vec![slug.into()]).await?;
        rows.first().map(|row| area(row).ok_or_else(unreadable)).transpose()
    }

    /// The homes of an area that are on the market, or were until they were sold or rented, or expired.
    pub async fn homes_of_area(&self, slug: &str) -> Result<Vec<Home>, ViewError> {
        let sql = format!(
            "select {HOME} from listings l where l.tenant = $1 and l.area = $2 and l.presence <> 'HIDDEN'"
        );
        homes(&self.ask(&sql, vec![slug.into()]).await?)
    }

    /// The prices of those homes whose price changed.
    pub async fn prices_of_area(&self, slug: &str) -> Result<Prices, ViewError> {
        let sql = "select p.property_id, p.changed_at, p.price, p.version from listings l
            cross join prices p on p.property_id = l.id and p.tenant = l.tenant
            where l.tenant = $1 and l.area = $2 and l.presence <> 'HIDDEN' and l.repriced = 1";
        let mut found: HashMap<PropertyId, Vec<(u64, Timestamp, Paise)>> = HashMap::new();
        for row in self.ask(sql, vec![slug.into()]).await? {
            let id = row.text(0).and_then(|id| id.parse().ok()).ok_or_else(unreadable)?;
            found.entry(id).or_default().push((row.count(3), moment(&row, 1)?, amount(&row, 2)?));
        }
        let in_order = |mut prices: Vec<(u64, Timestamp, Paise)>| {
            prices.sort_unstable_by_key(|(version, ..)| *version);
            prices.into_iter().map(|(_, at, price)| (at, price)).collect::<Vec<_>>()
        };
        Ok(found.into_iter().map(|(id, prices)| (id, in_order(prices))).collect())
    }

    /// Up to `most` homes of a kind on the market in an area, the newest first.
    pub async fn newest_of_area(&self, slug: &str, kind: Kind, most: u64) -> Result<Vec<Home>, ViewError> {
        let (property_type, listing_type) = kind.words();
        let sql = format!(
            "select {HOME} from listings l where l.tenant = $1 and l.area = $2 and l.property_type = $3
             and l.listing_type = $4 and l.presence = 'LISTED' order by l.listed_at desc, l.id desc limit $5"
        );
        let more = vec![slug.into(), property_type.into(), listing_type.into(), most.into()];
        homes(&self.ask(&sql, more).await?)
    }

    /// Up to `most` homes of a kind on the market, the newest first.
    pub async fn newest(&self, kind: Kind, most: u64) -> Result<Vec<Home>, ViewError> {
        let (property_type, listing_type) = kind.words();
        let sql = format!(
            "select {HOME} from listings l where l.tenant = $1 and l.property_type = $2
             and l.listing_type = $3 and l.presence = 'LISTED' order by l.listed_at desc, l.id desc limit $4"
        );
        homes(&self.ask(&sql, vec![property_type.into(), listing_type.into(), most.into()]).await?)
    }

    /// A listing as anybody may see it: also one that is off the market, but not one that waits for a moderator, or
    /// whose owner is away.
    pub async fn seen(&self, id: PropertyId) -> Result<Option<SeenHome>, ViewError> {
        let sql = format!(
            "select {HOME}, l.status, l.owner_absent, l.owner_gone from listings l
             where l.id = $2 and l.tenant = $1 and l.listed_at is not null"
        );
        let rows = self.ask(&sql, vec![id.to_string().into()]).await?;
        let is_seen = |row: &&Row| {
            let status = row.text(AFTER_HOME).and_then(Status::from_word);
            let is_away = row.int(AFTER_HOME + 1) != Some(0) || row.int(AFTER_HOME + 2) != Some(0);
            status.is_some_and(Status::is_public) && !is_away
        };
        let Some(row) = rows.first().filter(is_seen) else { return Ok(None) };
        let home = home(row).ok_or_else(unreadable)?;
        let sql = "select p.changed_at, p.price from prices p where p.property_id = $2 and p.tenant = $1
            order by p.version";
        let rows = self.ask(sql, vec![id.to_string().into()]).await?;
        let prices: Result<Vec<_>, ViewError> = rows.iter().map(price).collect();
        Ok(Some(SeenHome { home, prices: prices? }))
    }
}

fn price(row: &Row) -> Result<(Timestamp, Paise), ViewError> {
    Ok((moment(row, 0)?, amount(row, 1)?))
}

fn moment(row: &Row, column: usize) -> Result<Timestamp, ViewError> {
    row.int(column).map(Timestamp::from_micros).ok_or_else(unreadable)
}

fn amount(row: &Row, column: usize) -> Result<Paise, ViewError> {
    row.int(column).map(Paise::from_paise).ok_or_else(unreadable)
}
