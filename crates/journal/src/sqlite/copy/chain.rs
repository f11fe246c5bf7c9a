//! Reads the successive copies of one log as a single log.

use std::path::PathBuf;

use domain::{Envelope, Log, Position};
use rusqlite::{Connection, OpenFlags, OptionalExtension};

use super::super::reader;
use super::super::segment::{Blocks, Segment, SegmentProbe};
use super::super::segments::{self, Registered};
use super::{CopyEnd, CopyError, PAGE};
use uuid::Uuid;

/// One copy in a chain.
#[derive(Debug)]
pub(super) struct ChainPart {
    pub file: PathBuf,
    pub connection: Connection,
    pub after: u64,
    pub mark: CopyEnd,
}

/// Successive copies, each containing what was added since the previous one.
#[derive(Debug)]
pub struct Chain {
    pub(super) log: Log,
    pub(super) parts: Vec<ChainPart>,
    /// The segments listed in the last copy, each with its file.
    pub(super) segments: Vec<(Registered, PathBuf)>,
}

impl ChainPart {
    fn open(file: PathBuf) -> Result<Self, CopyError> {
        let read = || -> rusqlite::Result<_> {
            let connection = Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
            let found = connection
                .query_row("select epoch, after, seq, event_id from mark", [], |row| {
                    let id: Option<[u8; 16]> = row.get(3)?;
                    let mark =
                        CopyEnd { epoch: row.get(0)?, seq: row.get(2)?, event_id: id.map(Uuid::from_bytes) };
                    Ok((row.get(1)?, mark))
                })
                .optional()?;
            Ok((connection, found))
        };
        let (connection, found) = read().map_err(|error| CopyError::damaged(&file, error.to_string()))?;
        let (after, mark) = found.ok_or_else(|| CopyError::damaged(&file, "it was not finished"))?;
        Ok(Self { file, connection, after, mark })
    }
}

impl Chain {
    /// Opens the copies of `log` in the order in which they were made; `segment` gives the file of a segment.
    ///
    /// # Errors
    /// If a copy cannot be read, is unfinished or does not follow the previous one, or a segment's file is missing.
    pub fn open(
        log: Log,
        files: Vec<PathBuf>,
        segment: impl Fn(&str) -> Option<PathBuf>,
    ) -> Result<Self, CopyError> {
        let parts = files.into_iter().map(ChainPart::open).collect::<Result<Vec<_>, _>>()?;
        let mut end = None;
        for part in &parts {
            let follows = end.map_or(part.after == 0, |end: CopyEnd| {
                part.after == end.seq && part.mark.epoch == end.epoch && part.mark.seq >= end.seq
            });
            if !follows {
                return Err(CopyError::damaged(&part.file, "it does not follow the copy before it"));
            }
            end = Some(part.mark);
        }
        let mut chain = Self { log, parts, segments: Vec::new() };
        let Some(last) = chain.parts.last() else { return Ok(chain) };
        let registered = segments::registered(&last.connection, "true order by first_position", [])
            .map_err(|error| CopyError::damaged(&last.file, error.to_string()))?;
        for one in registered {
            let missing = || CopyError::damaged(&last.file, format!("the segment {} is not there", one.name));
            let file = segment(&one.name).ok_or_else(missing)?;
            chain.segments.push((one, file));
        }
        Ok(chain)
    }

    /// Where the chain ends; without copies, the start of the first history.
    #[must_use]
    pub fn mark(&self) -> CopyEnd {
        self.parts.last().map_or(CopyEnd { epoch: 1, seq: 0, event_id: None }, |part| part.mark)
    }

    /// The names of the segments that the copy `part` needs.
    ///
    /// # Errors
    /// If the copy `part` cannot be read.
    pub fn segments(part: PathBuf) -> Result<Vec<String>, CopyError> {
        let mut names = Vec::new();
        ChainPart::open(part)?.each("select name from segments order by first_position", |row| {
            names.push(row.get(0)?);
            Ok(())
        })?;
        Ok(names)
    }

    /// The last archived position.
    pub(super) fn archived(&self) -> u64 {
        self.segments.last().map_or(0, |(segment, _)| segment.last)
    }

    /// Reads every event in order, without a gap.
    ///
    /// # Errors
    /// If anything differs from what was written, or `each` fails.
    pub fn each(&self, mut each: impl FnMut(&Envelope) -> Result<(), CopyError>) -> Result<(), CopyError> {
        let start = Position::start(self.log, self.mark().epoch);
        let mut last = 0;
        for (registered, file) in &self.segments {
            let bytes = std::fs::metadata(file).map_err(CopyError::io(file))?.len();
            if bytes != registered.bytes {
                let what = format!("{bytes} of {} bytes", registered.bytes);
                return Err(CopyError::damaged(file, what));
            }
            let segment = Segment::open(file, registered.digest, Blocks::new(0))?;
            for block in segment.after(0) {
                for event in segment.events(block, SegmentProbe::default(), (start, 0, usize::MAX))? {
                    last = self.next(file, last, &event)?;
                    each(&event)?;
                }
            }
        }
        for part in &self.parts {
            while last < part.mark.seq {
                let page = reader::page(&part.connection, start, last, PAGE)
                    .map_err(|error| CopyError::damaged(&part.file, error.to_string()))?;
                if page.is_empty() {
                    break;
                }
                for event in page {
                    last = self.next(&part.file, last, &event)?;
                    each(&event)?;
                }
            }
        }
        let end = self.mark().seq;
        match self.parts.last() {
            Some(part) if last != end => {
                Err(CopyError::damaged(&part.file, format!("the events end at {last} and not at {end}")))
            }
            _ => Ok(()),
        }
    }

    fn next(&self, file: &std::path::Path, last: u64, event: &Envelope) -> Result<u64, CopyError> {
        let found = event.position.seq;
        if found == last + 1 {
            return Ok(found);
        }
        let log = self.log.as_str();
        Err(CopyError::damaged(file, format!("a hole in the {log} log: {found} follows {last}")))
    }
}
