//! Queries for who was shown the contact of a person's listings.

use std::collections::HashMap;

use ::projection::list_lengths::length_of;
use ::projection::{Row, Value};
use domain::user::User;
use domain::{PropertyId, TenantId, Timestamp, UserId};
use http_kit::{Cursor, Failure, Page, Paging};

use super::bad_cursor;
use super::lists::LOOKS;
use crate::App;
use crate::looks::{ContactLook, Looker};

impl App {
    /// Who was shown the contact of an owner's listings, newest first.
    pub async fn contact_looks(
        &self,
        tenant: &TenantId,
        (owner, property): (UserId, Option<PropertyId>),
        paging: &Paging,
    ) -> Result<Page<ContactLook>, Failure> {
        let mut params: Vec<Value<'_>> = vec![tenant.as_str().into(), owner.to_string().into()];
        let mut condition = "owner_id = $2 and tenant = $1".to_owned();
        if let Some(property) = property {
            params.push(property.to_string().into());
            condition.push_str(" and property_id = $3");
        }
        let whose = if property.is_some() { "$2 || '/' || $3" } else { "$2" };
        let length = format!("select {}", length_of(LOOKS, whose));
        let total = self.store.query(&length, params.clone()).await?.first().map_or(0, |row| row.count(0));
        if let Some(Cursor(parts)) = &paging.cursor {
            params.push(parts[0].as_i64().ok_or_else(bad_cursor)?.into());
            params.push(parts[1].as_str().ok_or_else(bad_cursor)?.to_owned().into());
            let (at, id) = (params.len() - 1, params.len());
            condition = format!("{condition} and (looked_at, id) < (${at}, ${id})");
        }
        params.extend([paging.size.into(), paging.offset().into()]);
        let (size, offset) = (params.len() - 1, params.len());
        let sql = format!(
            "select id, property_id, person_id, looked_at from contact_looks where {condition}
             order by looked_at desc, id desc limit ${size} offset ${offset}"
        );
        let rows = self.store.query(&sql, params).await?;
        let next = rows.last().and_then(|row| Some(Cursor(vec![row.int(3)?.into(), row.text(0)?.into()])));
        let looks = self.told(tenant, &rows).await?;
        Ok(Page::new(paging, looks, total, next.as_ref()))
    }

    /// Converts rows to documents. The title is the listing's current one. The person is loaded from the journal,
    /// which knows at once when somebody left.
    async fn told(&self, tenant: &TenantId, rows: &[Row]) -> Result<Vec<ContactLook>, Failure> {
        let broken = || Failure::unavailable(&"a row of the looks cannot be read");
        let (mut people, mut titles) = (HashMap::new(), HashMap::new());
        let mut looks = Vec::with_capacity(rows.len());
        for row in rows {
            let id = |column| row.text(column).ok_or_else(broken);
            let (property, person) = (id(1)?, id(2)?);
            let property_id: PropertyId = property.parse().map_err(|_| broken())?;
            if !titles.contains_key(property) {
                let home = self.known(tenant, property_id).await?;
                titles.insert(property, home.and_then(|home| home.listing.content.title.as_ref().cloned()));
            }
            if !people.contains_key(person) {
                let (user, _) = self.context.aggregates.load::<User>(tenant, person).await?;
                people.insert(person, Looker::of(user.person.as_ref()));
            }
            looks.push(ContactLook {
                id: id(0)?.parse().map_err(|_| broken())?,
                property_id,
                title: titles[property].clone(),
                looked_at: row.int(3).map(Timestamp::from_micros).ok_or_else(broken)?,
                looked_by: people[person].clone(),
            });
        }
        Ok(looks)
    }
}
