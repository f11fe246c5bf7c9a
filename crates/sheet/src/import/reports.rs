//! The reports of imports: what became of each row. They hold words of their owners, so they are kept in memory only,
//! for a day, and are gone when the process ends.

use std::collections::VecDeque;
use std::io;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use domain::{TenantId, Timestamp, UserId};
use http_kit::Caller;
use uuid::Uuid;

use crate::{ReportWriter, RowReport};

const SECONDS: i64 = 24 * 60 * 60;
/// The most bytes of all reports. The oldest ones go first.
const MOST: usize = 64 * 1024 * 1024;
/// The most bytes of one report, and of all reports of a person. A row of a few bytes can be wrong in many ways, so that
/// a report may be a hundred times as long as its sheet.
const MOST_OF_ONE: usize = 16 * 1024 * 1024;

/// A report while its import is at work.
pub(super) struct JobReport {
    writer: ReportWriter<Vec<u8>>,
    is_full: bool,
}

impl JobReport {
    /// Begins a report about things of this name.
    pub(super) fn begin(thing: &str) -> io::Result<Self> {
        Ok(Self { writer: ReportWriter::begin(Vec::new(), thing)?, is_full: false })
    }

    /// Adds a row. The last one that there is room for says that no further one is listed.
    pub(super) fn add(&mut self, row: &RowReport) -> io::Result<()> {
        if self.is_full {
            return Ok(());
        }
        self.is_full = self.writer.target().len() > MOST_OF_ONE;
        if !self.is_full {
            return self.writer.add(row);
        }
        let full = "the report is full (16 MB): no row behind this one is listed";
        let reason = if row.reason.is_empty() { full.to_owned() } else { format!("{}; {full}", row.reason) };
        self.writer.add(&RowReport { reason, ..row.clone() })
    }

    /// Ends the report.
    pub(super) fn finish(self) -> io::Result<Bytes> {
        self.writer.finish().map(Bytes::from)
    }
}

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
        let owner = (caller.tenant.clone(), user);
        // One person's reports do not drive out those of others.
        make_room(&mut kept, MOST_OF_ONE, csv.len(), |report| report.owner == owner);
        make_room(&mut kept, MOST, csv.len(), |_| true);
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

/// Drops the oldest of these reports until `more` bytes fit beside them.
fn make_room(
    kept: &mut VecDeque<KeptReport>,
    most: usize,
    more: usize,
    is_one: impl Fn(&KeptReport) -> bool,
) {
    let these = kept.iter().filter(|report| is_one(report));
    let mut bytes = these.map(|report| report.csv.len()).sum::<usize>() + more;
    while bytes > most
        && let Some(place) = kept.iter().position(&is_one)
        && let Some(oldest) = kept.remove(place)
    {
        bytes -= oldest.csv.len();
    }
}

#[cfg(test)]
mod tests {
    use http_kit::SignedIn;

    use super::*;
    use crate::RowAction;

    const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

    #[test]
    fn a_report_has_an_end_and_says_so() {
        let mut report = JobReport::begin("listing").unwrap();
        let reason = "x".repeat(MOST_OF_ONE / 10);
        for line in 2..100 {
            report.add(&RowReport::rejected(line, reason.clone())).unwrap();
        }
        let csv = report.finish().unwrap();
        assert!(csv.len() < MOST_OF_ONE + 3 * reason.len(), "{}", csv.len());
        let text = std::str::from_utf8(&csv).unwrap();
        assert!(text.ends_with("x; the report is full (16 MB): no row behind this one is listed\n"));

        let mut report = JobReport::begin("listing").unwrap();
        report.add(&RowReport::rejected(2, "x".repeat(MOST_OF_ONE + 100_000))).unwrap();
        let row = |line| RowReport { line, action: RowAction::Created, id: None, reason: String::new() };
        report.add(&row(3)).unwrap();
        report.add(&row(4)).unwrap();
        let csv = report.finish().unwrap();
        let text = std::str::from_utf8(&csv).unwrap();
        assert!(
            text.ends_with("\n3,created,,the report is full (16 MB): no row behind this one is listed\n")
        );
    }

    #[test]
    fn reports_of_one_person_do_not_drive_out_those_of_others() {
        let reports = ImportReports::default();
        let person = |number: u128| Caller {
            tenant: TenantId::stored("hyderabad"),
            signed_in: Some(SignedIn {
                user: Uuid::from_u128(number).into(),
                session: domain::SessionId::nil(),
                role: domain::user::Role::User,
                service: false,
                api_key: false,
            }),
            address: None,
            user_agent: None,
            correlation: "-".into(),
        };
        let (one, other) = (person(1), person(2));
        let keep = |job: u128, caller: &Caller| {
            let csv = Bytes::from(vec![b'x'; MOST_OF_ONE / 2]);
            reports.keep((Uuid::from_u128(job), caller), csv, NOW);
        };
        keep(100, &other);
        for job in 1..=9 {
            keep(job, &one);
        }
        let has = |job: u128, caller: &Caller, now| reports.of(Uuid::from_u128(job), caller, now).is_some();
        assert!(has(100, &other, NOW) && !has(100, &one, NOW));
        assert!(!has(7, &one, NOW) && has(8, &one, NOW) && has(9, &one, NOW));
        assert!(!has(9, &one, NOW.plus_seconds(SECONDS)));
    }
}
