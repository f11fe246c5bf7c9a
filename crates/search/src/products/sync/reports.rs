//! The last comparison of each tenant. A comparison reads the whole catalogue and its part of the journal, so only
//! one runs at a time. A request that comes too soon after one gets its result.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::{TenantId, Timestamp};
use tokio::sync::{OwnedMutexGuard, oneshot};
use tokio::time::{Instant, timeout};

use super::{Rows, SyncError, SyncReport};
use crate::products::ProductSearch;

/// What takes less than this is done each time that somebody asks.
const CHEAP: Duration = Duration::from_millis(500);
/// Whatever takes longer is told again for so many times as long as it took: all who ask take a fifth of the time.
const REST: u32 = 4;
/// The longest that a comparison is told again.
const LONGEST_REST: Duration = Duration::from_mins(10);

/// How long somebody who asks waits.
const PATIENCE: Duration = Duration::from_mins(1);

/// A comparison, and when it was made.
#[derive(Clone, Debug)]
pub struct DatedReport {
    /// What was found.
    pub report: Arc<SyncReport>,
    /// When it was begun.
    pub compared_at: Timestamp,
    ended: Instant,
    took: Duration,
}

impl DatedReport {
    fn may_be_told_again(&self) -> bool {
        self.took >= CHEAP && self.ended.elapsed() < (self.took * REST).min(LONGEST_REST)
    }
}

/// The last comparisons.
#[derive(Debug, Default)]
pub struct Reports(HashMap<TenantId, DatedReport>);

impl Reports {
    /// Something was healed, so the last comparison says nothing any more.
    pub fn forget(&mut self, tenant: &TenantId) {
        self.0.remove(tenant);
    }
}

impl ProductSearch {
    /// Compares everything of a tenant.
    ///
    /// # Errors
    /// When journal, rows or index cannot be read.
    pub async fn report(&self, tenant: &TenantId) -> Result<SyncReport, SyncError> {
        Ok(self.compare(tenant, Rows::Compared, |_| {}).await?.report)
    }

    /// The result of comparing everything of a tenant, now or a moment ago. `None` if it takes longer than [`PATIENCE`]. It
    /// then goes on in the background, and later requests get its result.
    ///
    /// # Errors
    /// When journal, rows or index cannot be read.
    pub(in crate::products) async fn last_report(
        &self,
        tenant: &TenantId,
    ) -> Result<Option<DatedReport>, SyncError> {
        let Ok(reports) = timeout(PATIENCE, Arc::clone(&self.comparing).lock_owned()).await else {
            return Ok(None);
        };
        if let Some(known) = reports.0.get(tenant).filter(|known| known.may_be_told_again()) {
            return Ok(Some(known.clone()));
        }
        let (tell, told) = oneshot::channel();
        let (products, tenant) = (self.clone(), tenant.clone());
        self.context.jobs.spawn(async move {
            // The request may be gone.
            let _ = tell.send(products.compare_now(reports, tenant).await);
        });
        match timeout(PATIENCE, told).await {
            Ok(Ok(compared)) => compared.map(Some),
            // It is not over, or the server shuts down.
            Ok(Err(_)) | Err(_) => Ok(None),
        }
    }

    async fn compare_now(
        &self,
        mut reports: OwnedMutexGuard<Reports>,
        tenant: TenantId,
    ) -> Result<DatedReport, SyncError> {
        let (compared_at, began) = (self.context.aggregates.clock().now(), Instant::now());
        let report = Arc::new(self.compare(&tenant, Rows::Compared, |_| {}).await?.report);
        let fresh = DatedReport { report, compared_at, ended: Instant::now(), took: began.elapsed() };
        reports.0.insert(tenant, fresh.clone());
        Ok(fresh)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_was_costly_is_told_again_for_a_while() {
        let report = |took| DatedReport {
            report: Arc::default(),
            compared_at: Timestamp::from_micros(0),
            ended: Instant::now(),
            took,
        };
        let (cheap, costly) = (report(Duration::from_millis(499)), report(Duration::from_secs(10)));
        assert!(!cheap.may_be_told_again() && costly.may_be_told_again());
        tokio::time::advance(Duration::from_millis(39_999)).await;
        assert!(costly.may_be_told_again());
        tokio::time::advance(Duration::from_millis(1)).await;
        assert!(!costly.may_be_told_again());
    }
}
