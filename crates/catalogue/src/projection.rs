//! Folds the journal into the read model of the catalogue.

mod counts;
mod products;
mod sellers;

use ::projection::{Projection, ProjectionError, ViewTx};
use async_trait::async_trait;
use bus::Group;
use domain::activity::ActivityEvent;
use domain::aggregate::Aggregate as _;
use domain::product::{Product, ProductEvent};
use domain::user::{DELETED, User, UserEvent};
use domain::{Envelope, Log};
use journal::AggregateStore;

use crate::surroundings::SurroundingsCache;

/// The consumer group of this read model. Events stay in order per product, and per person for what people do.
pub const GROUP: Group = Group { name: "catalogue-service-group", logs: &Log::ALL, key: partition_key };

/// The kept length: of the products on sale.
pub const ON_SALE: &str = "on-sale";
/// The kept length: of the products that were ever viewed.
pub const VIEWED: &str = "viewed";
/// The kept length: of what a seller has in the catalogue, on sale or not.
pub const OWN: &str = "own";

fn partition_key(envelope: &Envelope) -> Option<String> {
    let stream = &envelope.stream;
    let wanted = match &*stream.kind {
        Product::TYPE => true,
        User::TYPE => [DELETED, "USER_STATUS_CHANGED"].contains(&&*envelope.event_type),
        "activity" => &*envelope.event_type == "ProductViewed",
        "counts" => ["PRODUCT_VIEWS_COUNTED", "PRODUCT_VIEWS_SYNCED"].contains(&&*envelope.event_type),
        _ => false,
    };
    wanted.then(|| format!("{}/{}/{}", stream.tenant, stream.kind, stream.id))
}

/// The projection that maintains the read model.
#[derive(Debug)]
pub struct Products {
    aggregates: AggregateStore,
    around: SurroundingsCache,
}

impl Products {
    pub fn new(aggregates: AggregateStore, around: SurroundingsCache) -> Self {
        Self { aggregates, around }
    }
}

#[async_trait(?Send)]
impl Projection for Products {
    fn name(&self) -> &'static str {
        GROUP.name
    }

    async fn apply(&self, tx: &mut ViewTx<'_>, envelope: &Envelope) -> Result<(), ProjectionError> {
        match &*envelope.stream.kind {
            Product::TYPE => {
                let event = self.aggregates.decode::<ProductEvent>(envelope)?;
                products::apply(tx, envelope, &event).await
            }
            User::TYPE => match self.aggregates.decode::<UserEvent>(envelope)? {
                UserEvent::Deleted { .. } => sellers::gone(tx, envelope).await,
                UserEvent::StatusChanged { to, .. } => sellers::moved(tx, envelope, to.may_sign_in()).await,
                UserEvent::Registered { .. }
                | UserEvent::Updated { .. }
                | UserEvent::VerificationRequested { .. }
                | UserEvent::EmailVerified {}
                | UserEvent::PasswordResetRequested { .. }
                | UserEvent::PasswordChanged { .. }
                | UserEvent::RoleChanged { .. }
                | UserEvent::PropertyCountChanged { .. }
                | UserEvent::IdentityLinked { .. } => Ok(()),
            },
            _ => counts::apply(tx, envelope, &self.aggregates.decode::<ActivityEvent>(envelope)?).await,
        }
    }

    fn committed(&self, batch: &[Envelope]) {
        self.around.committed(batch);
    }

    fn replaced(&self) {
        self.around.forget_all();
    }
}
