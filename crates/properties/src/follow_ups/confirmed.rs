//! Publishes listings that waited for their owner's confirmation.

use ::projection::deliveries::LeasedDelivery;
use domain::property::PropertyCommand;
use domain::user::User;

use super::{Failed, FollowUps};

const WAITING: &str =
    "select id from properties where owner_id = $2 and tenant = $1 and awaits_confirmation = 1";

impl FollowUps {
    pub(super) async fn publish(&self, order: &LeasedDelivery) -> Result<(), Failed> {
        let (owner, _) = self.aggregates.load::<User>(&order.tenant, order.recipient).await?;
        if owner.person.is_some_and(|person| person.email_verified) {
            let moderated = self.tenants.get(&order.tenant).is_some_and(|tenant| tenant.moderation);
            for id in self.listings(order, WAITING).await? {
                self.execute(order, id, PropertyCommand::OwnerConfirmed { moderated }).await?;
            }
        }
        Ok(())
    }
}
