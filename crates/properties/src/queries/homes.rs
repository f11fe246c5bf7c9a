//! A person's own listings, and what others did with them.

use ::projection::Row;
use domain::aggregate::Aggregate as _;
use domain::property::Property;
use domain::{StreamId, Timestamp};
use http_kit::export::{AT_ONCE, ExportedEvent, Portion, Subject};
use http_kit::{Cursor, Failure, Paging};

use super::lists::{HomeList, NEWEST};
use crate::App;

const IDS: &str = "select id, created_at from properties
    where tenant = $1 and owner_id = $2 and (created_at, id) < ($3, $4)
    order by created_at desc, id desc limit $5";

impl App {
    /// The person's listings in every status, including removed ones, newest first.
    pub async fn own_homes(&self, subject: &Subject, after: Option<Cursor>) -> Result<Portion, Failure> {
        let list = HomeList::Ever(subject.user);
        self.list(&subject.tenant, list, NEWEST, &Paging::portion(after)).await?.try_into()
    }

    /// What others did with the person's listings: moderators' decisions and admins' changes. They are read from the
    /// journal, one listing after another, oldest first for each. They do not say who decided.
    pub async fn home_events(&self, subject: &Subject, after: Option<Cursor>) -> Result<Portion, Failure> {
        let rows = self.store.query(IDS, subject.newest_after(after.as_ref())).await?;
        let mut told = Vec::new();
        for id in rows.iter().filter_map(|row| row.text(0)) {
            let stream = StreamId::new(&subject.tenant, Property::TYPE, id);
            let events = self.context.aggregates.journal().read_stream(&stream, 0).await?;
            for event in events.iter().filter(|event| event.user_id != Some(subject.user)) {
                told.push(ExportedEvent::of(&self.context.aggregates, event, subject.user)?);
            }
        }
        let more = rows.len() as u64 >= AT_ONCE;
        Portion::of(told, rows.last().filter(|_| more).and_then(key))
    }
}

fn key(row: &Row) -> Option<Cursor> {
    Some(Cursor::at(Timestamp::from_micros(row.int(1)?), row.text(0)?))
}
