//! Whoever closes their account is forgotten: their key is destroyed, and with it everything sealed with it, in the
//! journal and wherever it was copied to. Read models, sessions and the mailbox see to what they hold in clear.
//!
//! ```text
//! USER_DELETED -> a delivery -> courier -> key destroyed -> PERSONAL_DATA_ERASED, the receipt
//! ```

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use bus::Group;
use domain::audit::AuditEvent;
use domain::{Actor, Envelope, Log, Metadata, StreamId};
use journal::{Append, AppendError, Claims, Expected, Ledger, Refused};
use projection::deliveries::{self, Book, Carrier, Courier, Delivery, Found, Order, Outcome};
use projection::{Projection, ProjectionError, ViewError, ViewStore, ViewTx};
use tokio::sync::Notify;

use crate::projection::DELETED;

const GROUP: &str = "erasure-service-group";

/// Destroys the keys of people who left. Clones share everything.
#[derive(Clone, Debug)]
pub struct Erasures {
    ledger: Ledger,
    store: ViewStore,
    book: Book,
}

impl Erasures {
    /// Opens `<views_dir>/erasures.db`.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(ledger: Ledger, views_dir: &Path) -> Result<Self, ViewError> {
        let wake = Arc::new(Notify::new());
        let asked = Arc::new(Asked(Arc::clone(&wake)));
        let store = ViewStore::open(&views_dir.join("erasures.db"), deliveries::TABLES, asked)?;
        let book = Book::open(&store, wake)?;
        Ok(Self { ledger, store, book })
    }

    /// Who left.
    #[must_use]
    pub fn group() -> Group {
        Group { name: GROUP, logs: &[Log::Facts], key: who_left }
    }

    /// The target of the group.
    #[must_use]
    pub fn store(&self) -> &ViewStore {
        &self.store
    }

    /// What became of each.
    #[must_use]
    pub fn book(&self) -> &Book {
        &self.book
    }

    /// Destroys keys.
    #[must_use]
    pub fn courier(&self, settings: deliveries::Settings) -> Courier {
        let clock = self.ledger.clock().clone();
        Courier::new(self.book.clone(), Arc::new(Destroyer(self.ledger.clone())), clock, settings)
    }
}

fn who_left(event: &Envelope) -> Option<String> {
    (&*event.stream.kind == "user" && &*event.event_type == DELETED).then(|| event.stream.to_string())
}

struct Asked(Arc<Notify>);

#[async_trait(?Send)]
impl Projection for Asked {
    fn name(&self) -> &'static str {
        GROUP
    }

    async fn apply(&self, tx: &mut ViewTx<'_>, batch: &[Envelope]) -> Result<(), ProjectionError> {
        for event in batch {
            Delivery { event, channel: "keys", recipient: &event.stream.id, template: "erase" }
                .add(tx)
                .await?;
        }
        Ok(())
    }

    fn committed(&self, _: &[Envelope]) {
        self.0.notify_one();
    }
}

struct Destroyer(Ledger);

#[async_trait]
impl Carrier for Destroyer {
    async fn carry(&self, order: &Order) -> Outcome {
        let (ledger, tenant, user) = (self.0.clone(), order.tenant.clone(), order.recipient);
        let erased = tokio::task::spawn_blocking(move || ledger.erase(&tenant, user)).await;
        let told = match erased {
            Ok(Ok(())) => self.receipt(order).await,
            Ok(Err(error)) => Err(error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        told.map_or_else(Outcome::Failed, |()| Outcome::Delivered)
    }

    /// Destroying a key again is harmless.
    async fn look_up(&self, _: &Order) -> Found {
        Found::Missing
    }
}

impl Destroyer {
    /// Says that it is done, once.
    async fn receipt(&self, order: &Order) -> Result<(), String> {
        let actor = Actor { tenant: order.tenant.clone(), user: None, metadata: Metadata::default() };
        let erased = AuditEvent::Erased { subject_id: order.recipient };
        let now = self.0.clock().now();
        let append = Append {
            stream: StreamId::new(&order.tenant, "erasure", order.recipient),
            expected: Expected::Exactly(0),
            events: self.0.encode_all(&actor, &[erased], now).map_err(|error| error.to_string())?,
            claims: Claims::default(),
            idempotency: None,
        };
        match self.0.journal().append(append).await {
            Ok(_) | Err(AppendError::Refused(Refused::Conflict { .. })) => Ok(()),
            Err(error) => Err(error.to_string()),
        }
    }
}
