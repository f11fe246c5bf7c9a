//! Reads a segment: the index once when it is opened, then only the blocks that are needed.

use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::{Envelope, Position, Timestamp};

use super::bytes::Bytes;
use super::event::{SegmentProbe, StoredEvent};
use super::terms::{self, Term, TermsPage};
use super::{Digest, Extent, HEADER, SegmentBlock, SegmentHeader, damaged};
use crate::JournalError;

/// Cache of decompressed blocks, by first position of the segment and block number. Pages of history rarely end at a
/// block boundary, so the next page often needs the same block.
pub type Blocks = moka::sync::Cache<(u64, usize), Arc<[u8]>>;

/// The maximum size of a block. A greater length is treated as damage and not allocated.
const LARGEST: u64 = 1 << 30;

/// An open segment.
#[derive(Debug)]
pub struct Segment {
    path: PathBuf,
    file: File,
    header: SegmentHeader,
    blocks: Vec<SegmentBlock>,
    pages: Vec<TermsPage>,
    clear: Blocks,
}

impl Segment {
    /// Opens a segment and checks that it is the one registered with `digest`.
    pub fn open(path: &Path, registered: Digest, clear: Blocks) -> Result<Self, JournalError> {
        let file = File::open(path).map_err(|error| failed(path, &error))?;
        let mut head = [0; HEADER];
        file.read_exact_at(&mut head, 0).map_err(|error| failed(path, &error))?;
        let header = SegmentHeader::decode(&head).map_err(|what| damaged(path, what))?;
        if header.digest() != registered {
            return Err(damaged(path, "it is not the segment that was sealed"));
        }
        let path = path.to_owned();
        let mut segment = Self { path, file, header, blocks: Vec::new(), pages: Vec::new(), clear };
        let index = segment.part(header.index)?;
        segment
            .read_index(Bytes(&index))
            .ok_or_else(|| damaged(&segment.path, "its index cannot be read"))?;
        Ok(segment)
    }

    fn read_index(&mut self, mut index: Bytes<'_>) -> Option<()> {
        for _ in 0..index.number()? {
            self.blocks.push(SegmentBlock::read(&mut index)?);
        }
        while !index.0.is_empty() {
            self.pages.push(TermsPage::read(&mut index)?);
        }
        Some(())
    }

    /// Reads one part of the file and verifies its checksum.
    fn part(&self, extent: Extent) -> Result<Vec<u8>, JournalError> {
        let length = usize::try_from(extent.bytes.min(LARGEST)).unwrap_or_default();
        let mut bytes = vec![0; length];
        self.file.read_exact_at(&mut bytes, extent.at).map_err(|error| failed(&self.path, &error))?;
        if crc32fast::hash(&bytes) != extent.checksum {
            return Err(damaged(&self.path, format!("the {length} bytes at {} changed", extent.at)));
        }
        Ok(bytes)
    }

    fn block(&self, number: usize) -> Result<Arc<[u8]>, JournalError> {
        let key = (self.header.first, number);
        if let Some(clear) = self.clear.get(&key) {
            return Ok(clear);
        }
        let block = self.blocks[number];
        let bytes = self.part(block.place)?;
        let plain = usize::try_from(block.plain.min(LARGEST)).unwrap_or_default();
        let clear: Arc<[u8]> = zstd::bulk::decompress(&bytes, plain)
            .map_err(|error| damaged(&self.path, format!("block {number}: {error}")))?
            .into();
        self.clear.insert(key, Arc::clone(&clear));
        Ok(clear)
    }

    /// Reads up to `limit` matching events of a block after position `after`; `start` supplies their log and epoch.
    pub fn events(
        &self,
        number: usize,
        probe: SegmentProbe<'_>,
        (start, after, limit): (Position, u64, usize),
    ) -> Result<Vec<Envelope>, JournalError> {
        let (clear, block) = (self.block(number)?, self.blocks[number]);
        let mut bytes = Bytes(&clear);
        let mut before = Timestamp::default();
        let mut found = Vec::new();
        for seq in block.first..block.first + block.events {
            if found.len() == limit {
                return Ok(found);
            }
            let event = StoredEvent::read(&mut bytes, before).ok_or_else(|| {
                damaged(&self.path, format!("event {seq} of block {number} cannot be read"))
            })?;
            before = event.timestamp;
            if seq > after && probe.fits(&event) {
                found.push(event.envelope(start.at(seq)));
            }
        }
        if bytes.0.is_empty() {
            Ok(found)
        } else {
            Err(damaged(&self.path, format!("block {number} holds more than it says")))
        }
    }

    /// The index entry of a block.
    pub fn about(&self, number: usize) -> &SegmentBlock {
        &self.blocks[number]
    }

    /// The blocks that contain positions after `after`.
    pub fn after(&self, after: u64) -> std::ops::Range<usize> {
        self.blocks.partition_point(|block| block.first + block.events - 1 <= after)..self.blocks.len()
    }

    /// The blocks, in order, that may contain events of `tenant` with all of `terms`.
    pub fn with(&self, tenant: &str, terms: &[Term<'_>]) -> Result<Vec<usize>, JournalError> {
        let mut both: Option<Vec<u32>> = None;
        for term in terms {
            let listed = self.listed(terms::hash(tenant, *term))?;
            both = Some(match both {
                None => listed,
                Some(blocks) => {
                    blocks.into_iter().filter(|block| listed.binary_search(block).is_ok()).collect()
                }
            });
        }
        let blocks = both.unwrap_or_default().into_iter().map(|block| block as usize);
        Ok(blocks.filter(|block| *block < self.blocks.len()).collect())
    }

    fn listed(&self, hash: u32) -> Result<Vec<u32>, JournalError> {
        let mut blocks = Vec::new();
        for page in terms::candidates(&self.pages, hash) {
            let bytes = self.part(page.place)?;
            terms::look_up(&bytes, page.first, hash, &mut blocks)
                .ok_or_else(|| damaged(&self.path, "a page of terms cannot be read"))?;
        }
        Ok(blocks)
    }
}

/// A missing or truncated file is damage. Other errors may be transient.
fn failed(path: &Path, error: &std::io::Error) -> JournalError {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::UnexpectedEof => damaged(path, error.to_string()),
        _ => JournalError::Unavailable(format!("{} cannot be read: {error}", path.display()).into()),
    }
}
