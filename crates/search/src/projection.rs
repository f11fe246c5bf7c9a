//! Folds the journal into the rows that the index is made from.

mod homes;

use std::sync::Arc;

use ::projection::{Projection, ProjectionError, ViewTx};
use async_trait::async_trait;
use bus::Group;
use domain::favourites::FavouritesEvent;
use domain::property::PropertyEvent;
use domain::{Envelope, Log};
use journal::{DecodeError, Ledger};

use crate::progress::Progress;

/// The group of the read model. Order is kept per listing, and per person for what people save.
pub const GROUP: Group = Group { name: "search-index-group", logs: &[Log::Facts], key: lane };

fn lane(envelope: &Envelope) -> Option<String> {
    let stream = &envelope.stream;
    let wanted = match &*stream.kind {
        "property" | "favourite" => true,
        "user" => &*envelope.event_type == "USER_DELETED",
        _ => false,
    };
    wanted.then(|| format!("{}/{}/{}", stream.tenant, stream.kind, stream.id))
}

/// The projection.
#[derive(Debug)]
pub struct Homes {
    ledger: Ledger,
    progress: Arc<Progress>,
}

impl Homes {
    pub fn new(ledger: Ledger, progress: Arc<Progress>) -> Self {
        Self { ledger, progress }
    }

    async fn one(&self, tx: &mut ViewTx<'_>, envelope: &Envelope) -> Result<(), ProjectionError> {
        match &*envelope.stream.kind {
            "property" => {
                let event = self.ledger.decode::<PropertyEvent>(envelope).map_err(unreadable)?;
                homes::apply(tx, envelope, event).await
            }
            "favourite" => {
                let event = self.ledger.decode::<FavouritesEvent>(envelope).map_err(unreadable)?;
                homes::saved(tx, envelope, &event).await
            }
            _ => homes::owner_gone(tx, envelope).await,
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "passed to map_err")]
fn unreadable(error: DecodeError) -> ProjectionError {
    ProjectionError::Event(error.to_string())
}

#[async_trait(?Send)]
impl Projection for Homes {
    fn name(&self) -> &'static str {
        GROUP.name
    }

    async fn apply(&self, tx: &mut ViewTx<'_>, batch: &[Envelope]) -> Result<(), ProjectionError> {
        for envelope in batch {
            self.one(tx, envelope).await?;
        }
        Ok(())
    }

    fn erases(&self, event: &Envelope) -> bool {
        &*event.stream.kind == "user"
    }

    /// Before waiting readers go on: they then wait for the index to have this, too.
    fn committed(&self, batch: &[Envelope]) {
        if let Some(newest) = batch.iter().map(|envelope| envelope.position.seq).max() {
            self.progress.rows_changed(newest);
        }
    }

    fn replaced(&self) {
        self.progress.rows_changed(0);
    }
}
