//! Imports of sheets as jobs: each row goes the way of a single request, so rights, quotas and moderation are those of
//! its owner.
//!
//! A job that is cut off leaves the rows before as they are. Importing the same sheet again goes on where it was,
//! because a row whose thing says the same already does nothing.

mod answers;
mod received;
mod reports;
mod start;

use std::io::Cursor;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use async_trait::async_trait;
use bytes::Bytes;
use domain::audit::{AuditEvent, Imported};
use domain::user::{User, UserStatus};
use domain::{Position, StreamId};
use futures_util::{TryStreamExt as _, stream};
use http_kit::{AppContext, Caller, ConcurrencyLimiter, ConcurrencyLimits, Failure, Job, Permit};

pub use answers::{CheckOnly, ImportStarted, SheetForm, csv_attachment};
pub use reports::{ImportReports, KeptReport};
pub use start::ImportTarget;

use crate::{RowAction, RowContent, RowReport, Sheet, SheetError, SheetRow, SheetRows, StatedRow, count};
use reports::JobReport;

/// How many rows are written at once; the journal writes them with one fsync.
const AT_ONCE: usize = 8;
/// After how many rows others have their turn: rows that are wrong or repeat others wait for nothing by themselves.
const WITHOUT_A_TURN: u64 = 64;
/// Sheets that are received or imported at once; each may take 5 MB, and its report 16 MB.
const MOST: ConcurrencyLimits = ConcurrencyLimits { of_one: 2, of_all: 16 };

/// What this process knows about imports of all kinds. Clones share it.
#[derive(Clone, Debug)]
pub struct Imports {
    limiter: ConcurrencyLimiter,
    /// What became of the rows.
    pub reports: Arc<ImportReports>,
}

impl Default for Imports {
    fn default() -> Self {
        Self { limiter: ConcurrencyLimiter::new("imports", MOST), reports: Arc::default() }
    }
}

/// Creates or changes the thing of a row.
#[async_trait]
pub trait RowWriter: Send + Sync {
    /// Does what the single request would do.
    ///
    /// # Errors
    /// As the single request fails. A server's error stops the import, every other one rejects the row.
    async fn put(&self, caller: &Caller, row: &StatedRow, writing: PutMode<'_>) -> Result<PutRow, Failure>;
}

/// Whether to write, or only to say what would be done.
#[derive(Clone, Copy, Debug)]
pub enum PutMode<'a> {
    /// Write.
    Write,
    /// Say only. Holds how many things would be new so far, for the quota.
    Check(&'a AtomicU64),
}

/// What was done with a row, or would be.
#[derive(Clone, Debug)]
pub struct PutRow {
    /// What was done.
    pub action: RowAction,
    /// The id of the thing. One that would be new has none yet.
    pub id: Option<String>,
    /// The fields that are other than before.
    pub changed: Vec<String>,
    /// Where the journal has it; `None` if nothing was written.
    pub position: Option<Position>,
}

/// A sheet in memory.
type SheetBytes = Sheet<Cursor<Bytes>>;

/// An import that may begin.
struct ImportJob {
    context: AppContext,
    imports: Imports,
    thing: &'static str,
    writer: Arc<dyn RowWriter>,
    caller: Caller,
    stream: StreamId,
    check: bool,
    /// Held until the end.
    permit: Permit,
}

/// Why an import stopped before the last row.
enum ImportStopped {
    Row(Failure),
    Sheet(SheetError),
    Report(std::io::Error),
}

impl ImportJob {
    /// Runs the job, and records its result.
    async fn run(self, sheet: SheetBytes, job: Job) {
        let mut counts = Imported { check: self.check, ..Imported::default() };
        let event = match self.rows(sheet, &job, &mut counts).await {
            Ok(()) => AuditEvent::ImportFinished(counts),
            Err(stopped) => failed(&stopped, counts.rows),
        };
        let Self { context, caller, stream, permit, .. } = self;
        if let Err(error) = context.aggregates.record(&caller.actor(), stream, &event).await {
            tracing::error!(%error, "the end of an import could not be written down");
        }
        drop((permit, job));
    }

    /// Does all rows, and keeps the report of those that were done.
    async fn rows(&self, sheet: SheetBytes, job: &Job, counts: &mut Imported) -> Result<(), ImportStopped> {
        let mut report = JobReport::begin(self.thing).map_err(ImportStopped::Report)?;
        let done = self.each_row(sheet, job, counts, &mut report).await;
        let csv = report.finish().map_err(ImportStopped::Report)?;
        let now = self.context.aggregates.clock().now();
        self.imports.reports.keep((job.id, &self.caller), csv, now);
        done
    }

    async fn each_row(
        &self,
        sheet: SheetBytes,
        job: &Job,
        counts: &mut Imported,
        report: &mut JobReport,
    ) -> Result<(), ImportStopped> {
        let total = sheet.total();
        let planned = &AtomicU64::new(0);
        // A check counts the things that would be new, in the order of the sheet.
        let at_once = if self.check { 1 } else { AT_ONCE };
        let mut done = stream::iter(each(sheet.rows().map_err(ImportStopped::Sheet)?))
            .map_err(ImportStopped::Sheet)
            .map_ok(|row| async move { self.row(row, planned).await.map_err(ImportStopped::Row) })
            .try_buffered(at_once);
        while let Some(row) = done.try_next().await? {
            report.add(&row).map_err(ImportStopped::Report)?;
            count(counts, row.action);
            job.progress(counts.rows, total);
            if counts.rows.is_multiple_of(WITHOUT_A_TURN) {
                tokio::task::yield_now().await;
            }
        }
        Ok(())
    }

    async fn row(&self, row: SheetRow, planned: &AtomicU64) -> Result<RowReport, Failure> {
        let line = row.line;
        let stated = match row.content {
            RowContent::Stated(stated) => stated,
            RowContent::Repeats(first) => return Ok(RowReport::skipped(line, first)),
            RowContent::Invalid(reason) => return Ok(RowReport::rejected(line, reason)),
        };
        self.may_go_on().await?;
        let writing = if self.check { PutMode::Check(planned) } else { PutMode::Write };
        match self.writer.put(&self.caller, &stated, writing).await {
            Ok(put) => {
                self.remember(&put)?;
                let PutRow { action, id, changed, .. } = put;
                let told = format!("changed: {}", changed.join(", "));
                let reason = if changed.is_empty() { String::new() } else { told };
                Ok(RowReport { line, action, id, reason })
            }
            Err(failure) if failure.status.is_server_error() => Err(failure),
            Err(failure) => {
                let fields = failure.fields.0.iter();
                let told: Vec<String> = fields.map(|(field, text)| stated.explain(field, text)).collect();
                let reason = if told.is_empty() { failure.message } else { told.join("; ") };
                Ok(RowReport::rejected(line, reason))
            }
        }
    }

    /// The account may have been suspended or closed, or may have lost its role, since the import began.
    async fn may_go_on(&self) -> Result<(), Failure> {
        let caller = self.caller.person()?;
        let (account, _) = self.context.aggregates.load::<User>(&self.caller.tenant, caller.user).await?;
        let is_open = account.person.is_some_and(|person| {
            person.role == caller.role
                && !matches!(person.status, UserStatus::Suspended | UserStatus::Inactive)
        });
        if is_open {
            Ok(())
        } else {
            Err(Failure::forbidden("the account is no longer open, or has another role"))
        }
    }

    /// The owner's next lists wait for what the import wrote.
    fn remember(&self, put: &PutRow) -> Result<(), Failure> {
        if let Some(position) = put.position {
            let user = self.caller.person()?.user;
            self.context.seen.remember(&self.caller.tenant, user, position);
        }
        Ok(())
    }
}

fn failed(stopped: &ImportStopped, rows: u64) -> AuditEvent {
    let why = match stopped {
        ImportStopped::Row(failure) => {
            failure.log("a row of an import", "-");
            failure.message.clone()
        }
        ImportStopped::Sheet(error) => error.to_string(),
        ImportStopped::Report(error) => error.to_string(),
    };
    let reason = format!("stopped after {rows} rows: {why}; import the sheet again to go on");
    AuditEvent::ImportFailed { reason }
}

fn each(mut rows: SheetRows<Cursor<Bytes>>) -> impl Iterator<Item = Result<SheetRow, SheetError>> {
    std::iter::from_fn(move || rows.next_row().transpose())
}
