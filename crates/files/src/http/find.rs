//! Finds a file in the read model, or loads it from the journal if the read model is behind the caller's own writes.

use ::projection::Row;
use domain::file::{File, FileDetails};
use domain::{FileId, Log, Personal, TenantId, Timestamp, Version};
use http_kit::{Caller, Category, Failure, Right};

use super::no_such_file;
use crate::App;

/// The columns that [`read`] reads, in its order.
pub const COLUMNS: &str = "owner_id, name, content, gone, version, created_at, id";

/// Reads a row of [`COLUMNS`] of a file that is not gone.
pub fn read(row: &Row) -> Result<(FileDetails, Version), Failure> {
    let broken = || Failure::unavailable(&"a row of the files read model cannot be read");
    let owner = row.text(0).and_then(|owner| owner.parse().ok()).ok_or_else(broken)?;
    let known = FileDetails {
        id: row.text(6).and_then(|id| id.parse().ok()).ok_or_else(broken)?,
        owner,
        name: row.text(1).map(|name| Personal::of(owner, name.to_owned())),
        content: row.text(2).and_then(|text| serde_json::from_str(text).ok()).ok_or_else(broken)?,
        deleted: false,
        created_at: row.int(5).map(Timestamp::from_micros).ok_or_else(broken)?,
    };
    Ok((known, row.count(4)))
}

impl App {
    /// Loads a file that is not gone, with the caller's own latest changes.
    pub(super) async fn present(
        &self,
        caller: &Caller,
        id: FileId,
    ) -> Result<(FileDetails, Version), Failure> {
        // Freshness is checked before the read: checked later, it could cover events that the read did not see.
        let freshness = self.files.context.freshness_now(&self.status, caller, &[Log::Facts]);
        let found = match self.listed(&caller.tenant, id).await? {
            Some(listed) if !freshness.is_stale() => listed,
            _ => self.folded(&caller.tenant, id).await?,
        };
        if found.0.deleted { Err(no_such_file()) } else { Ok(found) }
    }

    /// Loads a file from the journal, including files that are gone.
    pub(super) async fn folded(
        &self,
        tenant: &TenantId,
        id: FileId,
    ) -> Result<(FileDetails, Version), Failure> {
        let (File(known), version) = self.files.context.aggregates.load::<File>(tenant, id).await?;
        known.map(|known| (known, version)).ok_or_else(no_such_file)
    }

    async fn listed(&self, tenant: &TenantId, id: FileId) -> Result<Option<(FileDetails, Version)>, Failure> {
        let sql = format!("select {COLUMNS} from files where id = $2 and tenant = $1");
        let rows = self.files.store.query(&sql, vec![tenant.as_str().into(), id.to_string().into()]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        // The read model keeps nothing else of files that are gone.
        if row.int(3) != Some(0) {
            return Err(no_such_file());
        }
        read(row).map(Some)
    }
}

/// Whether `caller` may know that a file exists: images are public, documents are not.
pub fn may_see(caller: &Caller, known: &FileDetails) -> bool {
    known.is_image() || caller.require(Right::Read(Category::Files, known.owner)).is_ok()
}
