//! Letters to people. One-way: nothing here is asked before an answer, and nothing is answered by it.
//!
//! ```text
//! event -> wanted (a delivery, with the group's cursor) -> courier -> postman -> mailbox
//! ```
//! See [`projection::deliveries`] for what happens in between.
#![warn(missing_docs)]

mod letter;
mod mailbox;
mod postman;
mod wanted;

use std::path::Path;
use std::sync::Arc;

use axum::extract::{FromRef, State};
use axum::http::Uri;
use axum::routing::get;
use bus::{Group, Status};
use domain::{Log, Timestamp};
use http_kit::{Caller, Failure, Kit, Params, Reply, Right};
use projection::deliveries::{self, Book, Courier};
use projection::{ViewError, ViewStore};
use serde::Serialize;
use tokio::sync::Notify;

use mailbox::Mailbox;
use postman::Postman;
use wanted::Wanted;

/// The consumer group's name.
const GROUP: &str = "notification-service-group";
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
    book: Book,
    mailbox: Mailbox,
    settings: MailSettings,
}

impl Notifications {
    /// Opens the service: its mailbox and its checkpoint lie in `data_dir`.
    ///
    /// # Errors
    /// When one of them cannot be opened.
    pub fn open(kit: Kit, data_dir: &Path, settings: MailSettings) -> Result<Self, OpenError> {
        let mailbox = Mailbox::open(&data_dir.join("mailbox"))?;
        let wake = Arc::new(Notify::new());
        let wanted = Wanted { ledger: kit.ledger.clone(), wake: Arc::clone(&wake) };
        let store =
            ViewStore::open(&data_dir.join("notifications.db"), deliveries::TABLES, Arc::new(wanted))?;
        let book = Book::open(&store, wake)?;
        Ok(Self { kit, store, book, mailbox, settings })
    }

    /// What asks for letters, in order per person.
    #[must_use]
    pub fn group() -> Group {
        wanted::READS
    }

    /// Carries the letters. One at a time does: a second one would find nothing left to lease.
    #[must_use]
    pub fn courier(&self, settings: deliveries::Settings) -> Courier {
        let (ledger, book) = (self.kit.ledger.clone(), self.book.clone());
        let clock = ledger.clock().clone();
        let (mailbox, mail) = (self.mailbox.clone(), self.settings.clone());
        let postman = Postman { ledger, book: book.clone(), mailbox, settings: mail };
        Courier::new(book, Arc::new(postman), clock, settings)
    }

    /// What became of the deliveries.
    #[must_use]
    pub fn book(&self) -> &Book {
        &self.book
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
        let sql = "select d.id, d.made_at from delivery d join delivery_states s on s.id = d.id
            where d.tenant = $1 and s.state = 'delivered' order by d.made_at desc, d.id limit $2";
        let rows = self.store.query(sql, vec![tenant.into(), SHOWN.into()]).await?;
        let mailbox = self.mailbox.clone();
        let read = move || {
            let letter = |row: &projection::Row| {
                let name = postman::file(row.text(0)?);
                let shown = letter::read(&mailbox.read(&name)?)?;
                let sent_at = Timestamp::from_micros(row.int(1)?);
                Some(Letter { name, to: shown.to, subject: shown.subject, sent_at, body: shown.body })
            };
            rows.iter().filter_map(letter).collect()
        };
        tokio::task::spawn_blocking(read).await.map_err(|error| Failure::unavailable(&error))
    }
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
    let asked = site.status.watermark()[Log::Facts.index()];
    let tried = tokio::time::timeout(kit.wait, site.notifications.book.tried(asked)).await;
    let carried = tried.map_or(Ok(false), |tried| tried.map(|()| true))?;
    let letters = site.notifications.newest(caller.tenant.as_str()).await?;
    Ok(kit.reply("Mailbox", letters).stale(freshness.is_stale() || !carried))
}
