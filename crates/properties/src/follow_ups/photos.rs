//! Takes photos whose files were deleted off their listings.

use ::projection::deliveries::LeasedDelivery;
use domain::FileId;
use domain::file::File;
use domain::property::{Property, PropertyCommand};

use super::{Failed, FollowUps};

const SHOWING: &str = "select property_id from photos where file_id = $2 and tenant = $1";

impl FollowUps {
    pub(super) async fn take_down(&self, order: &LeasedDelivery) -> Result<(), Failed> {
        for id in self.listings(order, SHOWING).await? {
            let (state, _) = self.aggregates.load::<Property>(&order.tenant, id).await?;
            let mut gone: Vec<FileId> = Vec::new();
            for image in state.listing.iter().flat_map(|listing| &listing.images) {
                let (File(known), _) = self.aggregates.load::<File>(&order.tenant, image.file_id).await?;
                if known.is_none_or(|known| known.deleted) {
                    gone.push(image.file_id);
                }
            }
            self.execute(order, id, PropertyCommand::DropImages(gone)).await?;
        }
        Ok(())
    }
}
