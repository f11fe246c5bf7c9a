//! The data export of a seller's products.

use std::sync::Arc;

use async_trait::async_trait;
use domain::Log;
use domain::product::ProductDocument;
use http_kit::docs::Listed;
use http_kit::export::{ExportPart, Portion, Subject};
use http_kit::{Category, Cursor, Failure, Freshness, Paging};

use crate::App;
use crate::queries::lists::{ProductList, Sort, SortBy};

const NAME: &str = "products";

struct Exported(App);

pub fn parts(app: &App) -> Vec<Arc<dyn ExportPart>> {
    vec![Arc::new(Exported(app.clone()))]
}

pub fn lists() -> Vec<Listed> {
    vec![Listed::of::<ProductDocument<'static>>(NAME)]
}

#[async_trait]
impl ExportPart for Exported {
    fn name(&self) -> &'static str {
        NAME
    }

    fn category(&self) -> Category {
        Category::Listings
    }

    async fn wait_for(&self, reader: &Subject) -> Freshness {
        self.0.context.wait_for(&self.0.status, &reader.tenant, reader.user, &[Log::Facts]).await
    }

    async fn portion(&self, subject: &Subject, after: Option<Cursor>) -> Result<Portion, Failure> {
        let sort = Sort { by: SortBy::CreatedAt, descending: false };
        let paging = Paging::portion(after);
        let page = self.0.list(&subject.tenant, ProductList::Own(subject.user), sort, &paging).await?;
        let now = self.0.context.aggregates.clock().now();
        let (products, next) = page.into_content_and_next();
        Portion::of(products.iter().map(|product| product.document(now)).collect::<Vec<_>>(), next)
    }
}
