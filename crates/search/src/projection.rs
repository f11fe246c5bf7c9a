//! Folds the journal into the rows from which the index is built.

mod homes;

use std::sync::Arc;

use ::projection::{IndexProgress, Projection, ProjectionError, ViewTx};
use async_trait::async_trait;
use bus::Group;
use domain::aggregate::Aggregate as _;
use domain::favourites::{Favourites, FavouritesEvent};
use domain::property::{Property, PropertyEvent};
use domain::saved_search::{SavedSearch, SavedSearchEvent};
use domain::user::{DELETED, User, UserEvent};
use domain::{Envelope, Log};
use journal::AggregateStore;

use crate::saved::alerts::{Alerts, News};
use crate::saved::projection;

/// The consumer group of the read model. Order is kept per listing, and per person for what people save.
pub const GROUP: Group = Group { name: "search-index-group", logs: &[Log::Facts], key: partition_key };

fn partition_key(envelope: &Envelope) -> Option<String> {
    let stream = &envelope.stream;
    let wanted = match &*stream.kind {
        Property::TYPE | Favourites::TYPE | SavedSearch::TYPE => true,
        User::TYPE => [DELETED, "USER_STATUS_CHANGED"].contains(&&*envelope.event_type),
        _ => false,
    };
    wanted.then(|| format!("{}/{}/{}", stream.tenant, stream.kind, stream.id))
}

/// The projection of listings and saved searches.
#[derive(Debug)]
pub struct Homes {
    aggregates: AggregateStore,
    progress: Arc<IndexProgress>,
    alerts: Alerts,
}

impl Homes {
    pub fn new(aggregates: AggregateStore, progress: Arc<IndexProgress>, alerts: Alerts) -> Self {
        Self { aggregates, progress, alerts }
    }
}

#[async_trait(?Send)]
impl Projection for Homes {
    fn name(&self) -> &'static str {
        GROUP.name
    }

    fn version(&self) -> u32 {
        3
    }

    async fn apply(&self, tx: &mut ViewTx<'_>, envelope: &Envelope) -> Result<(), ProjectionError> {
        match &*envelope.stream.kind {
            Property::TYPE => {
                let event = self.aggregates.decode::<PropertyEvent>(envelope)?;
                let news = News::of(&event);
                homes::apply(tx, envelope, event).await?;
                match news {
                    Some(news) => self.alerts.apply(tx, envelope, news).await,
                    None => Ok(()),
                }
            }
            Favourites::TYPE => {
                let event = self.aggregates.decode::<FavouritesEvent>(envelope)?;
                homes::saved(tx, envelope, &event).await
            }
            SavedSearch::TYPE => {
                let event = self.aggregates.decode::<SavedSearchEvent>(envelope)?;
                projection::apply(tx, envelope, event).await
            }
            _ => match self.aggregates.decode::<UserEvent>(envelope)? {
                UserEvent::Deleted { .. } => {
                    projection::owner_gone(tx, envelope).await?;
                    homes::owner_gone(tx, envelope).await
                }
                UserEvent::StatusChanged { to, .. } => {
                    homes::owner_moved(tx, envelope, to.may_sign_in()).await
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
            },
        }
    }

    /// Runs before waiting readers continue, so they also wait for the index to contain this batch.
    fn committed(&self, batch: &[Envelope]) {
        if let Some(newest) = batch.iter().map(|envelope| envelope.position.seq).max() {
            self.progress.rows_changed(newest);
        }
        if batch.iter().any(|envelope| self.erases(envelope)) {
            self.alerts.forget();
        }
        self.alerts.wake.notify_one();
    }

    fn replaced(&self) {
        self.alerts.forget();
        self.progress.rows_changed(0);
    }
}
