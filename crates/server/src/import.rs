//! `hyderabadinfra import listings FILE` and `import products FILE`: every row of a sheet becomes a thing of its owner,
//! changes the one that it became before, or is rejected with its reason.
//!
//! An import can be repeated with the same result, even after it was killed halfway: each row has a reference, by which
//! the server finds what it became. Rows are read one at a time, and at most [`IN_FLIGHT`] are under way.

mod judging;
mod kinds;
mod record;
#[cfg(test)]
mod tests;

use std::io::{Read, Seek};

use domain::audit::Imported;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use http::Method;
use indicatif::HumanCount;
use serde_json::Value;
use sheet::{RowContent, RowReport, Sheet, SheetError, SheetOptions, SheetRow, SheetRows, count};
use thiserror::Error;

use crate::api_client::{ApiClient, ClientError};
use crate::progress::Progress;
use judging::{JudgedRow, PlannedThings, judge};
pub use kinds::{ImportKind, LISTINGS, PRODUCTS};
pub use record::{ImportRecord, SHOWN_ROWS};

/// The most concurrent requests.
pub const IN_FLIGHT: usize = 32;
/// How often a row is sent again while the server limits how fast they come.
const TRIES: usize = 20;

#[derive(Debug, Clone)]
pub struct Options {
    /// What the rows become.
    pub kind: &'static ImportKind,
    /// The e-mail that the token must belong to, so that nothing is imported into the wrong account.
    pub owner: String,
    /// How to read the sheet.
    pub sheet: SheetOptions,
    /// Write nothing, and say what would be done.
    pub check: bool,
    /// Rows on earlier lines are read, to know what repeats them, and not sent.
    pub from_line: u64,
}

/// Why an import could not run to its end. Rows that are merely wrong are in the [`ImportRecord`].
#[derive(Debug, Error)]
pub enum ImportError {
    #[error(transparent)]
    Api(#[from] ClientError),

    #[error("the token belongs to {actual}, not to {owner}: set HYD_TOKEN to a token of {owner}")]
    OtherOwner { owner: String, actual: String },

    #[error(
        "{owner} is a {role}, and products belong to sellers: an administrator makes an account a seller's with PATCH \
         /api/users/ID/role"
    )]
    NoSeller { owner: String, role: String },

    #[error(transparent)]
    Sheet(#[from] SheetError),

    #[error("the report cannot be written: {0}")]
    Report(std::io::Error),

    #[error(
        "the import stopped at line {line}: {source}; repeat the command with --from-line {line} to go on from there"
    )]
    Stopped {
        line: u64,
        /// What was done before.
        summary: Box<Summary>,
        source: ClientError,
    },
}

/// What an import did.
#[derive(Debug, Default)]
pub struct Summary {
    pub counts: Imported,
    pub notes: Vec<String>,
    /// The line to go on from, if the import was asked to stop.
    pub next_line: Option<u64>,
}

impl Summary {
    /// A readable line: `2,518 rows: 1,998 created, 0 updated, 0 unchanged, 520 skipped, 0 rejected`.
    #[must_use]
    pub fn text(&self) -> String {
        let Imported { check, rows, created, updated, unchanged, skipped, rejected } = self.counts;
        let begin = if check { "nothing was written; of " } else { "" };
        let [rows, created, updated, unchanged, skipped, rejected] =
            [rows, created, updated, unchanged, skipped, rejected].map(HumanCount);
        format!(
            "{begin}{rows} rows: {created} created, {updated} updated, {unchanged} unchanged, {skipped} skipped, \
             {rejected} rejected"
        )
    }
}

/// Imports the rows of `source`, always as the owner of the client's token, until they end or `stop` does. What became
/// of each row goes to `record`, in the order of the sheet.
///
/// # Errors
/// When the token is not the owner's, the file is no such sheet, or the server becomes unreachable.
pub async fn run<R: Read + Seek>(
    client: &ApiClient,
    source: R,
    options: &Options,
    (progress, record): (&Progress, &mut ImportRecord),
    stop: impl Future<Output = ()>,
) -> Result<Summary, ImportError> {
    let sheet = Sheet::open(options.kind.sheet, source, &options.sheet)?;
    check_owner(client, options).await?;
    record.begin(options.kind.sheet.thing).map_err(ImportError::Report)?;
    let mut summary = Summary { notes: sheet.notes(), ..Summary::default() };
    summary.counts.check = options.check;
    progress.start(sheet.total());
    let mut rows = sheet.rows()?;
    let done = send_all(client, &mut rows, options, (progress, record), stop, &mut summary).await;
    progress.stop();
    record.finish().map_err(ImportError::Report)?;
    let alike = rows.alike();
    if alike > 0 {
        summary.notes.push(format!(
            "{} rows differ from another one only in what may change, such as the price; they are told apart by their \
             order, or by a column of ids",
            HumanCount(alike as u64)
        ));
    }
    match done {
        Ok(()) => Ok(summary),
        Err(ImportError::Stopped { line, source, .. }) => {
            Err(ImportError::Stopped { line, source, summary: Box::new(summary) })
        }
        Err(other) => Err(other),
    }
}

async fn send_all<R: Read + Seek>(
    client: &ApiClient,
    rows: &mut SheetRows<R>,
    options: &Options,
    (progress, record): (&Progress, &mut ImportRecord),
    stop: impl Future<Output = ()>,
    summary: &mut Summary,
) -> Result<(), ImportError> {
    let sending = Sending { client, options, progress, told: std::sync::Once::new() };
    let each = std::iter::from_fn(|| rows.next_row().transpose());
    let stopped = std::cell::Cell::new(false);
    let asked = async {
        stop.await;
        stopped.set(true);
    };
    let done = stream::iter(each)
        .map_err(ImportError::from)
        .take_until(asked)
        .map_ok(|row| sending.row(row))
        .try_buffered(IN_FLIGHT);
    let mut done = std::pin::pin!(done);
    let mut planned = PlannedThings::default();
    let mut last = 0;
    while let Some(judged) = done.try_next().await? {
        last = judged.line();
        if let Some(row) = planned.within_quota(judged) {
            record.add(&row).map_err(ImportError::Report)?;
            count(&mut summary.counts, row.action);
        }
        progress.advance();
    }
    summary.next_line = stopped.get().then_some(last + 1);
    Ok(())
}

/// The profile of the token's account, which must be the owner's.
///
/// # Errors
/// When the token is somebody else's, or the server does not answer.
pub async fn account_of(client: &ApiClient, owner: &str) -> Result<Value, ImportError> {
    let profile = client.call(Method::GET, "/api/users/profile", None, &[]).await?.data()?;
    let actual = profile.get("email").and_then(Value::as_str).unwrap_or("nobody with an e-mail address");
    if actual.to_lowercase() == owner.trim().to_lowercase() {
        return Ok(profile);
    }
    Err(ImportError::OtherOwner { owner: owner.to_owned(), actual: actual.to_owned() })
}

async fn check_owner(client: &ApiClient, options: &Options) -> Result<(), ImportError> {
    let profile = account_of(client, &options.owner).await?;
    let role = profile.get("role").and_then(Value::as_str).unwrap_or_default();
    if options.kind.roles.is_some_and(|roles| !roles.contains(&role)) {
        return Err(ImportError::NoSeller { owner: options.owner.clone(), role: role.to_owned() });
    }
    Ok(())
}

struct Sending<'a> {
    client: &'a ApiClient,
    options: &'a Options,
    progress: &'a Progress,
    told: std::sync::Once,
}

impl Sending<'_> {
    async fn row(&self, row: SheetRow) -> Result<JudgedRow, ImportError> {
        let line = row.line;
        if line < self.options.from_line {
            return Ok(JudgedRow::Passed(line));
        }
        let stated = match row.content {
            RowContent::Stated(stated) => stated,
            RowContent::Repeats(first) => return Ok(RowReport::skipped(line, first).into()),
            RowContent::Invalid(reason) => return Ok(RowReport::rejected(line, reason).into()),
        };
        let check = if self.options.check { "?check=true" } else { "" };
        let path = format!("{}/{}{check}", self.options.kind.path, encoded(&stated.reference));
        let stopped = |source| ImportError::Stopped { line, source, summary: Box::default() };
        let limited = || {
            self.told.call_once(|| {
            self.progress.note("the server limits how fast one person may send; going on at its pace (administrators are not limited)");
        });
        };
        for _ in 0..TRIES {
            let body = Some(Value::Object(stated.members.clone()));
            let answer =
                self.client.call_limited(Method::PUT, &path, body, &limited).await.map_err(stopped)?;
            if answer.status != 429 {
                return judge(line, &stated, &answer).map_err(stopped);
            }
        }
        let body = Some(Value::Object(stated.members.clone()));
        let answer = self.client.call_limited(Method::PUT, &path, body, &limited).await.map_err(stopped)?;
        judge(line, &stated, &answer).map_err(stopped)
    }
}

/// A part of a path.
fn encoded(reference: &str) -> String {
    use std::fmt::Write as _;
    reference.bytes().fold(String::new(), |mut path, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
            path.push(char::from(byte));
        } else {
            // Writing into memory cannot fail.
            let _ = write!(path, "%{byte:02X}");
        }
        path
    })
}
