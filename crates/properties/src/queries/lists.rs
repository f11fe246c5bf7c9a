//! The lists of homes. A page reads the ids of its homes from an index that holds just its list, in its order, and its
//! total from a kept length. The documents come from the cache, as they are sent; only missing ones are read.

use std::sync::Arc;

use ::projection::list_lengths::length_of;
use ::projection::{Row, Value};
use domain::favourites::Favourites;
use domain::property::Status;
use domain::{PropertyId, TenantId, UserId};
use http_kit::{Cursor, Failure, Page, Paging, Total};
use serde::ser::Error as _;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::favourites::SHOWN_TO_SAVERS;
use super::{COLUMNS, FROM, bad_cursor};
use crate::App;
use crate::listing_cache::{CachedListing, FoundPage, PageKey};

/// The kept lengths: of the homes on the market (of all, and of one owner), of the featured ones among them, of what an
/// owner keeps, of the looks at an owner's contact, and of the moderation queue.
pub const LISTED: &str = "listed";
pub const FEATURED: &str = "featured";
pub const KEPT: &str = "kept";
pub const LOOKS: &str = "looks";
pub const WAITING: &str = "waiting";

/// The condition of the indexes of homes on the market, in their words: SQLite compares the texts.
const ON_THE_MARKET: &str = "p.status = 'ACTIVE' and p.owner_absent = 0";

/// Which homes a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HomeList {
    /// All on the market.
    Market,
    /// The featured ones on the market.
    Featured,
    /// A person's, on the market.
    MarketOf(UserId),
    /// A person's in every status except removed.
    Kept(UserId),
    /// A person's, also removed ones.
    Ever(UserId),
    /// The ones a person saved.
    Saved(UserId),
}

/// The sort order of a list; ties are broken by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sort {
    pub by: SortBy,
    pub descending: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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

impl HomeList {
    /// The condition; `$1` is the tenant, `$2` the list's person.
    fn condition(self) -> String {
        match self {
            Self::Market => format!("p.tenant = $1 and {ON_THE_MARKET}"),
            Self::Featured => format!("p.tenant = $1 and {ON_THE_MARKET} and p.featured = 1"),
            Self::MarketOf(_) => {
                format!("p.owner_id = $2 and p.tenant = $1 and p.status <> 'REMOVED' and {ON_THE_MARKET}")
            }
            Self::Kept(_) => "p.owner_id = $2 and p.tenant = $1 and p.status <> 'REMOVED'".to_owned(),
            Self::Ever(_) => "p.owner_id = $2 and p.tenant = $1".to_owned(),
            Self::Saved(_) => format!("f.user_id = $2 and f.tenant = $1 and {SHOWN_TO_SAVERS}"),
        }
    }

    fn person(self) -> Option<UserId> {
        match self {
            Self::Market | Self::Featured => None,
            Self::MarketOf(person) | Self::Kept(person) | Self::Ever(person) | Self::Saved(person) => {
                Some(person)
            }
        }
    }

    fn table(self) -> &'static str {
        match self {
            Self::Saved(_) => {
                "favourites f join properties p on p.id = f.property_id and p.tenant = f.tenant"
            }
            _ => "properties p",
        }
    }

    fn id(self) -> &'static str {
        if matches!(self, Self::Saved(_)) { "f.property_id" } else { "p.id" }
    }

    /// The total as an SQL expression; `None` if nobody reads it.
    fn total(self) -> Option<String> {
        match self {
            Self::Market => Some(length_of(LISTED, "''")),
            Self::Featured => Some(length_of(FEATURED, "''")),
            Self::MarketOf(_) => Some(length_of(LISTED, "$2")),
            Self::Kept(_) => Some(length_of(KEPT, "$2")),
            // A person saves at most 1,000 homes, and each may leave and enter the list at any time.
            Self::Saved(_) => {
                Some(format!("(select count(*) from {} where {})", self.table(), self.condition()))
            }
            Self::Ever(_) => None,
        }
    }

    /// Whether a home that is known by its document belongs to the list.
    fn holds(self, home: &CachedListing) -> bool {
        let status = home.listing.status;
        let on_the_market = status == Status::Active && !home.owner_absent;
        match self {
            Self::Market => on_the_market,
            Self::Featured => on_the_market && home.listing.featured,
            Self::MarketOf(owner) => on_the_market && home.listing.owner == owner,
            Self::Kept(owner) => status != Status::Removed && home.listing.owner == owner,
            Self::Ever(owner) => home.listing.owner == owner,
            Self::Saved(_) => {
                let hidden = [Status::Removed, Status::Draft, Status::PendingReview, Status::Rejected];
                !hidden.contains(&status) && !home.owner_absent
            }
        }
    }
}

/// A home as it is sent.
#[derive(Clone, Debug)]
pub struct SentHome {
    home: Arc<CachedListing>,
    /// Whether the caller saved it, where they asked for that.
    is_favorited: Option<bool>,
}

impl SentHome {
    fn of(home: Arc<CachedListing>) -> Self {
        Self { home, is_favorited: None }
    }

    /// Says whether it is among these.
    pub fn mark(&mut self, favourites: &Favourites) {
        self.is_favorited = Some(favourites.hold(self.home.listing.id));
    }
}

impl Serialize for SentHome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let body = &self.home.body;
        match self.is_favorited {
            None => body.serialize(serializer),
            Some(saved) => marked(body, saved).map_err(S::Error::custom)?.serialize(serializer),
        }
    }
}

/// A document, which has members, with one more.
fn marked(body: &RawValue, is_favorited: bool) -> serde_json::Result<Box<RawValue>> {
    let members = body.get().strip_suffix('}').unwrap_or_default();
    RawValue::from_string(format!("{members},\"isFavorited\":{is_favorited}}}"))
}

/// The statements of one page.
struct PageQuery<'a> {
    list: HomeList,
    sort: Sort,
    paging: &'a Paging,
    params: Vec<Value<'static>>,
    /// How the page is found: everything after `select`'s columns.
    found: String,
    /// The number of the parameters before those of the page.
    whole: usize,
}

impl<'a> PageQuery<'a> {
    fn new(tenant: &TenantId, list: HomeList, sort: Sort, paging: &'a Paging) -> Result<Self, Failure> {
        let (column, id) = (sort.by.column(), list.id());
        let (order, beyond) = if sort.descending { ("desc", "<") } else { ("asc", ">") };
        let mut params: Vec<Value<'static>> = vec![tenant.to_string().into()];
        params.extend(list.person().map(|person| person.to_string().into()));
        let whole = params.len();
        let mut after = String::new();
        if let Some(Cursor(parts)) = &paging.cursor {
            let key = &parts[0];
            let key = key.as_i64().map(Value::from).or_else(|| key.as_f64().map(Value::from));
            params.push(key.ok_or_else(bad_cursor)?);
            params.push(parts[1].as_str().ok_or_else(bad_cursor)?.to_owned().into());
            after = format!("and ({column}, {id}) {beyond} (${}, ${})", whole + 1, whole + 2);
        }
        params.extend([paging.size.into(), paging.offset().into()]);
        let (size, offset) = (params.len() - 1, params.len());
        let found = format!(
            "from {} where {} {after} order by {column} {order}, {id} {order} limit ${size} offset ${offset}",
            list.table(),
            list.condition()
        );
        Ok(Self { list, sort, paging, params, found, whole })
    }

    /// The ids of the page, the key of each in the list's order, and the list's length.
    fn ids(&self) -> String {
        let total = self.list.total().unwrap_or_else(|| "0".to_owned());
        format!("select {}, {}, {total} {}", self.list.id(), self.sort.by.column(), self.found)
    }

    /// The length alone, for a page without entries.
    fn length(&self) -> Option<(String, Vec<Value<'static>>)> {
        Some((format!("select {}", self.list.total()?), self.params[..self.whole].to_vec()))
    }

    /// The rows of the page, in its order.
    fn rows(&self) -> String {
        let Self { list, sort, found, .. } = self;
        let (order, key) = (if sort.descending { "desc" } else { "asc" }, sort.by.column());
        format!(
            "select {COLUMNS} from (select {id} as id, {key} as place {found}) l
             cross join properties p on p.id = l.id and p.tenant = $1
             left join property_counts c on c.property_id = p.id and c.tenant = p.tenant
             order by l.place {order}, l.id {order}",
            id = list.id(),
        )
    }
}

impl App {
    /// One page of a list.
    pub async fn list(
        &self,
        tenant: &TenantId,
        list: HomeList,
        sort: Sort,
        paging: &Paging,
    ) -> Result<Page<SentHome>, Failure> {
        let asked = PageQuery::new(tenant, list, sort, paging)?;
        let found = self.found(tenant, &asked).await?;
        let homes = if let Some(homes) = self.sent(tenant, list, &found.ids).await? {
            homes
        } else {
            // Something changed between the statements: one statement sees one state.
            let rows = self.store.query(&asked.rows(), asked.params.clone()).await?;
            let read = rows.iter().map(|row| self.read(row).map(|home| SentHome::of(Arc::new(home))));
            read.collect::<Result<_, _>>()?
        };
        let total = match list.total() {
            Some(_) => Total::Exactly(found.length),
            None => Total::of_portion(paging, found.ids.len() as u64),
        };
        Ok(Page::new(paging, homes, total, found.next.as_ref()))
    }

    /// Which homes are on the page: from the cache, unless an event changed a list since.
    async fn found(&self, tenant: &TenantId, asked: &PageQuery<'_>) -> Result<Arc<FoundPage>, Failure> {
        let PageQuery { list, sort, paging, .. } = *asked;
        // What people save changes by other events, and their lists are asked for by one person alone.
        let key = (!matches!(list, HomeList::Saved(_))).then(|| PageKey {
            tenant: tenant.clone(),
            list,
            sort,
            page: paging.page,
            size: paging.size,
            cursor: paging.cursor.as_ref().map(Cursor::encode),
        });
        let pages = &self.caches.pages;
        if let Some(found) = key.as_ref().and_then(|key| pages.get(key)) {
            return Ok(found);
        }
        let ticket = key.as_ref().map(|key| pages.ticket(key));
        let broken = || Failure::unavailable(&"a row of a list of homes cannot be read");
        let rows = self.store.query(&asked.ids(), asked.params.clone()).await?;
        let length = match (rows.first(), asked.length()) {
            (Some(row), _) => row.count(2),
            (None, Some((sql, params))) => {
                self.store.query(&sql, params).await?.first().map_or(0, |row| row.count(0))
            }
            (None, None) => 0,
        };
        let ids = rows.iter().map(|row| row.text(0)?.parse().ok()).collect::<Option<Vec<PropertyId>>>();
        let next = rows.last().and_then(next_cursor);
        let found = Arc::new(FoundPage { ids: ids.ok_or_else(broken)?, length, next });
        if let (Some(key), Some(ticket)) = (&key, ticket) {
            pages.keep(key, ticket, &found);
        }
        Ok(found)
    }

    /// The homes as they are sent. `None` if one of them is not in `list` any more, or not yet: what is cached may be
    /// ahead of the page, or for a moment behind it.
    async fn sent(
        &self,
        tenant: &TenantId,
        list: HomeList,
        ids: &[PropertyId],
    ) -> Result<Option<Vec<SentHome>>, Failure> {
        let cache = &self.caches.listings;
        let mut homes: Vec<Option<SentHome>> = Vec::with_capacity(ids.len());
        let mut missing = Vec::new();
        for (place, id) in ids.iter().enumerate() {
            let key = (tenant.clone(), *id);
            let known = cache.get(&key).filter(|home| list.holds(home));
            if known.is_none() {
                missing.push((place, cache.ticket(&key), key));
            }
            homes.push(known.map(SentHome::of));
        }
        if missing.is_empty() {
            return Ok(homes.into_iter().collect());
        }
        let mut params: Vec<Value<'_>> = vec![tenant.as_str().into()];
        params.extend(missing.iter().map(|(_, _, (_, id))| Value::from(id.to_string())));
        let marks: Vec<String> = (2..=params.len()).map(|number| format!("${number}")).collect();
        let marks = marks.join(", ");
        let sql = format!("select {COLUMNS} from {FROM} where p.id in ({marks}) and p.tenant = $1");
        for row in self.store.query(&sql, params).await? {
            let home = Arc::new(self.read(&row)?);
            let of_home = missing.iter().find(|(_, _, (_, id))| *id == home.listing.id);
            let Some((place, ticket, key)) = of_home else { continue };
            cache.keep(key, *ticket, &home);
            homes[*place] = Some(home).filter(|home| list.holds(home)).map(SentHome::of);
        }
        Ok(homes.into_iter().collect())
    }
}

fn next_cursor(row: &Row) -> Option<Cursor> {
    let key = match row.values().get(1)? {
        Value::Int(number) => (*number).into(),
        Value::Real(number) => (*number).into(),
        _ => return None,
    };
    Some(Cursor(vec![key, row.text(0)?.into()]))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use serde_json::value::{RawValue, to_raw_value};

    use super::marked;

    #[test]
    fn a_mark_is_one_more_member() {
        let body: Box<RawValue> = to_raw_value(&json!({"id": "h", "title": "{}}"})).unwrap();
        assert_eq!(marked(&body, true).unwrap().get(), r#"{"id":"h","title":"{}}","isFavorited":true}"#);
    }
}
