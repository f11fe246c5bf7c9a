//! Turns past months into segments, concurrently with the writer. The writer only does two short chores: it registers
//! a complete and synced file, and it deletes small batches of rows that are already archived.
//!
//! ```text
//! rows -> NAME.part -> synced -> renamed to NAME.seg -> registered    -> rows deleted, a few between two batches
//!         crash here: deleted at the next start   ...  ^ the one moment at which the rows go and the segment comes
//! ```

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::{Envelope, Timestamp};
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::segment::Builder;
use super::segments::{self, PART, Registered};
use super::writer::Message;
use super::{LogFile, Readers};
use crate::JournalError;

/// Size limits of segments and blocks.
#[derive(Clone, Copy, Debug)]
pub struct Cut {
    /// The maximum number of events per segment. This much work is repeated when an archive run is interrupted.
    pub segment_events: u64,
    /// Block size in bytes before compression. This much is decompressed to read a single event.
    pub block_bytes: usize,
}

impl Default for Cut {
    fn default() -> Self {
        Self { segment_events: 1 << 18, block_bytes: 64 << 10 }
    }
}

/// The result of an archive run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Archived {
    /// Segment files written.
    pub segments: u64,
    /// Events in them.
    pub events: u64,
    /// Size of the events' values as rows, without indexes.
    pub bytes_before: u64,
    /// Size of the files.
    pub bytes_after: u64,
}

/// Rows read at a time while a segment is written, so that no snapshot is held for long.
const PAGE: usize = 2048;
/// Rows deleted in one transaction between two batches.
const ROWS: u64 = 256;

struct Made {
    segment: Registered,
    plain: u64,
}

/// Cancels an archive run when its future is dropped. The thread that writes a file is not dropped with the future,
/// and a stopping process waits for it.
#[derive(Default)]
struct CancelOnDrop(Arc<AtomicBool>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn given_up() -> JournalError {
    JournalError::Unavailable("the archive run was given up".into())
}

impl LogFile {
    /// Archives every complete month that ended at or before `end`, the beginning of a month. Events later than `now`
    /// were stamped by a clock that ran ahead. They are archived with the month of the events around them; otherwise
    /// nothing would be archived until their time.
    pub async fn archive(&self, end: Timestamp, now: Timestamp, cut: Cut) -> Result<Archived, JournalError> {
        let _one_at_a_time = self.archiving.lock().await;
        let (mut archived, wanted, until) =
            (Archived::default(), CancelOnDrop::default(), (end, now.max(end)));
        loop {
            while self.chore(delete_archived).await? > 0 {}
            let dropped = Arc::clone(&wanted.0);
            let made = self.read(move |readers| next_segment(readers, until, cut, &dropped)).await?;
            let Some(Made { segment, plain }) = made else {
                return Ok(archived);
            };
            archived.segments += 1;
            archived.events += segment.last - segment.first + 1;
            archived.bytes_before += plain;
            archived.bytes_after += segment.bytes;
            let log = self.log;
            let last = segment.last;
            self.chore(move |connection| {
                let changed = segment.register(connection)?;
                segments::measure(connection, log)?;
                Ok(changed)
            })
            .await?;
            self.recent.forget(last);
        }
    }

    pub(super) async fn chore(
        &self,
        work: impl FnOnce(&Connection) -> Result<usize, JournalError> + Send + 'static,
    ) -> Result<usize, JournalError> {
        let gone = || JournalError::Unavailable("it is shutting down".into());
        let (reply, answer) = oneshot::channel();
        self.queue.send(Message::Chore(Box::new(work), reply)).await.map_err(|_| gone())?;
        answer.await.map_err(|_| JournalError::Unavailable("it gave no answer".into()))?
    }
}

/// Deletes a batch of the oldest rows whose events are in segments. Their pages are reused for later rows.
fn delete_archived(connection: &Connection) -> Result<usize, JournalError> {
    let delete = "delete from event_store where position <=
                  min((select max(last_position) from segments), (select min(position) from event_store) + ?1 - 1)";
    Ok(connection.prepare_cached(delete)?.execute([ROWS])?)
}

/// Writes the next segment and gives it its final name; `None` if the month of the next event is not over by `end`.
fn next_segment(
    readers: &Readers,
    (end, now): (Timestamp, Timestamp),
    cut: Cut,
    dropped: &AtomicBool,
) -> Result<Option<Made>, JournalError> {
    let Some(segments) = &readers.segments else { return Ok(None) };
    // This also excludes a cancelled archive run that is still writing its file.
    let _one_at_a_time = segments.building.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let last = readers.archived()?;
    let Some(month) = month_after(readers, last, now)?.filter(|month| month.next_month() <= end) else {
        return Ok(None);
    };
    let mut page = readers.after(last, PAGE)?;
    let failed = |error: std::io::Error| {
        JournalError::Unavailable(format!("{}: {error}", segments.directory.display()).into())
    };
    std::fs::create_dir_all(&segments.directory).map_err(failed)?;
    let part = segments.directory.join(format!("{}.{PART}", segments.log.as_str()));
    let mut builder = Builder::new(&part, cut.block_bytes)?;
    let (mut events, mut plain) = (0, 0);
    'full: while !page.is_empty() {
        for event in &page {
            // Everything after the first event of a later month belongs to the next segment, whatever its time.
            let later = event.timestamp >= month.next_month() && event.timestamp <= now;
            if later || events == cut.segment_events {
                break 'full;
            }
            builder.add(event)?;
            events += 1;
            plain += weight(event);
        }
        if dropped.load(Ordering::Relaxed) {
            return Err(given_up());
        }
        page = readers.after(last + events, PAGE)?;
    }
    let (header, bytes) = builder.finish((segments.log, readers.epoch()))?;
    let name = Registered::file_name(segments.log, month, header.first, header.last);
    std::fs::rename(&part, segments.directory.join(&name)).map_err(failed)?;
    for directory in [Some(segments.directory.as_path()), segments.directory.parent()] {
        directory.map_or(Ok(()), sync).map_err(failed)?;
    }
    let (first, last, times, digest) = (header.first, header.last, header.times, header.digest());
    let segment = Registered { name, first, last, times, bytes, digest };
    Ok(Some(Made { segment, plain }))
}

/// The month of the first event after `last` whose time is not in the future.
fn month_after(readers: &Readers, mut last: u64, now: Timestamp) -> Result<Option<Timestamp>, JournalError> {
    loop {
        let page = readers.after(last, PAGE)?;
        let Some(end) = page.last() else { return Ok(None) };
        if let Some(event) = page.iter().find(|event| event.timestamp <= now) {
            return Ok(Some(event.timestamp.month()));
        }
        last = end.position.seq;
    }
}

/// Syncs the directory, which makes a new file name durable.
fn sync(directory: &Path) -> std::io::Result<()> {
    File::open(directory)?.sync_all()
}

fn weight(event: &Envelope) -> u64 {
    let Envelope { stream, event_type, data, metadata, user_id, .. } = event;
    let texts = [stream.tenant.as_str(), &stream.kind, &stream.id, event_type, data, metadata];
    let numbers = 4 * 8 + 16 + if user_id.is_some() { 16 } else { 0 };
    texts.iter().map(|text| text.len() as u64).sum::<u64>() + numbers
}
