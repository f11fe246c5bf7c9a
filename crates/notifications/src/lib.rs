//! Letters to people. One-way: nothing here is asked before an answer, and nothing is answered by it.
//!
//! A letter is written as a file under a name made from its event, channel, recipient and template, before the
//! group's cursor moves past the event: after a crash in between the same letter is written again over itself.
#![warn(missing_docs)]

mod letter;
mod mailbox;
mod outbox;

use std::path::Path;
use std::sync::Arc;

use axum::extract::{FromRef, State};
use axum::http::Uri;
use axum::routing::get;
use bus::{Group, Status};
use domain::{Envelope, Log, Timestamp};
use http_kit::{Caller, Failure, Kit, Params, Reply, Right};
use projection::{ViewError, ViewStore};
use serde::Serialize;

use mailbox::Mailbox;
use outbox::{Outbox, WANTED};

/// The consumer group's name.
const GROUP: &str = "notification-service-group";
const TABLES: &str = include_str!("../migrations/0001_deliveries.sql");
/// Letters shown at once.
const SHOWN: u64 = 200;

/// How letters look from outside.
#[derive(Clone, Debug)]
pub struct MailSettings {
    /// The sender, such as `HyderabadInfra <no-reply@example.com>`.
    pub from: String,
    /// Where people reach the portal; links start with it.
    pub public_url: String,
}

/// Why the service cannot start.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The mailbox cannot be made.
    #[error("the mailbox cannot be opened: {0}")]
    Mailbox(#[from] std::io::Error),
    /// The checkpoint store cannot be opened.
    #[error(transparent)]
    Store(#[from] ViewError),
}

/// The notifications service. Clones share everything.
#[derive(Clone, Debug)]
pub struct Notifications {
    kit: Kit,
    store: ViewStore,
    mailbox: Mailbox,
}

impl Notifications {
    /// Opens the service: its mailbox and its checkpoint lie in `data_dir`.
    ///
    /// # Errors
    /// When one of them cannot be opened.
    pub fn open(kit: Kit, data_dir: &Path, settings: MailSettings) -> Result<Self, OpenError> {
        let mailbox = Mailbox::open(&data_dir.join("mailbox"))?;
        let outbox = Outbox { ledger: kit.ledger.clone(), mailbox: mailbox.clone(), settings };
        let store = ViewStore::open(&data_dir.join("notifications.db"), TABLES, Arc::new(outbox))?;
        Ok(Self { kit, store, mailbox })
    }

    /// What asks for letters, in order per person.
    #[must_use]
    pub fn group() -> Group {
        Group { name: GROUP, logs: &[Log::Facts], key: lane }
    }

    /// The target of the group.
    #[must_use]
    pub fn store(&self) -> &ViewStore {
        &self.store
    }

    /// The mailbox for administrators, of a group that is as far as `status` says.
    pub fn router(&self, status: Status) -> axum::Router {
        let site = Site { notifications: self.clone(), status };
        axum::Router::new().route("/api/v1/admin/mailbox", get(letters)).with_state(site)
    }

    async fn newest(&self, tenant: &str) -> Result<Vec<Letter>, Failure> {
        let sql = "select delivery_id, sent_at from deliveries where tenant = $1
            order by sent_at desc, delivery_id limit $2";
        let rows = self.store.query(sql, vec![tenant.into(), SHOWN.into()]).await?;
        let mailbox = self.mailbox.clone();
        let read = move || {
            let letter = |row: &projection::Row| {
                let name = format!("{}.eml", row.text(0)?);
                let shown = letter::read(&mailbox.read(&name)?)?;
                let sent_at = Timestamp::from_micros(row.int(1)?);
                Some(Letter { name, to: shown.to, subject: shown.subject, sent_at, body: shown.body })
            };
            rows.iter().filter_map(letter).collect()
        };
        tokio::task::spawn_blocking(read).await.map_err(|error| Failure::unavailable(&error))
    }
}

fn lane(envelope: &Envelope) -> Option<String> {
    let stream = &envelope.stream;
    let wanted = &*stream.kind == "user" && WANTED.contains(&&*envelope.event_type);
    wanted.then(|| format!("{}/{}", stream.tenant, stream.id))
}

#[derive(Clone, Debug)]
struct Site {
    notifications: Notifications,
    status: Status,
}

impl FromRef<Site> for Kit {
    fn from_ref(site: &Site) -> Self {
        site.notifications.kit.clone()
    }
}

/// A letter of the mailbox.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Letter {
    name: String,
    to: String,
    subject: String,
    sent_at: Timestamp,
    body: String,
}

async fn letters(State(site): State<Site>, caller: Caller, uri: Uri) -> Result<Reply<Vec<Letter>>, Failure> {
    caller.require(Right::Administer)?;
    Params::read(&uri, &[])?;
    let Notifications { kit, .. } = &site.notifications;
    let freshness = kit.wait_for_own(&site.status, &caller, &[Log::Facts]).await;
    let letters = site.notifications.newest(caller.tenant.as_str()).await?;
    Ok(kit.reply("Mailbox", letters).stale(freshness.is_stale()))
}
