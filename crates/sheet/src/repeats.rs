//! Rows that repeat an earlier row of the same sheet. Memory is about 60 bytes a row.

use std::collections::HashMap;

use aws_lc_rs::digest::{SHA256, digest};

use super::StatedRow;

/// The rows so far.
#[derive(Default)]
pub(super) struct SeenRows {
    /// Digest of a reference, with the content and the line of the first row that has it.
    first: HashMap<u128, (u64, u32)>,
    /// Further rows with the same reference and another content: their lines, in order.
    others: HashMap<u128, Vec<(u64, u32)>>,
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
        let hash = digest(&SHA256, row.reference.as_bytes());
        let key =
            hash.as_ref().iter().take(16).fold(0, |number: u128, byte| (number << 8) | u128::from(*byte));
        let content = row.content();
        let place = u32::try_from(line).unwrap_or(u32::MAX);
        let Some((known, first)) = self.first.get(&key).copied() else {
            self.first.insert(key, (content, place));
            return Repeat::New;
        };
        if known == content {
            return Repeat::Of(first.into());
        }
        if row.is_named {
            return Repeat::Contradicts(first.into());
        }
        let others = self.others.entry(key).or_default();
        if let Some((_, line)) = others.iter().find(|(known, _)| *known == content) {
            return Repeat::Of((*line).into());
        }
        others.push((content, place));
        row.reference = format!("{}-{}", row.reference, others.len() + 1);
        Repeat::New
    }

    /// How many rows differ from another only in what may change.
    pub(super) fn alike(&self) -> usize {
        self.others.values().map(Vec::len).sum()
    }
}
