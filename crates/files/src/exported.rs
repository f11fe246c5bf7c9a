//! The data export of a person's files as they are now, each with the URL of its bytes.

use async_trait::async_trait;
use domain::Log;
use http_kit::export::{ExportPart, Portion, Subject};
use http_kit::{Category, Cursor, Failure, Freshness};

use crate::AppParts;
use crate::document::Document;
use crate::http::find::{COLUMNS, read};

/// The name of the list.
pub const FILES: &str = "files";

#[async_trait]
impl ExportPart for AppParts {
    fn name(&self) -> &'static str {
        FILES
    }

    fn category(&self) -> Category {
        Category::Files
    }

    async fn wait_for(&self, reader: &Subject) -> Freshness {
        self.files.context.wait_for(&self.status, &reader.tenant, reader.user, &[Log::Facts]).await
    }

    async fn portion(&self, subject: &Subject, after: Option<Cursor>) -> Result<Portion, Failure> {
        let sql = format!(
            "select {COLUMNS} from files where tenant = $1 and owner_id = $2 and gone = 0
             and (created_at, id) < ($3, $4) order by created_at desc, id desc limit $5"
        );
        let rows = self.files.store.query(&sql, subject.newest_after(after.as_ref())).await?;
        let files = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let told = files.iter().map(|(known, version)| {
            let key = Cursor::at(known.created_at, &known.id);
            (Document::of(self.files.context.photos.base_url(), known, *version), key)
        });
        Portion::keyed(told.collect())
    }
}
