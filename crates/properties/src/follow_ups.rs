//! Commands to listings that follow from events of other streams. The journal decides what is still to be done, so doing
//! it twice is harmless.

mod confirmed;
mod photos;

use std::error::Error;
use std::sync::Arc;

use ::projection::ViewStore;
use ::projection::deliveries::{DeliveryHandler, DeliveryLookup, DeliveryOutcome, LeasedDelivery};
use async_trait::async_trait;
use domain::aggregate::Aggregate as _;
use domain::property::{Property, PropertyCommand};
use domain::{Actor, Envelope, Metadata, PropertyId};
use http_kit::Tenants;
use journal::{AggregateStore, Options};

use crate::projection::confirmations::PUBLISH;

/// Takes photos whose files were deleted off their listings, and publishes what waited for its owner's confirmation.
pub struct FollowUps {
    pub aggregates: AggregateStore,
    pub store: ViewStore,
    pub tenants: Arc<Tenants>,
}

type Failed = Box<dyn Error + Send + Sync>;

#[async_trait]
impl DeliveryHandler for FollowUps {
    async fn carry(&self, order: &LeasedDelivery) -> DeliveryOutcome {
        let done =
            if order.template == PUBLISH { self.publish(order).await } else { self.take_down(order).await };
        done.map_or_else(|error| DeliveryOutcome::Failed(error.to_string()), |()| DeliveryOutcome::Delivered)
    }

    /// Always `Missing`, so that the delivery is carried again.
    async fn look_up(&self, _: &LeasedDelivery) -> DeliveryLookup {
        DeliveryLookup::Missing
    }
}

impl FollowUps {
    /// The listings that an order is about: the one of its event, or those that `sql` finds for the id of the event's
    /// stream.
    async fn listings(&self, order: &LeasedDelivery, sql: &str) -> Result<Vec<PropertyId>, Failed> {
        let Envelope { stream, .. } = order.event(&**self.aggregates.journal()).await?;
        if &*stream.kind == Property::TYPE {
            return Ok(vec![stream.id.parse()?]);
        }
        let keys = vec![order.tenant.as_str().into(), stream.id.to_string().into()];
        let rows = self.store.query(sql, keys).await?;
        Ok(rows.iter().filter_map(|row| row.text(0)?.parse().ok()).collect())
    }

    /// Gives a command that nobody gave, because of the event of `order`.
    async fn execute(
        &self,
        order: &LeasedDelivery,
        id: PropertyId,
        command: PropertyCommand,
    ) -> Result<(), Failed> {
        let metadata = Metadata { causation_id: Some(order.event_id), ..Metadata::default() };
        let actor = Actor { tenant: order.tenant.clone(), user: None, metadata };
        self.aggregates.execute::<Property>(&actor, id, command, Options::default()).await?;
        Ok(())
    }
}
