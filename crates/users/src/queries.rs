//! Queries: lists from the read model, the document of a person, and the export of a person's events.

pub mod document;
pub mod export;

use domain::search_text::fold;
use domain::{TenantId, Timestamp, UserId};
use http_kit::{Cursor, Page, Paging, Total};
use projection::list_lengths::length_of;
use projection::{Row, Value, ViewError};

use crate::Users;
use crate::projection::{ACCOUNTS, HOMES};
use document::{AccountActivity, UserDocument};

const COLUMNS: &str =
    "id, version, username, email, profile, role, status, email_verified, created_at, updated_at,
    last_login";

/// The condition that an account matches the pattern in parameter `place`; see [`containing`].
fn matching(place: usize) -> String {
    format!(
        "and (searchable_names like ${place} escape '\\' or searchable_account like ${place} escape '\\')"
    )
}

/// The number of parts of a list's sort key: newest accounts first.
pub const SORT_KEY: usize = 2;

impl Users {
    /// Accounts of a tenant; with `text`, those whose names, e-mail address or user name contain it.
    pub(crate) async fn list(
        &self,
        tenant: &TenantId,
        text: Option<&str>,
        paging: &Paging,
    ) -> Result<Page<UserDocument>, ViewError> {
        let tenant = Value::from(tenant.as_str());
        let total = self.total(&tenant, text, paging).await?;
        let (created_at, id) = after(paging.cursor.as_ref());
        let matching = text.map(|_| matching(6)).unwrap_or_default();
        let homes = length_of(HOMES, "users.id");
        let sql = format!(
            "select {COLUMNS}, {homes} from users where tenant = $1 and (created_at, id) < ($2, $3) {matching}
             order by created_at desc, id desc limit $4 offset $5"
        );
        let mut params = vec![tenant, created_at, id, paging.size.into(), paging.offset().into()];
        params.extend(text.map(|text| containing(text).into()));
        let rows = self.store.query(&sql, params).await?;
        let next = rows.last().map(|row| {
            Cursor(vec![row.int(8).into(), row.text(0).map_or(serde_json::Value::Null, Into::into)])
        });
        let content = rows.iter().filter_map(UserDocument::read).collect();
        Ok(Page::new(paging, content, total, next.as_ref()))
    }

    /// The number of accounts is kept; those that match are counted up to a bound.
    async fn total(
        &self,
        tenant: &Value<'_>,
        text: Option<&str>,
        paging: &Paging,
    ) -> Result<Total, ViewError> {
        let count = |rows: Vec<Row>| rows.first().map_or(0, |row| row.count(0));
        let Some(text) = text else {
            let sql = format!("select {}", length_of(ACCOUNTS, "''"));
            return Ok(Total::Exactly(count(self.store.query(&sql, vec![tenant.clone()]).await?)));
        };
        let matching = matching(2);
        let sql =
            format!("select count(*) from (select 1 from users where tenant = $1 {matching} limit $3) u");
        let params = vec![tenant.clone(), containing(text).into(), paging.count_up_to().into()];
        Ok(Total::counted(paging, count(self.store.query(&sql, params).await?)))
    }

    /// What the read model knows of a person beyond their own stream.
    pub(crate) async fn known(&self, tenant: &TenantId, user: UserId) -> Result<AccountActivity, ViewError> {
        let homes = length_of(HOMES, "$2");
        let sql = format!("select (select last_login from users where tenant = $1 and id = $2), {homes}");
        let rows = self.store.query(&sql, vec![tenant.as_str().into(), user.to_string().into()]).await?;
        let row = rows.first();
        Ok(AccountActivity {
            last_login: row.and_then(|row| row.int(0)).map(Timestamp::from_micros),
            property_count: row.map_or(0, |row| row.count(1)),
        })
    }
}

/// A pattern that finds `text` anywhere, literally, in texts of the form of [`fold`].
fn containing(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in fold(text).chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// The sort key after which a page begins; for the first page, one beyond every key.
fn after(cursor: Option<&Cursor>) -> (Value<'static>, Value<'static>) {
    let parts = cursor.map(|cursor| cursor.0.as_slice());
    match parts {
        Some([at, id]) => {
            (at.as_i64().unwrap_or_default().into(), id.as_str().unwrap_or("").to_owned().into())
        }
        _ => (i64::MAX.into(), String::new().into()),
    }
}
