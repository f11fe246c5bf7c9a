//! The CSV file: its header, and its rows with their real line numbers.

use csv::{ByteRecord, Reader, ReaderBuilder};

use super::ImportError;
use super::amenities::AMENITIES;
use super::listing::{self, Listing};

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

pub(super) struct Sheet<'a> {
    bytes: &'a [u8],
    /// The position of each expected column. Columns may be in any order.
    places: Vec<usize>,
    header: Vec<String>,
}

pub(super) struct Row {
    pub(super) line: u64,
    /// All mistakes of the row, in one text.
    pub(super) listing: Result<Listing, String>,
}

impl<'a> Sheet<'a> {
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, ImportError> {
        let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
        let mut record = ByteRecord::new();
        read(&mut reader(bytes), &mut record);
        let header: Vec<String> =
            record.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
        let place = |column: &str| header.iter().position(|name| name.eq_ignore_ascii_case(column));
        let missing: Vec<String> =
            columns().filter(|column| place(column).is_none()).map(str::to_owned).collect();
        if !missing.is_empty() {
            return Err(ImportError::Header { missing, found: header });
        }
        let places = columns().filter_map(place).collect();
        Ok(Self { bytes, places, header })
    }

    /// Columns that the import does not know and therefore ignores.
    pub(super) fn ignored_columns(&self) -> Vec<String> {
        let unused = self.header.iter().enumerate().filter(|(place, _)| !self.places.contains(place));
        unused.map(|(_, name)| name.clone()).collect()
    }

    /// The number of rows after the header, without blank lines.
    pub(super) fn count(&self) -> usize {
        let (mut reader, mut record) = self.after_header();
        std::iter::from_fn(|| read(&mut reader, &mut record).then_some(())).count()
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = Row> {
        let (mut reader, mut record) = self.after_header();
        let mut lines = Lines { bytes: self.bytes, at: 0, line: 1 };
        std::iter::from_fn(move || {
            let more = read(&mut reader, &mut record);
            let start = record.position().map_or(0, csv::Position::byte);
            more.then(|| Row { line: lines.line_of(start), listing: self.listing(&record) })
        })
    }

    fn after_header(&self) -> (Reader<&'a [u8]>, ByteRecord) {
        let mut reader = reader(self.bytes);
        let mut record = ByteRecord::new();
        read(&mut reader, &mut record);
        (reader, record)
    }

    fn listing(&self, record: &ByteRecord) -> Result<Listing, String> {
        if record.len() != self.header.len() {
            let open_quote = record.iter().any(|field| field.contains(&b'\n'));
            let hint = if open_quote { "; a quotation mark may not be closed" } else { "" };
            return Err(format!(
                "the row has {} fields, the header has {}{hint}",
                record.len(),
                self.header.len()
            ));
        }
        let fields: Vec<&[u8]> = self.places.iter().filter_map(|place| record.get(*place)).collect();
        Listing::read(&fields)
    }
}

fn reader(bytes: &[u8]) -> Reader<&[u8]> {
    ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes)
}

/// False at the end. Reading from memory cannot fail, and rows of any width are accepted.
fn read(reader: &mut Reader<&[u8]>, record: &mut ByteRecord) -> bool {
    reader.read_byte_record(record).unwrap_or(false)
}

/// All expected columns, in the order that [`Listing::read`] takes them.
fn columns() -> impl Iterator<Item = &'static str> {
    listing::COLUMNS.into_iter().chain(AMENITIES.map(|(column, _)| column))
}

/// Counts lines itself, because the reader reports the first of the blank lines before a row.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// `start` must never decrease.
    fn line_of(&mut self, start: u64) -> u64 {
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        while let Some(byte) = self.bytes.get(self.at)
            && (self.at < start || matches!(byte, b'\r' | b'\n'))
        {
            // Old sheets end their lines with a single carriage return.
            let ends = *byte == b'\n' || (*byte == b'\r' && self.bytes.get(self.at + 1) != Some(&b'\n'));
            self.line += u64::from(ends);
            self.at += 1;
        }
        self.line
    }
}

pub(super) fn describe_header(missing: &[String], found: &[String]) -> String {
    const SHOWN: usize = 8;
    let list = |names: &[String]| {
        let shown = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
        let more = names.len().saturating_sub(SHOWN);
        if more == 0 { shown } else { format!("{shown} and {more} more") }
    };
    if found.is_empty() {
        return ": the file is empty".to_owned();
    }
    format!("; missing: {}; the file has: {}", list(missing), list(found))
}

#[cfg(test)]
mod fuzz {
    use super::*;

    #[test]
    fn fuzz_csv() {
        let header = columns().collect::<Vec<_>>().join(",");
        bolero::check!().with_type::<(Vec<u8>, bool)>().for_each(|(rest, with_header)| {
            let mut bytes = if *with_header { format!("{header}\r\n").into_bytes() } else { Vec::new() };
            bytes.extend_from_slice(rest);
            let Ok(sheet) = Sheet::open(&bytes) else { return };
            let rows: Vec<Row> = sheet.rows().collect();
            assert_eq!(rows.len(), sheet.count());
            assert!(rows.windows(2).all(|pair| pair[0].line < pair[1].line), "lines go on");
            for row in rows {
                if let Ok(listing) = row.listing {
                    let _ = (listing.title(), listing.body());
                }
            }
            let _ = sheet.ignored_columns();
        });
    }
}
