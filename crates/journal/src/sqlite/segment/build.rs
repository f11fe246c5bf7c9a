//! Writes a segment: takes events and produces a synced file, with at most one block and the list of terms in memory.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use domain::{Envelope, Timestamp};

use super::bytes::put;
use super::terms::{self, TermsPage};
use super::{Extent, HEADER, SegmentBlock, SegmentHeader, event};
use crate::JournalError;

/// Events are archived once and read occasionally, so compression may take time. Higher levels gain little, because
/// half of the payload is ciphertext.
const LEVEL: i32 = 6;

/// A segment being written, in a file that nobody reads yet.
pub struct Builder {
    path: PathBuf,
    file: File,
    at: u64,
    block_bytes: usize,
    compressor: zstd::bulk::Compressor<'static>,
    plain: Vec<u8>,
    /// Position, number and times of the events in `plain`.
    first: u64,
    events: u64,
    times: (Timestamp, Timestamp),
    before: Timestamp,
    terms: Vec<u32>,
    blocks: Vec<SegmentBlock>,
    entries: Vec<(u32, u32)>,
}

fn failed(path: &Path, error: &std::io::Error) -> JournalError {
    JournalError::Unavailable(format!("{} cannot be written: {error}", path.display()).into())
}

impl Builder {
    /// Creates the file at `path`; a block is closed once its events reach `block_bytes`.
    pub fn new(path: &Path, block_bytes: usize) -> Result<Self, JournalError> {
        let open = || {
            let mut file = File::create(path)?;
            // Reserve space for the header, which is written last.
            file.write_all(&[0; HEADER])?;
            Ok((file, zstd::bulk::Compressor::new(LEVEL)?))
        };
        let (file, compressor) = open().map_err(|error| failed(path, &error))?;
        Ok(Self {
            path: path.to_owned(),
            file,
            at: HEADER as u64,
            block_bytes,
            compressor,
            plain: Vec::new(),
            first: 0,
            events: 0,
            times: Default::default(),
            before: Timestamp::default(),
            terms: Vec::new(),
            blocks: Vec::new(),
            entries: Vec::new(),
        })
    }

    /// Adds the next event.
    pub fn add(&mut self, event: &Envelope) -> Result<(), JournalError> {
        let at = event.timestamp;
        if self.events == 0 {
            (self.first, self.times, self.before) = (event.position.seq, (at, at), Timestamp::default());
        }
        event::write(&mut self.plain, event, self.before);
        self.terms.extend(terms::of(event));
        self.events += 1;
        self.times = (self.times.0.min(at), self.times.1.max(at));
        self.before = at;
        if self.plain.len() >= self.block_bytes { self.close_block() } else { Ok(()) }
    }

    fn close_block(&mut self) -> Result<(), JournalError> {
        let compressed = self.compressor.compress(&self.plain).map_err(|error| failed(&self.path, &error))?;
        let (number, place) =
            (u32::try_from(self.blocks.len()).unwrap_or(u32::MAX), self.write(&compressed)?);
        let Self { first, events, times, .. } = *self;
        self.blocks.push(SegmentBlock { place, plain: self.plain.len() as u64, first, events, times });
        self.terms.sort_unstable();
        self.terms.dedup();
        self.entries.extend(self.terms.drain(..).map(|hash| (hash, number)));
        self.plain.clear();
        self.events = 0;
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<Extent, JournalError> {
        self.file.write_all(bytes).map_err(|error| failed(&self.path, &error))?;
        let extent = Extent { at: self.at, bytes: bytes.len() as u64, checksum: crc32fast::hash(bytes) };
        self.at += extent.bytes;
        Ok(extent)
    }

    /// Writes the terms, the index and the header. The file is then complete and synced. Returns its length too.
    pub fn finish(mut self, (log, epoch): (domain::Log, u32)) -> Result<(SegmentHeader, u64), JournalError> {
        if self.events > 0 {
            self.close_block()?;
        }
        let mut entries = std::mem::take(&mut self.entries);
        entries.sort_unstable();
        let mut index = Vec::new();
        put::number(&mut index, self.blocks.len() as u64);
        self.blocks.iter().for_each(|block| block.put(&mut index));
        for (first, page) in terms::pages(&entries) {
            TermsPage { place: self.write(&page)?, first }.put(&mut index);
        }
        let index = self.write(&index)?;
        let all = |time: fn(&SegmentBlock) -> Timestamp| self.blocks.iter().map(time);
        let header = SegmentHeader {
            log,
            epoch,
            first: self.blocks.first().map_or(0, |block| block.first),
            last: self.blocks.last().map_or(0, |block| block.first + block.events - 1),
            events: self.blocks.iter().map(|block| block.events).sum(),
            times: (
                all(|block| block.times.0).min().unwrap_or_default(),
                all(|block| block.times.1).max().unwrap_or_default(),
            ),
            index,
        };
        let mut archive = || {
            self.file.seek(SeekFrom::Start(0))?;
            self.file.write_all(&header.encode())?;
            self.file.sync_all()
        };
        archive().map_err(|error| failed(&self.path, &error))?;
        Ok((header, self.at))
    }
}
