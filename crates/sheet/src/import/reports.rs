//! The reports of imports: what became of each row. They hold words of their owners, so they are kept in memory only,
//! for a day, and are gone when the process ends.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use domain::{TenantId, Timestamp, UserId};
use http_kit::Caller;
use uuid::Uuid;

const SECONDS: i64 = 24 * 60 * 60;
/// The most bytes of all reports. The oldest ones go first.
const MOST: usize = 64 * 1024 * 1024;

/// A report, and whose it is.
#[derive(Clone, Debug)]
pub struct KeptReport {
    job: Uuid,
    owner: (TenantId, UserId),
    until: Timestamp,
    /// The report.
    pub csv: Bytes,
}

/// The reports of this process, the oldest first.
#[derive(Debug, Default)]
pub struct ImportReports(Mutex<VecDeque<KeptReport>>);

impl ImportReports {
    /// Keeps a report for its owner.
    pub fn keep(&self, (job, caller): (Uuid, &Caller), csv: Bytes, now: Timestamp) {
        let Some(user) = caller.user() else { return };
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|report| report.until > now);
        let mut bytes = kept.iter().map(|report| report.csv.len()).sum::<usize>() + csv.len();
        while bytes > MOST
            && let Some(oldest) = kept.pop_front()
        {
            bytes -= oldest.csv.len();
        }
        let owner = (caller.tenant.clone(), user);
        kept.push_back(KeptReport { job, owner, until: now.plus_seconds(SECONDS), csv });
    }

    /// The report of a job, for its owner only.
    #[must_use]
    pub fn of(&self, job: Uuid, caller: &Caller, now: Timestamp) -> Option<KeptReport> {
        let owner = (caller.tenant.clone(), caller.user()?);
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|report| report.job == job && report.owner == owner && report.until > now).cloned()
    }
}
