//! The data export of what a person was told: their inbox, and what became of every e-mail and text message to them.

use std::sync::Arc;

use async_trait::async_trait;
use domain::preferences::Channel;
use domain::{Log, Timestamp};
use http_kit::docs::Listed;
use http_kit::export::{AT_ONCE, ExportPart, Portion, Subject};
use http_kit::{Category, Cursor, Failure, Freshness, Paging};
use projection::Row;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::App;
use crate::http::inbox::{Delivery, Entry};
use crate::projection::homes::INBOX;
use crate::projection::{WITHDRAW, WITHDRAW_ONE, channel_of};

const NOTIFICATIONS: &str = "notifications";
const LETTERS: &str = "letters";

/// Withdrawals are not e-mails, and what is put into an inbox is listed there.
const LOG: &str = "select d.template, d.channel, d.made_at, d.id, s.state, s.tries, s.error, s.at
    from delivery d join delivery_states s on s.id = d.id
    where d.tenant = $1 and d.recipient = $2 and d.template not in ($3, $4) and d.channel <> $5
    and (d.made_at, d.id) < ($6, $7) order by d.made_at desc, d.id desc limit $8";

/// An e-mail or text message, and what became of it. Its text is left out, because it may contain a link that gives
/// access to the account.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ExportedLetter)]
struct Email {
    template: String,
    channel: Option<Channel>,
    created_at: Timestamp,
    delivery: Delivery,
}

impl Email {
    fn read(row: &Row) -> Option<(Self, Cursor)> {
        let created_at = Timestamp::from_micros(row.int(2)?);
        let channel = channel_of(row.text(1)?);
        let delivery = Delivery::read(row, 4)?;
        let letter = Self { template: row.text(0)?.to_owned(), channel, created_at, delivery };
        Some((letter, Cursor::at(created_at, row.text(3)?)))
    }
}

pub fn parts(site: &App) -> Vec<Arc<dyn ExportPart>> {
    vec![Arc::new(Inbox(site.clone())), Arc::new(Emails(site.clone()))]
}

pub fn lists() -> Vec<Listed> {
    vec![Listed::of::<Entry>(NOTIFICATIONS), Listed::of::<Email>(LETTERS)]
}

impl App {
    async fn wait_for(&self, reader: &Subject) -> Freshness {
        self.context().wait_for(&self.status, &reader.tenant, reader.user, &[Log::Facts]).await
    }
}

struct Inbox(App);

#[async_trait]
impl ExportPart for Inbox {
    fn name(&self) -> &'static str {
        NOTIFICATIONS
    }

    fn category(&self) -> Category {
        Category::Notifications
    }

    async fn wait_for(&self, reader: &Subject) -> Freshness {
        self.0.wait_for(reader).await
    }

    async fn portion(&self, subject: &Subject, after: Option<Cursor>) -> Result<Portion, Failure> {
        self.0.inbox(&subject.tenant, subject.user, &Paging::portion(after)).await?.page.try_into()
    }
}

struct Emails(App);

#[async_trait]
impl ExportPart for Emails {
    fn name(&self) -> &'static str {
        LETTERS
    }

    fn category(&self) -> Category {
        Category::Notifications
    }

    async fn wait_for(&self, reader: &Subject) -> Freshness {
        self.0.wait_for(reader).await
    }

    async fn portion(&self, subject: &Subject, after: Option<Cursor>) -> Result<Portion, Failure> {
        let (at, id) = Cursor::newest_after(after.as_ref());
        let params = vec![
            subject.tenant.to_string().into(),
            subject.user.to_string().into(),
            WITHDRAW.into(),
            WITHDRAW_ONE.into(),
            INBOX.into(),
            at.into(),
            id.into(),
            AT_ONCE.into(),
        ];
        let rows = self.0.notifications.store.query(LOG, params).await?;
        let broken = || Failure::unavailable(&"a row of the deliveries cannot be read");
        Portion::keyed(rows.iter().map(|row| Email::read(row).ok_or_else(broken)).collect::<Result<_, _>>()?)
    }
}
