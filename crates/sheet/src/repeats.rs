//! Rows that repeat an earlier row of the same sheet. Memory is about 60 bytes a row.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use aws_lc_rs::digest::{SHA256, digest};

use super::StatedRow;

/// The rows so far.
#[derive(Default)]
pub(super) struct SeenRows {
    /// The first row with a reference, by the reference's digest.
    first: HashMap<u128, FirstRow>,
    /// The lines of further rows with a reference and another content, by the digest of both. A sheet may hold nothing
    /// but such rows, so each is found without looking at the others.
    others: HashMap<u128, u32>,
}

struct FirstRow {
    content: u64,
    line: u32,
    /// How many rows with the same reference say something else.
    others: u32,
}

/// A row compared with those before it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Repeat {
    New,
    /// The row at this line says the same.
    Of(u64),
    /// The row at this line has the same id and says something else.
    Contradicts(u64),
}

impl SeenRows {
    /// Compares a row, and adds it. Of rows without an id that describe the same thing and differ in what may change,
    /// each is a thing of its own: the reference of the second ends with `-2`.
    pub(super) fn compare(&mut self, row: &mut StatedRow, line: u64) -> Repeat {
        let key = short_digest(row.reference.as_bytes());
        let content = row.content();
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        let Some(first) = self.first.get_mut(&key) else {
            self.first.insert(key, FirstRow { content, line, others: 0 });
            return Repeat::New;
        };
        if first.content == content {
            return Repeat::Of(first.line.into());
        }
        if row.is_named {
            return Repeat::Contradicts(first.line.into());
        }
        match self.others.entry(short_digest(&[&key.to_be_bytes()[..], &content.to_be_bytes()].concat())) {
            Entry::Occupied(same) => Repeat::Of((*same.get()).into()),
            Entry::Vacant(new) => {
                new.insert(line);
                first.others += 1;
                row.reference = format!("{}-{}", row.reference, first.others + 1);
                Repeat::New
            }
        }
    }

    /// How many rows differ from another only in what may change.
    pub(super) fn alike(&self) -> usize {
        self.others.len()
    }
}

fn short_digest(bytes: &[u8]) -> u128 {
    let hash = digest(&SHA256, bytes);
    hash.as_ref().iter().take(16).fold(0, |number, byte| (number << 8) | u128::from(*byte))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use crate::sample::SAMPLE;
    use crate::{RowContent, Sheet, SheetOptions};

    #[test]
    fn rows_that_differ_in_the_price_only_are_told_apart_and_those_that_do_not_are_repeats() {
        let prices: Vec<String> = (0..20_000).map(|row| format!("{},Uppal,Flat\n", row % 15_000)).collect();
        let prices = prices.concat();
        let sheet = format!("price,location,type\n1,Miyapur,Flat\n{prices}1,Miyapur,Flat\n");
        let sheet = Sheet::open(&SAMPLE, Cursor::new(sheet.into_bytes()), &SheetOptions::default()).unwrap();
        let mut rows = sheet.rows().unwrap();
        let (mut references, mut repeats) = (Vec::new(), Vec::new());
        while let Some(row) = rows.next_row().unwrap() {
            match row.content {
                RowContent::Stated(stated) => references.push(stated.reference),
                RowContent::Repeats(first) => repeats.push((row.line, first)),
                RowContent::Invalid(mistakes) => panic!("{mistakes}"),
            }
        }
        assert_eq!(references.len(), 15_001);
        assert_eq!(references[1..4], ["made-\"Uppal\"", "made-\"Uppal\"-2", "made-\"Uppal\"-3"]);
        assert_eq!(references[15_000], "made-\"Uppal\"-15000");
        let wanted: Vec<(u64, u64)> = (3..5_003).map(|first| (first + 15_000, first)).collect();
        assert_eq!(repeats[..5_000], wanted);
        assert_eq!((repeats.len(), repeats[5_000]), (5_001, (20_003, 2)));
        assert_eq!(rows.alike(), 14_999);
    }
}
