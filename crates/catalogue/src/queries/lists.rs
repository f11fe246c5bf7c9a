//! The lists of products. Each order has its index, and a projection keeps the lengths.

use ::projection::list_lengths::length_of;
use ::projection::{Row, Value};
use domain::{TenantId, UserId};
use http_kit::{Cursor, Failure, Page, Paging, Total};

use super::{AFTER, COLUMNS, FROM, StoredProduct};
use crate::AppParts;
use crate::projection::{ON_SALE, OWN};

/// Which products a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProductList {
    /// All on sale.
    OnSale,
    /// A seller's, on sale or not, in the order of their numbers.
    Own(UserId),
}

/// The sort order of a list; ties are broken by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    pub by: SortBy,
    pub descending: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortBy {
    CreatedAt,
    UpdatedAt,
    Name,
    Price,
    Popularity,
}

impl SortBy {
    /// The values of `sortBy`.
    pub const WORDS: [(&'static str, Self); 5] = [
        ("createdAt", Self::CreatedAt),
        ("updatedAt", Self::UpdatedAt),
        ("name", Self::Name),
        ("price", Self::Price),
        ("popularityScore", Self::Popularity),
    ];

    fn column(self) -> &'static str {
        match self {
            Self::CreatedAt => "p.created_at",
            Self::UpdatedAt => "p.updated_at",
            Self::Name => "p.name",
            Self::Price => "p.price",
            Self::Popularity => "p.popularity",
        }
    }
}

impl ProductList {
    /// The condition; `$1` is the tenant, `$2` the seller, if there is one.
    fn condition(self) -> &'static str {
        match self {
            Self::OnSale => "p.tenant = $1 and p.status = 'ACTIVE' and p.seller_absent = 0",
            Self::Own(_) => "p.seller_id = $2 and p.tenant = $1",
        }
    }

    fn total(self) -> String {
        match self {
            Self::OnSale => length_of(ON_SALE, "''"),
            Self::Own(_) => length_of(OWN, "$2"),
        }
    }
}

fn bad_cursor() -> Failure {
    Failure::invalid(domain::FieldErrors::one("cursor", "is not one of ours; take it from the page before"))
}

impl AppParts {
    /// One page of a list.
    pub async fn list(
        &self,
        tenant: &TenantId,
        list: ProductList,
        sort: Sort,
        paging: &Paging,
    ) -> Result<Page<StoredProduct>, Failure> {
        let mut params: Vec<Value<'static>> = vec![tenant.to_string().into()];
        let column = match list {
            ProductList::OnSale => sort.by.column(),
            ProductList::Own(seller) => {
                params.push(seller.to_string().into());
                "p.number"
            }
        };
        let whole = params.clone();
        let (order, beyond) = if sort.descending { ("desc", "<") } else { ("asc", ">") };
        let mut after = String::new();
        if let Some(Cursor(parts)) = &paging.cursor {
            let key = parts.first().and_then(|key| {
                key.as_i64().map(Value::from).or_else(|| key.as_str().map(|text| text.to_owned().into()))
            });
            let number = parts.get(1).and_then(serde_json::Value::as_i64);
            params.extend([key.ok_or_else(bad_cursor)?, number.ok_or_else(bad_cursor)?.into()]);
            after = format!("and ({column}, p.number) {beyond} (${}, ${})", params.len() - 1, params.len());
        }
        params.extend([paging.size.into(), paging.offset().into()]);
        let sql = format!(
            "select {COLUMNS}, {column}, {total} from {FROM} where {condition} {after}
             order by {by} limit ${size} offset ${offset}",
            by = if column == "p.number" {
                format!("p.number {order}")
            } else {
                format!("{column} {order}, p.number {order}")
            },
            total = list.total(),
            condition = list.condition(),
            size = params.len() - 1,
            offset = params.len(),
        );
        let rows = self.store.query(&sql, params).await?;
        let total = if let Some(row) = rows.first() {
            row.count(AFTER + 1)
        } else {
            let rows = self.store.query(&format!("select {}", list.total()), whole).await?;
            rows.first().map_or(0, |row| row.count(0))
        };
        let broken = || Failure::unavailable(&"a row of the catalogue cannot be read");
        let products = rows.iter().map(|row| StoredProduct::read(row).ok_or_else(broken));
        let products = products.collect::<Result<Vec<_>, _>>()?;
        let next = rows.last().and_then(next_cursor);
        Ok(Page::new(paging, products, Total::Exactly(total), next.as_ref()))
    }
}

fn next_cursor(row: &Row) -> Option<Cursor> {
    let key = match row.values().get(AFTER)? {
        Value::Int(number) => (*number).into(),
        Value::Text(text) => text.as_ref().into(),
        _ => return None,
    };
    Some(Cursor(vec![key, row.count(0).into()]))
}
