//! The segments of a log. The `segments` table of the log's database lists them and is read in the same snapshot as
//! the rows. A file that is not in the table is ignored, and so is a row at or before the last archived position.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use domain::{Log, Timestamp};
use moka::sync::Cache;
use rusqlite::{Connection, Params, Row, params};

use super::segment::{Blocks, Digest, Segment};
use crate::JournalError;

/// The number of segment files kept open, and the size of the cache of decompressed blocks.
const OPEN: u64 = 64;
const CLEAR_BYTES: u64 = 4 << 20;
/// The file extension of segments, and of segments being written.
const SEGMENT: &str = "seg";
pub const PART: &str = "part";

/// A segment listed in the table.
#[derive(Clone, Debug)]
pub struct Registered {
    pub name: String,
    pub first: u64,
    pub last: u64,
    /// The earliest and the latest event time.
    pub times: (Timestamp, Timestamp),
    pub bytes: u64,
    /// The digest of the header, which covers everything in the file through its checksums.
    pub digest: Digest,
}

impl Registered {
    /// The file name of a segment. Equal names mean equal bytes, because events never change.
    pub fn file_name(log: Log, month: Timestamp, first: u64, last: u64) -> String {
        format!("{}-{}-{first:012}-{last:012}.{SEGMENT}", log.as_str(), month.month_name())
    }

    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            name: row.get(0)?,
            first: row.get(1)?,
            last: row.get(2)?,
            times: (Timestamp::from_micros(row.get(3)?), Timestamp::from_micros(row.get(4)?)),
            bytes: row.get(5)?,
            digest: row.get(6)?,
        })
    }

    /// Registers the segment in one statement. From then on its events are read from the file and their rows are
    /// ignored.
    pub fn register(&self, connection: &Connection) -> rusqlite::Result<usize> {
        connection.execute(
            "insert into segments (name, first_position, last_position, min_timestamp, max_timestamp, bytes, digest)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                self.name,
                self.first,
                self.last,
                self.times.0.micros(),
                self.times.1.micros(),
                self.bytes,
                self.digest
            ],
        )
    }
}

/// The registered segments that match a condition, in the order it specifies.
pub fn registered(
    connection: &Connection,
    condition: &str,
    params: impl Params,
) -> rusqlite::Result<Vec<Registered>> {
    let columns = "name, first_position, last_position, min_timestamp, max_timestamp, bytes, digest";
    connection
        .prepare_cached(&format!("select {columns} from segments where {condition}"))?
        .query_map(params, Registered::of)?
        .collect()
}

/// The last archived position.
pub fn last(connection: &Connection) -> rusqlite::Result<u64> {
    let mut statement = connection.prepare_cached("select coalesce(max(last_position), 0) from segments")?;
    statement.query_row([], |row| row.get(0))
}

/// Sets the metrics for the number of segments and archived events.
#[expect(clippy::cast_precision_loss, reason = "metrics")]
pub fn measure(connection: &Connection, log: Log) -> rusqlite::Result<()> {
    let count = "select count(*), coalesce(sum(last_position - first_position + 1), 0) from segments";
    let (segments, events): (u64, u64) =
        connection.query_row(count, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    metrics::gauge!("journal_segments", "log" => log.as_str()).set(segments as f64);
    metrics::gauge!("journal_sealed_events", "log" => log.as_str()).set(events as f64);
    Ok(())
}

/// The segment files of a log.
#[derive(Debug)]
pub struct Segments {
    pub log: Log,
    pub directory: PathBuf,
    /// Held while a segment is written.
    pub building: Mutex<()>,
    open: Cache<u64, Arc<Segment>>,
    clear: Blocks,
}

impl Segments {
    /// Opens the segments of the log `database`. Files left over from a crash are deleted.
    pub fn beside(database: &Path, log: Log, connection: &Connection) -> Result<Self, JournalError> {
        let directory = database.with_file_name("segments");
        let registered = registered(connection, "true order by first_position", [])?;
        for segment in &registered {
            let path = directory.join(&segment.name);
            let there = std::fs::metadata(&path).map(|found| found.len());
            if !there.as_ref().is_ok_and(|bytes| *bytes == segment.bytes) {
                let what =
                    there.map_or_else(|e| e.to_string(), |b| format!("{b} of {} bytes", segment.bytes));
                return Err(JournalError::Damaged { file: path.display().to_string(), what });
            }
        }
        tidy(&directory, log, &registered, super::file::head(connection)?)?;
        measure(connection, log)?;
        let weight = |_: &_, block: &Arc<[u8]>| u32::try_from(block.len()).unwrap_or(u32::MAX);
        let clear = Cache::builder().max_capacity(CLEAR_BYTES).weigher(weight).build();
        Ok(Self { log, directory, building: Mutex::default(), open: Cache::new(OPEN), clear })
    }

    /// Opens a segment for reading.
    pub fn open(&self, segment: &Registered) -> Result<Arc<Segment>, JournalError> {
        if let Some(open) = self.open.get(&segment.first) {
            return Ok(open);
        }
        let path = self.directory.join(&segment.name);
        let opened = Arc::new(Segment::open(&path, segment.digest, self.clear.clone())?);
        self.open.insert(segment.first, Arc::clone(&opened));
        Ok(opened)
    }
}

fn unavailable(path: &Path, error: &std::io::Error) -> JournalError {
    JournalError::Unavailable(format!("{}: {error}", path.display()).into())
}

/// Deletes files that the table does not list, because their events still exist as rows. If a file ends after the
/// head of the log, it belongs to another history of the log, and nothing is deleted.
fn tidy(directory: &Path, log: Log, registered: &[Registered], head: u64) -> Result<(), JournalError> {
    let leftovers = leftovers(directory, log, registered).map_err(|error| unavailable(directory, &error))?;
    if let Some((path, _)) = leftovers.iter().find(|(_, last)| last.is_some_and(|last| last > head)) {
        let what = format!("it holds events of another history of this log, whose newest is {head}");
        return Err(JournalError::Damaged { file: path.display().to_string(), what });
    }
    for (path, _) in leftovers {
        tracing::info!(file = %path.display(), "what is left of a seal that did not finish is deleted");
        std::fs::remove_file(&path).map_err(|error| unavailable(&path, &error))?;
    }
    Ok(())
}

/// The files of this log that the table does not list, each with its last position if the file is complete.
fn leftovers(
    directory: &Path,
    log: Log,
    registered: &[Registered],
) -> std::io::Result<Vec<(PathBuf, Option<u64>)>> {
    if !directory.exists() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some((stem, end)) = name.rsplit_once('.') else { continue };
        let last = stem.rsplit_once('-').and_then(|(_, last)| last.parse().ok());
        let ours = stem.starts_with(log.as_str()) && (end == PART || end == SEGMENT && last.is_some());
        if ours && !registered.iter().any(|segment| segment.name == name) {
            found.push((entry.path(), last.filter(|_| end == SEGMENT)));
        }
    }
    Ok(found)
}
