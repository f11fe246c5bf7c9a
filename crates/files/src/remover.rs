//! Removes the bytes of files that are gone: a file that was deleted, or all files of a person who left.

use ::projection::ViewStore;
use ::projection::deliveries::{DeliveryHandler, DeliveryLookup, DeliveryOutcome, LeasedDelivery};
use async_trait::async_trait;
use domain::FileId;
use journal::AggregateStore;

use crate::store::Store;

/// A removal requested while everything must stay is retried after this time.
const WAIT_SECONDS: i64 = 5;

pub struct Remover {
    pub aggregates: AggregateStore,
    pub store: ViewStore,
    pub bytes: Store,
}

type Failed = Box<dyn std::error::Error + Send + Sync>;

#[async_trait]
impl DeliveryHandler for Remover {
    async fn carry(&self, order: &LeasedDelivery) -> DeliveryOutcome {
        if !self.bytes.may_remove() {
            let later = self.aggregates.clock().now().plus_seconds(WAIT_SECONDS);
            return DeliveryOutcome::Later("a backup is being made of all files".into(), later);
        }
        self.remove(order)
            .await
            .map_or_else(|error| DeliveryOutcome::Failed(error.to_string()), |()| DeliveryOutcome::Delivered)
    }

    /// Always `Missing`, so that the delivery is carried again: removing bytes twice is harmless.
    async fn look_up(&self, _: &LeasedDelivery) -> DeliveryLookup {
        DeliveryLookup::Missing
    }
}

impl Remover {
    async fn remove(&self, order: &LeasedDelivery) -> Result<(), Failed> {
        for file in self.gone(order).await? {
            self.bytes.remove(&order.tenant, file).await?;
            metrics::counter!("files_removed_total").increment(1);
        }
        Ok(())
    }

    /// The file that the event is about, or all files of the person it is about.
    async fn gone(&self, order: &LeasedDelivery) -> Result<Vec<FileId>, Failed> {
        let event = order.event(&**self.aggregates.journal()).await?;
        if &*event.stream.kind == "file" {
            return Ok(vec![event.stream.id.parse()?]);
        }
        let sql = "select id from files where owner_id = $2 and tenant = $1";
        let keys = vec![order.tenant.as_str().into(), order.recipient.to_string().into()];
        let rows = self.store.query(sql, keys).await?;
        Ok(rows.iter().filter_map(|row| row.text(0)?.parse().ok()).collect())
    }
}
