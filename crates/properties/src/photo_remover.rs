//! Takes photos whose files were deleted off their listings. The journal decides what is gone, so doing it twice is
//! harmless.

use ::projection::ViewStore;
use ::projection::deliveries::{DeliveryHandler, DeliveryLookup, DeliveryOutcome, LeasedDelivery};
use async_trait::async_trait;
use domain::file::File;
use domain::property::{Property, PropertyCommand};
use domain::{Actor, Aggregate as _, FileId, Metadata, PropertyId};
use journal::{AggregateStore, Options};

pub struct PhotoRemover {
    pub aggregates: AggregateStore,
    pub store: ViewStore,
}

type Failed = Box<dyn std::error::Error + Send + Sync>;

#[async_trait]
impl DeliveryHandler for PhotoRemover {
    async fn carry(&self, order: &LeasedDelivery) -> DeliveryOutcome {
        self.take_down(order)
            .await
            .map_or_else(|error| DeliveryOutcome::Failed(error.to_string()), |()| DeliveryOutcome::Delivered)
    }

    /// Always `Missing`, so that the delivery is carried again.
    async fn look_up(&self, _: &LeasedDelivery) -> DeliveryLookup {
        DeliveryLookup::Missing
    }
}

impl PhotoRemover {
    async fn take_down(&self, order: &LeasedDelivery) -> Result<(), Failed> {
        for id in self.listings(order).await? {
            let (state, _) = self.aggregates.load::<Property>(&order.tenant, id).await?;
            let mut gone: Vec<FileId> = Vec::new();
            for image in state.listing.iter().flat_map(|listing| &listing.images) {
                let (File(known), _) = self.aggregates.load::<File>(&order.tenant, image.file_id).await?;
                if known.is_none_or(|known| known.deleted) {
                    gone.push(image.file_id);
                }
            }
            let metadata = Metadata { causation_id: Some(order.event_id), ..Metadata::default() };
            let actor = Actor { tenant: order.tenant.clone(), user: None, metadata };
            let command = PropertyCommand::DropImages(gone);
            self.aggregates.execute::<Property>(&actor, id, command, Options::default()).await?;
        }
        Ok(())
    }

    /// The listings that an order is about: the one whose photos changed, or those with a photo whose file was deleted.
    async fn listings(&self, order: &LeasedDelivery) -> Result<Vec<PropertyId>, Failed> {
        let event = order.event(&**self.aggregates.journal()).await?;
        if &*event.stream.kind == Property::TYPE {
            return Ok(vec![event.stream.id.parse()?]);
        }
        let sql = "select property_id from photos where file_id = $2 and tenant = $1";
        let keys = vec![order.tenant.as_str().into(), event.stream.id.to_string().into()];
        let rows = self.store.query(sql, keys).await?;
        Ok(rows.iter().filter_map(|row| row.text(0)?.parse().ok()).collect())
    }
}
