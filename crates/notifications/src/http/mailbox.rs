//! Shows administrators what was sent and what became of it, with the e-mails in the local mailbox. For trying the
//! portal without a mail server, it shows everybody their own.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::http::StatusCode;
use domain::{Log, Timestamp, UserId};
use http_kit::ApiResponse;
use http_kit::{Caller, Failure, Query, Reply, Right};
use projection::{Row, Value};
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::inbox::Delivery;
use crate::channel::file;
use crate::mailbox::Mailbox;
use crate::projection::homes::INBOX;
use crate::projection::{WITHDRAW, WITHDRAW_ONE};
use crate::{Notifications, email};

/// Maximum number of deliveries shown.
const SHOWN: u64 = 200;
const COLUMNS: &str = "d.id, d.made_at, d.channel, d.template, s.state, s.tries, s.error, s.at, d.recipient";
const SENT: &str = "d.tenant = $1 and d.template not in ($2, $3) and d.channel <> $4
    and s.state not in ('not_wanted', 'left_out')";

/// A delivery, with its e-mail if that is in the local mailbox.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Email {
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
    responses((status = 200, description = "The newest 200", body = ApiResponse<Vec<Email>>)),
)]
pub async fn letters(
    State(site): State<App>,
    caller: Caller,
    Query(nothing): Query<()>,
) -> Result<Reply<Vec<Email>>, Failure> {
    caller.require(Right::Administer)?;
    nothing?;
    let is_stale = site.is_behind(&caller).await?;
    let (letters, recipients) = site.notifications.newest(caller.tenant.as_str(), None).await?;
    caller.looks_at(site.context(), recipients, "GET /api/v1/admin/mailbox").await?;
    Ok(site.context().reply("Mailbox", letters).stale(is_stale))
}

/// `GET /api/mailbox`: the caller's own e-mails, with their codes. Where e-mails are sent, there is no such mailbox.
#[utoipa::path(
    get,
    path = "/api/mailbox",
    summary = "The caller's own e-mails, where the server keeps them for trying things out",
    responses(
        (status = 200, description = "The newest 200", body = ApiResponse<Vec<Email>>),
        (status = 404, description = "`mail.show_codes` is off: e-mails are read where they are sent to"),
    ),
)]
pub async fn own(
    State(site): State<App>,
    caller: Caller,
    Query(nothing): Query<()>,
) -> Result<Reply<Vec<Email>>, Failure> {
    let person = caller.person()?;
    nothing?;
    if !site.notifications.settings.show_codes {
        let message = "this server shows nobody their e-mails; they are in your own mailbox";
        return Err(Failure::new(StatusCode::NOT_FOUND, "NO_LOCAL_MAILBOX", message));
    }
    let is_stale = site.is_behind(&caller).await?;
    let (letters, _) = site.notifications.newest(caller.tenant.as_str(), Some(person.user)).await?;
    Ok(site.context().reply("Mailbox", letters).stale(is_stale))
}

impl App {
    /// Waits, for a limited time, until what the caller's own actions asked for was sent. Returns whether it was not.
    async fn is_behind(&self, caller: &Caller) -> Result<bool, Failure> {
        let context = self.context();
        let freshness = context.wait_for_own(&self.status, caller, &[Log::Facts]).await;
        let asked = self.status.watermark()[Log::Facts.index()];
        let tried = tokio::time::timeout(context.wait, self.notifications.outbox.tried(asked)).await;
        let carried = tried.map_or(Ok(false), |tried| tried.map(|()| true))?;
        Ok(freshness.is_stale() || !carried)
    }
}

impl Notifications {
    /// The newest e-mails, to everybody or to one person, and the people they were sent to.
    async fn newest(
        &self,
        tenant: &str,
        to: Option<UserId>,
    ) -> Result<(Vec<Email>, BTreeSet<UserId>), Failure> {
        let mut values: Vec<Value<'_>> =
            vec![tenant.into(), WITHDRAW.into(), WITHDRAW_ONE.into(), INBOX.into(), SHOWN.into()];
        let mut condition = SENT.to_owned();
        if let Some(person) = to {
            condition.push_str(" and d.recipient = $6");
            values.push(person.to_string().into());
        }
        let sql = format!(
            "select {COLUMNS} from delivery d join delivery_states s on s.id = d.id where {condition}
             order by d.made_at desc, d.id desc limit $5"
        );
        let rows = self.store.query(&sql, values).await?;
        let recipients = rows.iter().filter_map(|row| row.text(8)?.parse().ok()).collect();
        let mailbox = self.mailbox.clone();
        let codes = self.settings.show_codes;
        let read = move || rows.iter().filter_map(|row| shown(&mailbox, row, codes)).collect();
        let letters =
            tokio::task::spawn_blocking(read).await.map_err(|error| Failure::unavailable(&error))?;
        Ok((letters, recipients))
    }
}

fn shown(mailbox: &Mailbox, row: &Row, codes: bool) -> Option<Email> {
    let name = file(row.text(0)?);
    let template = row.text(3)?.to_owned();
    let here = mailbox.read(&name).and_then(|file| email::read::read(&file));
    let (to, subject, body) = match here {
        Some(here) if codes => (Some(here.to), here.subject, Some(here.body)),
        Some(here) => (Some(here.to), here.subject, Some(without_codes(&here.body))),
        None => (None, template, None),
    };
    let sent_at = Timestamp::from_micros(row.int(1)?);
    let channel = row.text(2)?.to_owned();
    let delivery = Delivery::read(row, 4)?;
    Some(Email { name, to, subject, sent_at, body, channel, delivery })
}

/// The link parameters that contain codes.
const CODES: [&str; 2] = ["code=", "token="];
const MASK: &str = "…";

/// Masks the codes in the links of an e-mail: a code gives access to anybody who has it.
fn without_codes(body: &str) -> String {
    let mut masked = body.to_owned();
    for member in CODES {
        let mut from = 0;
        while let Some(found) = masked[from..].find(member) {
            let start = from + found + member.len();
            let part = &masked[start..];
            let end = part.find(|c: char| !c.is_ascii_alphanumeric() && !"-_.%".contains(c));
            masked.replace_range(start..start + end.unwrap_or(part.len()), MASK);
            from = start + MASK.len();
        }
    }
    masked
}

#[cfg(test)]
mod tests {
    use super::without_codes;

    #[test]
    fn a_code_is_not_shown_and_everything_else_is() {
        let body = "Open https://homes.example/reset-password?token=0197-ab.C_d&next=/\nand https://homes.example/verify-email?userId=u&code=xyz\nBye";
        let masked = "Open https://homes.example/reset-password?token=…&next=/\nand https://homes.example/verify-email?userId=u&code=…\nBye";
        assert_eq!(without_codes(body), masked);
        assert_eq!(without_codes("no link"), "no link");
    }
}
