//! Counts who views products. Reading a product never waits for the count, unless the settings ask for that.

use domain::activity::ProductSnapshot;
use domain::product::ProductDetails;
use http_kit::{AppContext, Caller, Failure, VisitorCounter};

/// Counts views.
#[derive(Debug)]
pub struct Visits(VisitorCounter);

impl Visits {
    pub fn new(context: &AppContext) -> Self {
        Self(VisitorCounter::new(context))
    }

    /// Records that `caller` viewed `product`, if it is a person.
    ///
    /// # Errors
    /// When the server is shutting down.
    pub async fn note(
        &self,
        context: &AppContext,
        caller: &Caller,
        product: &ProductDetails,
    ) -> Result<(), Failure> {
        if caller.is_program() {
            return Ok(());
        }
        let robot = caller.is_robot();
        match caller.user() {
            Some(user) => {
                let counted = !robot && user != product.seller;
                let snapshot = ProductSnapshot {
                    sku: product.content.sku.clone(),
                    name: product.content.name.clone().owned_by(product.seller),
                    categories: product.content.categories.clone(),
                    price: product.content.price,
                };
                context.activity.product_viewed(caller.actor(), user, product.id, snapshot, counted).await?;
            }
            None if robot || caller.signed_in.is_some() => return Ok(()),
            None => {
                let thing = format!("product {}", product.id);
                let Some(visit) = self.0.visit(context, caller, thing) else { return Ok(()) };
                context.activity.product_counted(&caller.tenant, product.id, visit.first_today).await?;
            }
        }
        context.activity_kept().await
    }
}
