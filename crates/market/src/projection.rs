//! Folds the events of listings, and of their owners' accounts, into the rows that figures are made from.

mod areas;
mod listings;
mod owners;
mod row;

use std::sync::Arc;

use ::projection::{Projection, ProjectionError, ViewTx};
use async_trait::async_trait;
use bus::Group;
use domain::aggregate::Aggregate as _;
use domain::property::{Property, PropertyEvent};
use domain::user::{DELETED, User, UserEvent};
use domain::{Envelope, Log};
use journal::AggregateStore;

use crate::caches::Caches;

/// The consumer group. Order is kept per listing, and per person for what happens to their account.
pub const GROUP: Group = Group { name: "market-service-group", logs: &[Log::Facts], key: partition_key };

fn partition_key(envelope: &Envelope) -> Option<String> {
    let stream = &envelope.stream;
    let wanted = match &*stream.kind {
        Property::TYPE => true,
        User::TYPE => [DELETED, "USER_STATUS_CHANGED"].contains(&&*envelope.event_type),
        _ => false,
    };
    wanted.then(|| format!("{}/{}/{}", stream.tenant, stream.kind, stream.id))
}

/// The projection of listings.
#[derive(Debug)]
pub struct Listings {
    aggregates: AggregateStore,
    caches: Arc<Caches>,
}

impl Listings {
    pub fn new(aggregates: AggregateStore, caches: Arc<Caches>) -> Self {
        Self { aggregates, caches }
    }
}

#[async_trait(?Send)]
impl Projection for Listings {
    fn name(&self) -> &'static str {
        GROUP.name
    }

    async fn apply(&self, tx: &mut ViewTx<'_>, envelope: &Envelope) -> Result<(), ProjectionError> {
        if &*envelope.stream.kind == Property::TYPE {
            let event = self.aggregates.decode::<PropertyEvent>(envelope)?;
            return listings::apply(tx, &self.caches, envelope, event).await;
        }
        match self.aggregates.decode::<UserEvent>(envelope)? {
            UserEvent::Deleted { .. } => owners::gone(tx, &self.caches, envelope).await,
            UserEvent::StatusChanged { to, .. } => {
                owners::moved(tx, &self.caches, envelope, to.may_sign_in()).await
            }
            UserEvent::Registered { .. }
            | UserEvent::Updated { .. }
            | UserEvent::VerificationRequested { .. }
            | UserEvent::EmailVerified {}
            | UserEvent::PasswordResetRequested { .. }
            | UserEvent::PasswordChanged { .. }
            | UserEvent::RoleChanged { .. }
            | UserEvent::PropertyCountChanged { .. }
            | UserEvent::IdentityLinked { .. } => Ok(()),
        }
    }

    fn committed(&self, batch: &[Envelope]) {
        if batch.iter().any(|event| self.erases(event)) {
            self.caches.forget_all();
        } else {
            self.caches.forget_touched();
        }
    }

    fn replaced(&self) {
        self.caches.forget_all();
    }
}
