//! Imports of sheets as jobs: each row goes the way of `PUT /api/properties/by-reference/{reference}`, so rights, quotas
//! and moderation are those of its owner.
//!
//! A job that is cut off leaves the rows before as they are. Importing the same sheet again goes on where it was,
//! because a row whose listing says the same already does nothing.

mod received;
mod reports;

use std::io::Cursor;
use std::sync::atomic::AtomicU64;

use bytes::Bytes;
use domain::audit::{AuditEvent, Imported};
use domain::user::{User, UserStatus};
use domain::{Actor, StreamId};
use futures_util::{TryStreamExt as _, stream};
use http_kit::{Caller, ConcurrencyLimiter, ConcurrencyLimits, Failure, Job, Permit};

pub use received::{ReceivedSheet, unreadable};
pub use reports::Reports;

use crate::App;
use crate::http::by_reference::{PutListing, Writing};
use crate::sheet::{
    ReportWriter, RowAction, RowContent, RowReport, Sheet, SheetError, SheetRow, SheetRows, count,
};

/// How many rows are written at once; the journal writes them with one fsync.
const AT_ONCE: usize = 8;
/// Sheets that are received or imported at once; each may take 5 MB.
const MOST: ConcurrencyLimits = ConcurrencyLimits { of_one: 2, of_all: 16 };

/// What this process knows about imports.
#[derive(Debug)]
pub struct Imports {
    pub limiter: ConcurrencyLimiter,
    pub reports: Reports,
}

impl Default for Imports {
    fn default() -> Self {
        Self { limiter: ConcurrencyLimiter::new("imports", MOST), reports: Reports::default() }
    }
}

/// A sheet in memory.
pub type SheetBytes = Sheet<Cursor<Bytes>>;

/// An import that may begin.
pub struct ImportJob {
    pub app: App,
    pub caller: Caller,
    pub stream: StreamId,
    pub sheet: SheetBytes,
    pub check: bool,
    /// Held until the end.
    pub permit: Permit,
}

/// Why an import stopped before the last row.
enum Stopped {
    Row(Failure),
    Sheet(SheetError),
    Report(std::io::Error),
}

impl ImportJob {
    /// Runs the job, and records its result.
    pub async fn run(self, job: Job) {
        let Self { app, caller, stream, sheet, check, permit } = self;
        let mut counts = Imported { check, ..Imported::default() };
        let mut report = match ReportWriter::begin(Vec::new()) {
            Ok(report) => report,
            Err(error) => {
                return finish(&app, &caller.actor(), stream, failed(&Stopped::Report(error), 0)).await;
            }
        };
        let rows = ImportRows { app: &app, caller: &caller, check, planned: AtomicU64::new(0) };
        let done = rows.all(sheet, &job, &mut counts, &mut report).await;
        if let Ok(csv) = report.finish() {
            let now = app.context.aggregates.clock().now();
            app.imports.reports.keep((job.id, &caller), csv.into(), now);
        }
        let event = match done {
            Ok(()) => AuditEvent::ImportFinished(counts),
            Err(stopped) => failed(&stopped, counts.rows),
        };
        finish(&app, &caller.actor(), stream, event).await;
        drop((permit, job));
    }
}

fn failed(stopped: &Stopped, rows: u64) -> AuditEvent {
    let why = match stopped {
        Stopped::Row(failure) => {
            failure.log("a row of an import", "-");
            failure.message.clone()
        }
        Stopped::Sheet(error) => error.to_string(),
        Stopped::Report(error) => error.to_string(),
    };
    let reason = format!("stopped after {rows} rows: {why}; import the sheet again to go on");
    AuditEvent::ImportFailed { reason }
}

async fn finish(app: &App, actor: &Actor, stream: StreamId, event: AuditEvent) {
    if let Err(error) = app.context.aggregates.record(actor, stream, &event).await {
        tracing::error!(%error, "the end of an import could not be written down");
    }
}

/// The rows of one import.
struct ImportRows<'a> {
    app: &'a App,
    caller: &'a Caller,
    check: bool,
    planned: AtomicU64,
}

impl ImportRows<'_> {
    async fn all(
        &self,
        sheet: SheetBytes,
        job: &Job,
        counts: &mut Imported,
        report: &mut ReportWriter<Vec<u8>>,
    ) -> Result<(), Stopped> {
        let total = sheet.total();
        job.progress(0, total);
        let rows = sheet.rows().map_err(Stopped::Sheet)?;
        // A check counts the homes that would be new, in the order of the sheet.
        let at_once = if self.check { 1 } else { AT_ONCE };
        let mut done = stream::iter(each(rows))
            .map_err(Stopped::Sheet)
            .map_ok(|row| async { self.row(row).await.map_err(Stopped::Row) })
            .try_buffered(at_once);
        while let Some(row) = done.try_next().await? {
            report.add(&row).map_err(Stopped::Report)?;
            count(counts, row.action);
            job.progress(counts.rows, total);
        }
        Ok(())
    }

    async fn row(&self, row: SheetRow) -> Result<RowReport, Failure> {
        let line = row.line;
        let listing = match row.content {
            RowContent::Listing(listing) => listing,
            RowContent::Repeats(first) => return Ok(RowReport::skipped(line, first)),
            RowContent::Invalid(reason) => return Ok(RowReport::rejected(line, reason)),
        };
        self.may_go_on().await?;
        let writing = if self.check { Writing::Check(&self.planned) } else { Writing::Write };
        match self.app.put(self.caller, &listing.reference, &listing.members, writing).await {
            Ok(put) => {
                self.remember(&put)?;
                let reason = if put.changed.is_empty() {
                    String::new()
                } else {
                    format!("changed: {}", put.changed.join(", "))
                };
                Ok(RowReport { line, action: put.action, listing: put.id.map(|id| id.to_string()), reason })
            }
            Err(failure) if failure.status.is_server_error() => Err(failure),
            Err(failure) => {
                let fields = failure.fields.0.iter();
                let told: Vec<String> = fields.map(|(field, text)| listing.explain(field, text)).collect();
                let reason = if told.is_empty() { failure.message } else { told.join("; ") };
                Ok(RowReport { line, action: RowAction::Rejected, listing: None, reason })
            }
        }
    }

    /// The account may have been suspended or closed since the import began.
    async fn may_go_on(&self) -> Result<(), Failure> {
        let user = self.caller.person()?.user;
        let (known, _) = self.app.context.aggregates.load::<User>(&self.caller.tenant, user).await?;
        let open = known
            .person
            .is_some_and(|person| !matches!(person.status, UserStatus::Suspended | UserStatus::Inactive));
        if open { Ok(()) } else { Err(Failure::forbidden("the account is no longer open")) }
    }

    /// The owner's next lists wait for what the import wrote.
    fn remember(&self, put: &PutListing) -> Result<(), Failure> {
        if let Some(position) = put.position {
            let user = self.caller.person()?.user;
            self.app.context.seen.remember(&self.caller.tenant, user, position);
        }
        Ok(())
    }
}

fn each(mut rows: SheetRows<Cursor<Bytes>>) -> impl Iterator<Item = Result<SheetRow, SheetError>> {
    std::iter::from_fn(move || rows.next_row().transpose())
}
