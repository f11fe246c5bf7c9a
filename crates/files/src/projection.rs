//! Folds the journal into the files read model, and requests the removal of the bytes of files that are gone.

use std::sync::Arc;

use ::projection::deliveries::Delivery;
use ::projection::{Projection, ProjectionError, ViewTx};
use async_trait::async_trait;
use bus::Group;
use domain::aggregate::Aggregate as _;
use domain::file::{File, FileContent, FileEvent};
use domain::user::{DELETED, User};
use domain::{Envelope, Log};
use journal::AggregateStore;
use tokio::sync::Notify;

/// The consumer group of this read model. Erasing a person waits for no other event.
pub const GROUP: Group = Group { name: "files-service-group", logs: &[Log::Facts], key: partition_key };

/// The channel and the template of deliveries that remove bytes.
const CHANNEL: &str = "files";
const REMOVE: &str = "remove-bytes";

fn partition_key(envelope: &Envelope) -> Option<String> {
    let stream = &envelope.stream;
    match (&*stream.kind, &*envelope.event_type) {
        (File::TYPE, _) => Some(stream.to_string()),
        (User::TYPE, DELETED) => Some(format!("{stream}/gone")),
        _ => None,
    }
}

/// The projection that maintains the read model.
pub struct Projected {
    aggregates: AggregateStore,
    wake: Arc<Notify>,
}

impl Projected {
    pub fn new(aggregates: AggregateStore, wake: Arc<Notify>) -> Self {
        Self { aggregates, wake }
    }

    async fn file(&self, tx: &mut ViewTx<'_>, envelope: &Envelope) -> Result<(), ProjectionError> {
        match self.aggregates.decode::<FileEvent>(envelope)? {
            FileEvent::Uploaded { owner_id, name, content, .. } => {
                let owner = owner_id.to_string();
                let gone = tx.is_erased(&envelope.stream.tenant, &owner).await?;
                let content = if gone { String::new() } else { written(&content)? };
                let row = [
                    envelope.stream.tenant.as_str().into(),
                    (&*envelope.stream.id).into(),
                    owner.as_str().into(),
                    name.filter(|_| !gone).and_then(domain::Personal::into_value).into(),
                    content.into(),
                    gone.into(),
                    envelope.version.into(),
                    envelope.timestamp.micros().into(),
                ];
                tx.execute(
                    "insert into files (tenant, id, owner_id, name, content, gone, version, created_at)
                     values ($1, $2, $3, $4, $5, $6, $7, $8)",
                    &row,
                )
                .await?;
                // Uploaded while its owner was leaving.
                if gone { remove(tx, envelope, &owner).await } else { Ok(()) }
            }
            FileEvent::Optimized { content, .. } => optimized(tx, envelope, &content).await,
            FileEvent::Deleted { .. } => deleted(tx, envelope).await,
        }
    }
}

async fn remove(tx: &mut ViewTx<'_>, event: &Envelope, owner: &str) -> Result<(), ProjectionError> {
    Delivery { event, channel: CHANNEL, recipient: owner, template: REMOVE }.add(tx).await?;
    Ok(())
}

async fn optimized(
    tx: &mut ViewTx<'_>,
    envelope: &Envelope,
    content: &FileContent,
) -> Result<(), ProjectionError> {
    let content = written(content)?;
    let tenant = envelope.stream.tenant.as_str().into();
    let id = (&*envelope.stream.id).into();
    let set = "content = case when gone = 0 then $4 else content end";
    tx.next_version("files", envelope, set, [content.into()]).await?;
    let sql = "select owner_id from files where id = $2 and tenant = $1 and gone = 1";
    // Re-encoded while its owner was leaving.
    match tx.query(sql, &[tenant, id]).await?.first().and_then(|row| row.text(0)) {
        Some(owner) => remove(tx, envelope, owner).await,
        None => Ok(()),
    }
}

fn written(content: &FileContent) -> Result<String, ProjectionError> {
    serde_json::to_string(content).map_err(|error| ProjectionError::Event(error.to_string()))
}

async fn deleted(tx: &mut ViewTx<'_>, envelope: &Envelope) -> Result<(), ProjectionError> {
    tx.next_version("files", envelope, "gone = 1, name = null, content = ''", []).await?;
    let tenant = envelope.stream.tenant.as_str().into();
    let id = (&*envelope.stream.id).into();
    let found = tx.query("select owner_id from files where id = $2 and tenant = $1", &[tenant, id]).await?;
    let owner = found.first().and_then(|row| row.text(0)).unwrap_or_default().to_owned();
    remove(tx, envelope, &owner).await
}

/// The owner left: deletes the names and the content of their files from the read model, and requests the removal of
/// the bytes.
async fn owner_gone(tx: &mut ViewTx<'_>, envelope: &Envelope) -> Result<(), ProjectionError> {
    let keys = [envelope.stream.tenant.as_str().into(), (&*envelope.stream.id).into()];
    tx.execute(
        "update files set gone = 1, name = null, content = '' where owner_id = $2 and tenant = $1 and gone = 0",
        &keys,
    )
    .await?;
    remove(tx, envelope, &envelope.stream.id).await
}

#[async_trait(?Send)]
impl Projection for Projected {
    fn name(&self) -> &'static str {
        GROUP.name
    }

    async fn apply(&self, tx: &mut ViewTx<'_>, envelope: &Envelope) -> Result<(), ProjectionError> {
        match &*envelope.stream.kind {
            File::TYPE => self.file(tx, envelope).await?,
            _ => owner_gone(tx, envelope).await?,
        }
        Ok(())
    }

    fn committed(&self, _: &[Envelope]) {
        self.wake.notify_one();
    }
}
