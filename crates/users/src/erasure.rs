//! Erases people who close their account. Their encryption key is destroyed, and with it everything encrypted under
//! it, in the journal and in every copy. Read models, sessions and the mailbox remove what they hold in clear.
//!
//! ```text
//! USER_DELETED -> a delivery -> outbox worker -> sessions ended -> key destroyed -> PERSONAL_DATA_ERASED (receipt)
//! ```
//! Closing the account ends its sessions, too; this step ends any that a crash left open.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use bus::Group;
use domain::aggregate::Aggregate as _;
use domain::audit::AuditEvent;
use domain::user::{DELETED, User};
use domain::{Actor, Envelope, Log, Metadata, StreamId, Version};
use journal::{Append, AppendError, Expected, Refused, UniqueKeys};
use projection::deliveries::{
    self, Delivery, DeliveryHandler, DeliveryLookup, DeliveryOutcome, LeasedDelivery, Outbox, OutboxWorker,
};
use projection::{Projection, ProjectionError, ViewError, ViewStore, ViewTx};
use tokio::sync::Notify;

use crate::Users;
use crate::commands::Ending;

const GROUP: &str = "erasure-service-group";

/// Destroys the keys of people who left. Clones share everything.
#[derive(Clone, Debug)]
pub struct Erasures {
    users: Users,
    store: ViewStore,
    outbox: Outbox,
}

impl Erasures {
    /// Opens `<views_dir>/erasures.db`.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(users: Users, views_dir: &Path) -> Result<Self, ViewError> {
        let wake = Arc::new(Notify::new());
        let asked = Arc::new(ErasureWake(Arc::clone(&wake)));
        let store = ViewStore::open(&views_dir.join("erasures.db"), deliveries::TABLES, asked)?;
        let outbox = Outbox::open(&store, wake)?;
        Ok(Self { users, store, outbox })
    }

    /// The consumer group that reads account deletions.
    #[must_use]
    pub fn group() -> Group {
        Group { name: GROUP, logs: &[Log::Facts], key: who_left }
    }

    /// The read model that the group fills.
    #[must_use]
    pub fn store(&self) -> &ViewStore {
        &self.store
    }

    /// The outbox with the state of each erasure.
    #[must_use]
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// The worker that destroys the keys.
    #[must_use]
    pub fn worker(&self, settings: deliveries::Settings) -> OutboxWorker {
        let clock = self.users.context.aggregates.clock().clone();
        OutboxWorker::new(self.outbox.clone(), Arc::new(Destroyer(self.users.clone())), clock, settings)
    }
}

fn who_left(event: &Envelope) -> Option<String> {
    (&*event.stream.kind == User::TYPE && &*event.event_type == DELETED).then(|| event.stream.to_string())
}

struct ErasureWake(Arc<Notify>);

#[async_trait(?Send)]
impl Projection for ErasureWake {
    fn name(&self) -> &'static str {
        GROUP
    }

    async fn apply(&self, tx: &mut ViewTx<'_>, event: &Envelope) -> Result<(), ProjectionError> {
        Delivery { event, channel: "keys", recipient: &event.stream.id, template: "erase" }.add(tx).await?;
        Ok(())
    }

    fn committed(&self, _: &[Envelope]) {
        self.0.notify_one();
    }
}

struct Destroyer(Users);

#[async_trait]
impl DeliveryHandler for Destroyer {
    async fn carry(&self, order: &LeasedDelivery) -> DeliveryOutcome {
        self.destroy(order).await.map_or_else(DeliveryOutcome::Failed, |()| DeliveryOutcome::Delivered)
    }

    /// Always safe to repeat: destroying a key again is harmless.
    async fn look_up(&self, _: &LeasedDelivery) -> DeliveryLookup {
        DeliveryLookup::Missing
    }
}

impl Destroyer {
    async fn destroy(&self, order: &LeasedDelivery) -> Result<(), String> {
        let tenant = order.tenant.clone();
        let user = order.recipient;
        let left = Actor { tenant: tenant.clone(), user: Some(user), metadata: Metadata::default() };
        let ended = self.0.try_end_sessions(&left, user, Version::MAX, Ending::Deleted).await;
        ended.map_err(|failure| failure.to_string())?;
        self.0.sessions.forget_clients(&tenant, user).await.map_err(|error| error.to_string())?;
        let aggregates = self.0.context.aggregates.clone();
        let erased = tokio::task::spawn_blocking(move || aggregates.erase(&tenant, user)).await;
        erased.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
        self.receipt(order).await
    }

    /// Records the erasure, once.
    async fn receipt(&self, order: &LeasedDelivery) -> Result<(), String> {
        let aggregates = &self.0.context.aggregates;
        let actor = Actor { tenant: order.tenant.clone(), user: None, metadata: Metadata::default() };
        let erased = AuditEvent::Erased { subject_id: order.recipient };
        let now = aggregates.clock().now();
        let append = Append {
            stream: StreamId::new(&order.tenant, "erasure", order.recipient),
            expected: Expected::Exactly(0),
            events: aggregates.encode_all(&actor, &[erased], now).map_err(|error| error.to_string())?,
            unique_keys: UniqueKeys::default(),
            limits: Vec::new(),
            idempotency: None,
        };
        match aggregates.journal().append(append).await {
            Ok(_) | Err(AppendError::Refused(Refused::Conflict { .. })) => Ok(()),
            Err(error) => Err(error.to_string()),
        }
    }
}
