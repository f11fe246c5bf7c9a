//! Queries for leads.

use ::projection::list_lengths::length_of;
use ::projection::{Row, Value};
use domain::fields::Choice;
use domain::lead::{LeadStatus, Purpose};
use domain::property::content::Contact;
use domain::{Personal, PropertyId, TenantId, Timestamp, UserId};
use http_kit::{Cursor, Failure, Page, Paging, Total};
use serde::de::DeserializeOwned;

use super::bad_cursor;
use crate::App;
use crate::leads::{LeadDocument, Side, title};

const COLUMNS: &str =
    "id, property_id, title, owner_id, seeker_id, purpose, status, seeker, words, note, visit_at,
    version, created_at, updated_at";

impl Side {
    /// The kept length of a person's leads on this side.
    pub fn list(self) -> &'static str {
        match self {
            Self::Owner => "leads received",
            Self::Seeker => "leads sent",
        }
    }
}

/// Which leads a list shows.
#[derive(Clone, Copy, Debug)]
pub struct LeadFilter {
    pub person: UserId,
    pub side: Side,
    pub status: Option<LeadStatus>,
    pub property: Option<PropertyId>,
}

impl App {
    /// Reads a person's leads, newest first.
    pub async fn leads(
        &self,
        tenant: &TenantId,
        wanted: &LeadFilter,
        paging: &Paging,
    ) -> Result<Page<LeadDocument>, Failure> {
        let mut params: Vec<Value<'_>> = vec![tenant.as_str().into(), wanted.person.to_string().into()];
        let column = if wanted.side == Side::Owner { "owner_id" } else { "seeker_id" };
        let mut condition = format!("tenant = $1 and {column} = $2");
        for (column, value) in [
            ("status", wanted.status.map(|status| status.word().to_owned())),
            ("property_id", wanted.property.map(|id| id.to_string())),
        ] {
            let Some(value) = value else { continue };
            params.push(value.into());
            condition = format!("{condition} and {column} = ${}", params.len());
        }
        let total = if params.len() == 2 {
            let length = length_of(wanted.side.list(), "$2");
            let length = self.store.query(&format!("select {length}"), params.clone()).await?;
            Total::Exactly(length.first().map_or(0, |row| row.count(0)))
        } else {
            let bound = params.len() + 1;
            let sql =
                format!("select count(*) from (select 1 from leads where {condition} limit ${bound}) l");
            let counting = params.iter().cloned().chain([paging.count_up_to().into()]).collect();
            let counted = self.store.query(&sql, counting).await?.first().map_or(0, |row| row.count(0));
            Total::counted(paging, counted)
        };
        if let Some(Cursor(parts)) = &paging.cursor {
            params.push(parts[0].as_i64().ok_or_else(bad_cursor)?.into());
            params.push(parts[1].as_str().ok_or_else(bad_cursor)?.to_owned().into());
            condition =
                format!("{condition} and (created_at, id) < (${}, ${})", params.len() - 1, params.len());
        }
        params.extend([paging.size.into(), paging.offset().into()]);
        let (size, offset) = (params.len() - 1, params.len());
        let sql = format!(
            "select {COLUMNS} from leads where {condition}
             order by created_at desc, id desc limit ${size} offset ${offset}"
        );
        let rows = self.store.query(&sql, params).await?;
        let next = rows.last().and_then(|row| Some(Cursor(vec![row.int(12)?.into(), row.text(0)?.into()])));
        let broken = || Failure::unavailable(&"a row of the leads cannot be read");
        let leads = rows.iter().map(|row| document(row, wanted.side).ok_or_else(broken));
        Ok(Page::new(paging, leads.collect::<Result<_, _>>()?, total, next.as_ref()))
    }
}

/// Reads a personal value from a row; `None` if its person has left.
pub fn personal<T: DeserializeOwned>(row: &Row, column: usize) -> Option<T> {
    serde_json::from_str::<Personal<T>>(row.text(column)?).ok()?.into_value()
}

fn document(row: &Row, side: Side) -> Option<LeadDocument> {
    let Contact { name, phone, email } = personal(row, 7).unwrap_or_default();
    Some(LeadDocument {
        id: row.text(0)?.parse().ok()?,
        property_id: row.text(1)?.parse().ok()?,
        title: title(&serde_json::from_str(row.text(2)?).ok()?),
        owner_id: row.text(3)?.parse().ok()?,
        seeker_id: row.text(4)?.parse().ok()?,
        purpose: Purpose::from_word(row.text(5)?)?,
        status: LeadStatus::from_word(row.text(6)?)?,
        name,
        phone,
        email,
        message: personal(row, 8),
        visit_at: row.int(10).map(Timestamp::from_micros),
        note: personal(row, 9).and_then(Personal::into_value).filter(|_: &String| side == Side::Owner),
        version: row.count(11),
        created_at: Timestamp::from_micros(row.int(12)?),
        updated_at: Timestamp::from_micros(row.int(13)?),
    })
}
