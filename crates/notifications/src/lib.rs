//! E-mails and text messages to people. The service is one-way: no response waits for it, and it reports nothing
//! back.
//!
//! ```text
//! event -> wanted (a delivery, with the group's cursor) -> outbox worker -> postman -> mailbox, mail server, SMS
//!   ^--- NOTIFICATION_REQUESTED for the inbox, of enquiries and listings ---'
//! ```
//! See [`::projection::deliveries`] for what happens in between.
#![warn(missing_docs)]

mod channel;
mod email;
mod exported;
mod http;
mod mailbox;
mod projection;
mod sender;
mod site;
mod stop;
mod template;

use std::path::Path;
use std::sync::Arc;

use ::projection::deliveries::{self, Outbox, OutboxWorker};
use ::projection::{ViewError, ViewStore, list_lengths};
use bus::Group;
use http_kit::{AppContext, Documentation, OutboxGroup, ReadModel, Routes, Service};
use tokio::sync::Notify;

pub use channel::smtp::{SmtpAddressError, SmtpServer};
pub use channel::twilio::{Twilio, TwilioAccount, TwilioAccountError};
use channel::{Line, Lines, Transport};
use mailbox::Mailbox;
use projection::NotificationsProjection;
use projection::budget::Budgets;
use sender::NotificationSender;
pub use site::{MailSettings, MailSite};

/// The consumer group's name.
const GROUP: &str = "notification-service-group";

/// The external servers for e-mails and text messages. Without one, they are written to files in the mailbox.
#[derive(Debug, Default)]
pub struct Outside {
    /// The mail server.
    pub mail: Option<SmtpServer>,
    /// The SMS provider.
    pub texts: Option<Twilio>,
}

/// Why the service cannot start.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The mailbox cannot be created.
    #[error("the mailbox cannot be opened: {0}")]
    Mailbox(#[from] std::io::Error),
    /// The checkpoint store cannot be opened.
    #[error(transparent)]
    Store(#[from] ViewError),
}

/// The notifications service. Clones share everything.
#[derive(Clone, Debug)]
pub struct Notifications {
    context: AppContext,
    store: ViewStore,
    outbox: Outbox,
    mailbox: Mailbox,
    lines: Arc<Lines>,
    settings: MailSettings,
}

impl Notifications {
    /// Opens the service, with its mailbox and its checkpoint in `data_dir`.
    ///
    /// # Errors
    /// When one of them cannot be opened.
    pub fn open(
        context: AppContext,
        data_dir: &Path,
        settings: MailSettings,
        outside: Outside,
    ) -> Result<Self, OpenError> {
        let mailbox = Mailbox::open(&data_dir.join("mailbox"))?;
        let local = || Transport::Mailbox(mailbox.clone());
        let line = |name, way| Line::new(name, way, &context.breakers, context.aggregates.clock().clone());
        let lines = Lines {
            letters: line(email::CHANNEL, outside.mail.map_or_else(local, Transport::Smtp)),
            texts: line(channel::TEXTS, outside.texts.map_or_else(local, Transport::Twilio)),
        };
        let wake = Arc::new(Notify::new());
        let budgets = Budgets(settings.per_day.clone());
        let wanted = NotificationsProjection {
            aggregates: context.aggregates.clone(),
            budgets,
            wake: Arc::clone(&wake),
        };
        let tables = [
            deliveries::TABLES,
            list_lengths::TABLE,
            projection::TABLES,
            projection::homes::TABLES,
            projection::budget::TABLES,
        ]
        .concat();
        let store = ViewStore::open(&data_dir.join("notifications.db"), &tables, Arc::new(wanted))?;
        let outbox = Outbox::open(&store, wake)?;
        Ok(Self { context, store, outbox, mailbox, lines: Arc::new(lines), settings })
    }

    /// The consumer group for events that request e-mails, in order per person.
    #[must_use]
    pub fn group() -> Group {
        projection::READS
    }

    /// The outbox worker that sends the e-mails. Only one works at a time: a second one would find nothing left to
    /// lease. Deliveries that leave the machine are leased one by one, so that at most one is in doubt when the
    /// process dies.
    #[must_use]
    pub fn worker(&self, mut settings: deliveries::Settings) -> OutboxWorker {
        if self.lines.are_remote() {
            settings.batch = 1;
        }
        let aggregates = self.context.aggregates.clone();
        let outbox = self.outbox.clone();
        let clock = aggregates.clock().clone();
        let (mailbox, lines, settings_of_mail) =
            (self.mailbox.clone(), Arc::clone(&self.lines), self.settings.clone());
        let store = self.store.clone();
        let postman = NotificationSender {
            aggregates,
            outbox: outbox.clone(),
            store,
            mailbox,
            lines,
            settings: settings_of_mail,
        };
        OutboxWorker::new(outbox, Arc::new(postman), clock, settings)
    }

    /// The outbox, which knows the state of each delivery.
    #[must_use]
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// The store that the consumer group writes to.
    #[must_use]
    pub fn store(&self) -> &ViewStore {
        &self.store
    }

    /// The service's API documentation.
    #[must_use]
    pub fn documentation() -> Documentation {
        let mut operations = http::routes().into_openapi();
        operations.merge(http::of_people().into_openapi());
        Documentation { operations, exported: exported::lists() }
    }

    /// The service.
    #[must_use]
    pub fn service(&self, workers: deliveries::Settings) -> Service {
        let notifications = self.clone();
        Service {
            name: "notifications",
            port: 8085,
            read_models: vec![ReadModel { group: Self::group(), store: self.store.clone() }],
            outboxes: vec![OutboxGroup {
                group: GROUP,
                outbox: self.outbox.clone(),
                worker: self.worker(workers),
            }],
            tasks: Vec::new(),
            routes: Box::new(move |groups| {
                let status = groups.status(&Self::group())?;
                let site = http::App { notifications, status };
                Ok(Routes { export: exported::parts(&site), ..Routes::new(http::router(site)) })
            }),
        }
    }
}
