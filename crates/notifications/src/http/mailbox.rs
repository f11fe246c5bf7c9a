//! What was sent and what became of it, for administrators; with the letters that lie in the local mailbox.

use axum::extract::State;
use axum::http::Uri;
use domain::{Log, Timestamp};
use http_kit::Envelope;
use http_kit::{Caller, Failure, Params, Reply, Right};
use projection::{Row, Value};
use serde::Serialize;
use utoipa::ToSchema;

use super::Site;
use super::inbox::Delivery;
use crate::channel::file;
use crate::mailbox::Mailbox;
use crate::wanted::homes::INBOX;
use crate::wanted::{WITHDRAW, WITHDRAW_ONE};
use crate::{Notifications, letter};

/// Deliveries shown at once.
const SHOWN: u64 = 200;
const NEWEST: &str = "select d.id, d.made_at, d.channel, d.template, s.state, s.tries, s.error, s.at
    from delivery d join delivery_states s on s.id = d.id
    where d.tenant = $1 and d.template not in ($2, $3) and d.channel <> $4
    and s.state not in ('not_wanted', 'left_out') order by d.made_at desc, d.id limit $5";

/// A delivery, and its letter when that is here.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Letter {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    subject: String,
    sent_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    channel: String,
    delivery: Delivery,
}

#[utoipa::path(
    get,
    path = "/api/v1/admin/mailbox",
    summary = "What was sent, and what became of it",
    responses((status = 200, description = "The newest 200", body = Envelope<Vec<Letter>>)),
)]
pub async fn letters(
    State(site): State<Site>,
    caller: Caller,
    uri: Uri,
) -> Result<Reply<Vec<Letter>>, Failure> {
    caller.require(Right::Administer)?;
    Params::read(&uri, &[])?;
    let kit = site.kit();
    let freshness = kit.wait_for_own(&site.status, &caller, &[Log::Facts]).await;
    let asked = site.status.watermark()[Log::Facts.index()];
    let tried = tokio::time::timeout(kit.wait, site.notifications.book.tried(asked)).await;
    let carried = tried.map_or(Ok(false), |tried| tried.map(|()| true))?;
    let letters = site.notifications.newest(caller.tenant.as_str()).await?;
    Ok(kit.reply("Mailbox", letters).stale(freshness.is_stale() || !carried))
}

impl Notifications {
    async fn newest(&self, tenant: &str) -> Result<Vec<Letter>, Failure> {
        let values: Vec<Value<'_>> =
            vec![tenant.into(), WITHDRAW.into(), WITHDRAW_ONE.into(), INBOX.into(), SHOWN.into()];
        let rows = self.store.query(NEWEST, values).await?;
        let mailbox = self.mailbox.clone();
        let read = move || rows.iter().filter_map(|row| shown(&mailbox, row)).collect();
        tokio::task::spawn_blocking(read).await.map_err(|error| Failure::unavailable(&error))
    }
}

fn shown(mailbox: &Mailbox, row: &Row) -> Option<Letter> {
    let name = file(row.text(0)?);
    let template = row.text(3)?.to_owned();
    let here = mailbox.read(&name).and_then(|file| letter::read::read(&file));
    let (to, subject, body) = match here {
        Some(here) => (Some(here.to), here.subject, Some(here.body)),
        None => (None, template, None),
    };
    let sent_at = Timestamp::from_micros(row.int(1)?);
    let (channel, delivery) = (row.text(2)?.to_owned(), Delivery::read(row, 4)?);
    Some(Letter { name, to, subject, sent_at, body, channel, delivery })
}
