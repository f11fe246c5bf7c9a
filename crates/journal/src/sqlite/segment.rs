//! A segment: an immutable, compressed file of consecutive events of the log.
//!
//! ```text
//! header | block block block … | page page … | index
//!   |        compressed events     terms         where every block and page is, of which positions, times, terms
//!   `- log, epoch, positions, times, where the index is; its digest stands in the log's database
//! ```
//! Every part has a checksum of its bytes in the file, stored in the part that points to it. Reading returns exactly
//! what was written, or fails with the name of the file.

mod build;
mod bytes;
mod event;
mod read;
mod terms;

use std::path::Path;

use domain::{Log, Timestamp};

pub use build::Builder;
use bytes::{Bytes, put};
pub use event::SegmentProbe;
pub use read::{Blocks, Segment};
pub use terms::Term;

use crate::{EventQuery, JournalError};

/// The first bytes of every segment.
const MAGIC: [u8; 8] = *b"HYDSEG\r\n";
/// The version of the file format.
const FORMAT: u16 = 1;
/// The header is padded to this length.
const HEADER: usize = 128;

/// The first bytes of the SHA-256 of a header. The other parts use CRC-32, because without hardware support hashing a
/// block takes longer than decompressing it.
pub type Digest = [u8; 8];

fn digest(bytes: &[u8]) -> Digest {
    let whole = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    let mut digest = Digest::default();
    digest.copy_from_slice(&whole.as_ref()[..size_of::<Digest>()]);
    digest
}

fn damaged(path: &Path, what: impl Into<String>) -> JournalError {
    JournalError::Damaged { file: path.display().to_string(), what: what.into() }
}

/// The place of a part in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Extent {
    at: u64,
    bytes: u64,
    checksum: u32,
}

impl Extent {
    fn put(self, out: &mut Vec<u8>) {
        put::number(out, self.at);
        put::number(out, self.bytes);
        out.extend(self.checksum.to_le_bytes());
    }

    fn read(bytes: &mut Bytes<'_>) -> Option<Self> {
        let (at, length) = (bytes.number()?, bytes.number()?);
        Some(Self { at, bytes: length, checksum: u32::from_le_bytes(bytes.array()?) })
    }
}

/// The description of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SegmentHeader {
    pub log: Log,
    /// The epoch in which it was archived. Later histories of the log keep it.
    pub epoch: u32,
    pub first: u64,
    pub last: u64,
    pub events: u64,
    /// The earliest and the latest event time.
    pub times: (Timestamp, Timestamp),
    index: Extent,
}

impl SegmentHeader {
    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEADER);
        out.extend(MAGIC);
        out.extend(FORMAT.to_le_bytes());
        put::text(&mut out, self.log.as_str());
        put::number(&mut out, self.epoch.into());
        for number in [self.first, self.last, self.events] {
            put::number(&mut out, number);
        }
        put::signed(&mut out, self.times.0.micros());
        put::signed(&mut out, self.times.1.micros());
        self.index.put(&mut out);
        out.resize(HEADER - size_of::<Digest>(), 0);
        out.extend(digest(&out));
        out
    }

    fn decode(header: &[u8]) -> Result<Self, &'static str> {
        let (stated, archive) =
            header.split_at_checked(HEADER - size_of::<Digest>()).ok_or("it is too short")?;
        let mut bytes = Bytes(stated);
        if bytes.array() != Some(MAGIC) {
            return Err("it is no segment");
        }
        if digest(stated) != archive {
            return Err("its header is not as it was written");
        }
        match bytes.array().map(u16::from_le_bytes) {
            Some(FORMAT) => Self::fields(&mut bytes).ok_or("its header cannot be read"),
            _ => Err("its format is not known to this program"),
        }
    }

    fn fields(bytes: &mut Bytes<'_>) -> Option<Self> {
        let name = bytes.text()?;
        Some(Self {
            log: Log::ALL.into_iter().find(|log| log.as_str() == name)?,
            epoch: bytes.number()?.try_into().ok()?,
            first: bytes.number()?,
            last: bytes.number()?,
            events: bytes.number()?,
            times: (Timestamp::from_micros(bytes.signed()?), Timestamp::from_micros(bytes.signed()?)),
            index: Extent::read(bytes)?,
        })
    }

    /// The digest of the header. Through the index checksum in the header it covers everything in the file.
    pub fn digest(&self) -> Digest {
        digest(&self.encode())
    }
}

/// The index entry of a block of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SegmentBlock {
    place: Extent,
    /// Its length before compression.
    plain: u64,
    pub first: u64,
    pub events: u64,
    pub times: (Timestamp, Timestamp),
}

impl SegmentBlock {
    fn put(&self, out: &mut Vec<u8>) {
        self.place.put(out);
        for number in [self.plain, self.first, self.events] {
            put::number(out, number);
        }
        put::signed(out, self.times.0.micros());
        put::signed(out, self.times.1.micros() - self.times.0.micros());
    }

    fn read(bytes: &mut Bytes<'_>) -> Option<Self> {
        let (place, plain, first, events) =
            (Extent::read(bytes)?, bytes.number()?, bytes.number()?, bytes.number()?);
        let from = bytes.signed()?;
        let to = from.checked_add(bytes.signed()?)?;
        let times = (Timestamp::from_micros(from), Timestamp::from_micros(to));
        Some(Self { place, plain, first, events, times })
    }
}

impl SegmentBlock {
    /// Whether the block may contain matching events, judging by its positions and times.
    pub fn may_hold(&self, query: &EventQuery) -> bool {
        query.before.is_none_or(|before| self.first < before)
            && query.after.is_none_or(|after| self.first + self.events - 1 > after)
            && query.from.is_none_or(|from| self.times.1 >= from)
            && query.to.is_none_or(|to| self.times.0 <= to)
    }
}
