//! Folds the journal into the listings read model.

mod changes;
pub mod confirmations;
mod counts;
mod leads;
mod listings;
mod looks;
mod membership;
mod photos;
#[cfg(test)]
mod tests;
mod waiting;

use std::sync::Arc;

use ::projection::{ChangedDocument, Projection, ProjectionError, ViewTx};
use async_trait::async_trait;
use bus::Group;
use domain::activity::ActivityEvent;
use domain::aggregate::Aggregate as _;
use domain::favourites::{Favourites, FavouritesEvent};
use domain::file::File;
use domain::lead::{Lead, LeadEvent};
use domain::property::{Property, PropertyEvent};
use domain::report::{Report, ReportEvent};
use domain::user::{DELETED, User, UserEvent};
use domain::{Envelope, Log, PropertyId, TenantId};
use journal::AggregateStore;
use tokio::sync::Notify;

use crate::listing_cache::Caches;

/// The channel of deliveries that give listings commands.
const CHANNEL: &str = "listings";

/// The consumer group of this read model. Events stay in order per listing, and per person for what people do.
pub const GROUP: Group = Group { name: "properties-service-group", logs: &Log::ALL, key: partition_key };

fn partition_key(envelope: &Envelope) -> Option<String> {
    let stream = &envelope.stream;
    let wanted = match &*stream.kind {
        Property::TYPE | Favourites::TYPE | Lead::TYPE | Report::TYPE | "activity" | "counts" => true,
        User::TYPE => {
            [DELETED, "USER_STATUS_CHANGED", "USER_EMAIL_VERIFIED"].contains(&&*envelope.event_type)
        }
        File::TYPE => &*envelope.event_type == "FILE_DELETED",
        _ => false,
    };
    wanted.then(|| format!("{}/{}/{}", stream.tenant, stream.kind, stream.id))
}

/// The projection that maintains the read model.
#[derive(Debug)]
pub struct Listings {
    aggregates: AggregateStore,
    caches: Arc<Caches>,
    /// Wakes the outbox worker.
    wake: Arc<Notify>,
}

impl Listings {
    pub fn new(aggregates: AggregateStore, caches: Arc<Caches>, wake: Arc<Notify>) -> Self {
        Self { aggregates, caches, wake }
    }
}

#[async_trait(?Send)]
impl Projection for Listings {
    fn name(&self) -> &'static str {
        GROUP.name
    }

    async fn apply(&self, tx: &mut ViewTx<'_>, envelope: &Envelope) -> Result<(), ProjectionError> {
        match &*envelope.stream.kind {
            Property::TYPE => {
                let event = self.aggregates.decode::<PropertyEvent>(envelope)?;
                leads::settle(tx, envelope, &event).await?;
                changes::note(tx, envelope, &event).await?;
                listings::apply(tx, envelope, event).await?;
                waiting::update(tx, &envelope.stream.tenant, &envelope.stream.id).await
            }
            File::TYPE => photos::file_deleted(tx, envelope).await,
            Favourites::TYPE => {
                let event = self.aggregates.decode::<FavouritesEvent>(envelope)?;
                counts::favourite(tx, envelope, &event).await
            }
            Lead::TYPE => {
                let event = self.aggregates.decode::<LeadEvent>(envelope)?;
                leads::lead(tx, envelope, &event).await
            }
            Report::TYPE => {
                let event = self.aggregates.decode::<ReportEvent>(envelope)?;
                leads::report(tx, envelope, &event).await?;
                let ReportEvent::Reported(complaint) = &event;
                waiting::update(tx, &envelope.stream.tenant, &complaint.property_id.to_string()).await
            }
            User::TYPE => match self.aggregates.decode::<UserEvent>(envelope)? {
                UserEvent::Deleted { .. } => {
                    listings::owner_gone(tx, envelope).await?;
                    leads::person_gone(tx, envelope).await
                }
                UserEvent::StatusChanged { to, .. } => {
                    listings::owner_moved(tx, envelope, to.may_sign_in()).await
                }
                UserEvent::EmailVerified {} => confirmations::confirmed(tx, envelope).await,
                UserEvent::Registered { .. }
                | UserEvent::Updated { .. }
                | UserEvent::VerificationRequested { .. }
                | UserEvent::PasswordResetRequested { .. }
                | UserEvent::PasswordChanged { .. }
                | UserEvent::RoleChanged { .. }
                | UserEvent::PropertyCountChanged { .. }
                | UserEvent::IdentityLinked { .. } => Ok(()),
            },
            _ => {
                let event = self.aggregates.decode::<ActivityEvent>(envelope)?;
                looks::activity(tx, envelope, &event).await?;
                counts::activity(tx, envelope, &event).await
            }
        }
    }

    fn changed(&self, documents: &[ChangedDocument]) {
        for document in documents {
            if let Ok(property) = document.id.parse() {
                self.caches.listings.forget(&(TenantId::stored(&document.tenant), property));
            }
        }
    }

    fn committed(&self, batch: &[Envelope]) {
        self.wake.notify_one();
        // Nothing else changes what is in which list, or where.
        if batch.iter().any(|event| [Property::TYPE, User::TYPE].contains(&&*event.stream.kind)) {
            self.caches.pages.forget_all();
        }
        for envelope in batch {
            // The user may have left or been suspended, and any cached listing may be theirs.
            if &*envelope.stream.kind == User::TYPE {
                self.caches.listings.forget_all();
            }
            if let Some(property) = changed_by(envelope) {
                self.caches.listings.forget(&(envelope.stream.tenant.clone(), property));
            }
        }
    }

    fn replaced(&self) {
        self.caches.forget_all();
    }
}

/// The listing whose cached document an event drops. No view is among these events: [`Listings::changed`] hears which views
/// were counted, because most looks repeat an earlier one and change nothing.
fn changed_by(envelope: &Envelope) -> Option<PropertyId> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Names {
        property_id: Option<PropertyId>,
    }
    match &*envelope.stream.kind {
        Property::TYPE => envelope.stream.id.parse().ok(),
        Favourites::TYPE | Lead::TYPE | Report::TYPE | File::TYPE => {
            serde_json::from_str::<Names>(&envelope.data).ok()?.property_id
        }
        _ => None,
    }
}
