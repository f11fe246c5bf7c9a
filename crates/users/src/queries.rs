//! Queries: lists from the read model, the document of a person, and the export of a person's events.

pub mod document;
pub mod export;

use domain::search_text::fold;
use domain::{TenantId, Timestamp, UserId};
use http_kit::{Cursor, Page, Paging};
use projection::{Value, ViewError};

use crate::Users;
use document::{AccountActivity, UserDocument};

const COLUMNS: &str = "id, version, username, email, profile, role, status, email_verified, created_at, updated_at,
    last_login, (select count(*) from owned_properties o where o.tenant = users.tenant and o.user_id = users.id)";

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
        let pattern = Value::from(text.map_or_else(|| "%".to_owned(), containing));
        let matching = "tenant = $1 and ($2 = '%' or searchable_names like $2 escape '\\'
                        or searchable_account like $2 escape '\\')";
        let count = format!("select count(*) from users where {matching}");
        let total = self.store.query(&count, vec![tenant.clone(), pattern.clone()]).await?;
        let (created_at, id) = after(paging.cursor.as_ref());
        let sql = format!(
            "select {COLUMNS} from users where {matching} and (created_at, id) < ($3, $4)
             order by created_at desc, id desc limit $5 offset $6"
        );
        let limit = paging.size.into();
        let offset = paging.offset().into();
        let rows = self.store.query(&sql, vec![tenant, pattern, created_at, id, limit, offset]).await?;
        let next = rows.last().map(|row| {
            Cursor(vec![row.int(8).into(), row.text(0).map_or(serde_json::Value::Null, Into::into)])
        });
        let content = rows.iter().filter_map(UserDocument::read).collect();
        let total = total.first().map_or(0, |row| row.count(0));
        Ok(Page::new(paging, content, total, next.as_ref()))
    }

    /// What the read model knows of a person beyond their own stream.
    pub(crate) async fn known(&self, tenant: &TenantId, user: UserId) -> Result<AccountActivity, ViewError> {
        let sql = "select (select last_login from users where tenant = $1 and id = $2),
                   (select count(*) from owned_properties where tenant = $1 and user_id = $2)";
        let rows = self.store.query(sql, vec![tenant.as_str().into(), user.to_string().into()]).await?;
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
