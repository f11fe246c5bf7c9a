//! Exports a person's saved searches in their current state.

use async_trait::async_trait;
use domain::Log;
use http_kit::export::{ExportPart, Portion, Subject};
use http_kit::{Category, Cursor, Failure, Freshness, Paging};

use crate::App;

/// The name of the list in an export.
pub const SAVED_SEARCHES: &str = "savedSearches";

#[async_trait]
impl ExportPart for App {
    fn name(&self) -> &'static str {
        SAVED_SEARCHES
    }

    fn category(&self) -> Category {
        Category::Searches
    }

    async fn wait_for(&self, reader: &Subject) -> Freshness {
        self.search.context.wait_for(&self.status, &reader.tenant, reader.user, &[Log::Facts]).await
    }

    async fn portion(&self, subject: &Subject, after: Option<Cursor>) -> Result<Portion, Failure> {
        self.kept(&subject.tenant, subject.user, &Paging::portion(after)).await?.try_into()
    }
}
