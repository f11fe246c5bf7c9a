//! `hyderabadinfra import listings FILE.csv`: every row of a sheet of homes for sale becomes a listing, or is
//! rejected with one clear reason.
//!
//! An import can be repeated with the same result, even after it was killed halfway. The digest of a row becomes
//! its listing's `sourceReference`, which the server accepts once from each owner. Memory is bounded by the size
//! of the file ([`MAX_FILE`]), and the load on the server by [`IN_FLIGHT`].

mod amenities;
mod listing;
mod report;
mod sheet;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::io::Read;

use futures_util::StreamExt as _;
use http::Method;
use serde_json::Value;
use thiserror::Error;

use crate::api_client::{Answer, ApiClient, ClientError};
use crate::progress::Progress;
pub use listing::Listing;
pub use report::{Outcome, Report, RowReport};
use sheet::{Row, Sheet};

/// Larger files are refused before anything is sent.
pub const MAX_FILE: u64 = 256 * 1024 * 1024;

/// The most concurrent requests.
pub const IN_FLIGHT: usize = 32;

/// The server's error code for a row that this owner has already listed.
const TAKEN: &str = "SOURCE_REFERENCE_TAKEN";

#[derive(Debug, Clone)]
pub struct Options {
    /// The e-mail that the token must belong to, so that nothing is imported into the wrong account.
    pub owner: String,
    /// Any random text that differs for each run. It is part of the idempotency keys, so that a retry within a
    /// run is distinct from the same row in a later run.
    pub run: String,
}

/// Why an import could not run to its end. Rows that are merely invalid are in the [`Report`].
#[derive(Debug, Error)]
pub enum ImportError {
    #[error(transparent)]
    Api(#[from] ClientError),

    #[error("the token belongs to {actual}, not to {owner}: set HYD_TOKEN to a token of {owner}")]
    OtherOwner { owner: String, actual: String },

    #[error("the file cannot be read: {0}")]
    Read(#[from] std::io::Error),

    #[error("the file has more than {} MiB: split it", MAX_FILE / 1024 / 1024)]
    TooLarge,

    #[error("the first line is not the expected header{}", sheet::describe_header(missing, found))]
    Header { missing: Vec<String>, found: Vec<String> },

    #[error("the import stopped at line {line}: {source}; repeat the command to go on from there")]
    Stopped {
        line: u64,
        /// The rows before that line.
        report: Box<Report>,
        source: ClientError,
    },
}

/// Imports all rows of `source`, always as the owner of the client's token.
///
/// # Errors
/// When the token is not the owner's, the file is not such a sheet, or the server becomes unreachable.
pub async fn run(
    client: &ApiClient,
    source: impl Read,
    options: &Options,
    progress: &Progress,
) -> Result<Report, ImportError> {
    check_owner(client, &options.owner).await?;
    let bytes = read(source)?;
    let sheet = Sheet::open(&bytes)?;
    progress.start(sheet.count() as u64);

    let mut seen = HashMap::new();
    let work = sheet.rows().map(|row| PendingRow::of(row, &mut seen));
    let mut outcomes =
        futures_util::stream::iter(work).map(|work| work.perform(client, options)).buffered(IN_FLIGHT);
    let mut report = Report { rows: Vec::new(), ignored_columns: sheet.ignored_columns() };
    while let Some(outcome) = outcomes.next().await {
        match outcome {
            Ok(row) => report.rows.push(row),
            Err((line, source)) => {
                progress.stop();
                return Err(ImportError::Stopped { line, report: Box::new(report), source });
            }
        }
        progress.advance();
    }
    progress.stop();
    Ok(report)
}

async fn check_owner(client: &ApiClient, owner: &str) -> Result<(), ImportError> {
    let profile = client.call(Method::GET, "/api/users/profile", None, &[]).await?.data()?;
    let actual = profile.get("email").and_then(Value::as_str).unwrap_or("nobody with an e-mail address");
    if actual.to_lowercase() == owner.trim().to_lowercase() {
        return Ok(());
    }
    Err(ImportError::OtherOwner { owner: owner.to_owned(), actual: actual.to_owned() })
}

fn read(source: impl Read) -> Result<Vec<u8>, ImportError> {
    let mut bytes = Vec::new();
    let read = source.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
    if read as u64 > MAX_FILE { Err(ImportError::TooLarge) } else { Ok(bytes) }
}

/// What remains to be done for a row once the earlier rows are known.
enum PendingRow {
    List { line: u64, listing: Box<Listing> },
    Nothing(RowReport),
}

impl PendingRow {
    /// `seen`: the first line with each content so far.
    fn of(row: Row, seen: &mut HashMap<String, u64>) -> Self {
        let line = row.line;
        let listing = match row.listing {
            Ok(listing) => listing,
            Err(mistakes) => return Self::Nothing(RowReport::rejected(line, mistakes)),
        };
        let first = *seen.entry(listing.reference.clone()).or_insert(line);
        if first == line {
            Self::List { line, listing: Box::new(listing) }
        } else {
            Self::Nothing(RowReport::duplicate(line, first))
        }
    }

    async fn perform(self, client: &ApiClient, options: &Options) -> Result<RowReport, (u64, ClientError)> {
        match self {
            Self::Nothing(report) => Ok(report),
            Self::List { line, listing } => {
                let key = format!("import-{}-{}", options.run, listing.reference);
                let headers = [("Idempotency-Key", key.as_str())];
                let answer =
                    client.call(Method::POST, "/api/properties", Some(listing.body()), &headers).await;
                answer.and_then(|answer| judge(line, &listing, &answer)).map_err(|error| (line, error))
            }
        }
    }
}

/// Responses that are not about this row (no permission to list, server too busy) end the import.
fn judge(line: u64, listing: &Listing, answer: &Answer) -> Result<RowReport, ClientError> {
    match answer.status {
        200..=299 => {
            let id = answer.body.pointer("/data/id").and_then(Value::as_str);
            Ok(RowReport::created(line, id))
        }
        409 if answer.error_code() == TAKEN => {
            let id = answer.body.pointer("/error/propertyId").and_then(Value::as_str);
            Ok(RowReport::already_imported(line, id))
        }
        401 | 403 | 429 | 503 => Err(ClientError::Refused(answer.refusal())),
        _ => {
            let fields: Vec<String> =
                answer.field_errors().map(|(field, text)| listing.explain(field, text)).collect();
            let message = if fields.is_empty() { answer.refusal().to_string() } else { fields.join("; ") };
            Ok(RowReport::rejected(line, message))
        }
    }
}
