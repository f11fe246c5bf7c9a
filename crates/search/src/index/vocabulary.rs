//! The vocabulary of a tenant's listings: their localities and title words, with the number of listings for each.

use std::collections::BTreeMap;

use tantivy::{BitSet, SegmentReader, TantivyError};

use super::columns::Columns;
use super::fields::Fields;
use crate::engine::view::View;
use crate::engine::word_matches as texts;
use crate::home::Home;
use domain::TenantId;

/// The words of one tenant's listings on the market.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vocabulary {
    /// By key: each written form with its count.
    pub localities: BTreeMap<String, BTreeMap<String, u64>>,
    /// By word: the number of listings.
    pub titles: BTreeMap<String, u64>,
}

impl Vocabulary {
    /// Reads all segments. Takes some milliseconds for a hundred thousand listings.
    pub fn of(view: &View<Home>, fields: &Fields, tenant: &TenantId) -> tantivy::Result<Self> {
        let mut vocabulary = Self::default();
        for (segment, columns) in view.segments() {
            let mut theirs = BitSet::with_max_value(segment.max_doc());
            texts::with(segment, fields.tenant, tenant.as_str(), |docs| {
                for doc in docs.iter().copied().filter(|doc| !segment.is_deleted(*doc)) {
                    theirs.insert(doc);
                }
            })?;
            vocabulary.add_localities(columns, &theirs, segment.max_doc());
            vocabulary.add_titles(segment, fields, &theirs)?;
        }
        Ok(vocabulary)
    }

    fn add_localities(&mut self, columns: &Columns, theirs: &BitSet, max_doc: u32) {
        let mut counts = vec![0; columns.localities.len()];
        for row in (0..max_doc).filter(|doc| theirs.contains(*doc)).filter_map(|doc| columns.row(doc)) {
            if let Some(count) = counts.get_mut(row.locality as usize) {
                *count += 1;
            }
        }
        for (text, count) in columns.localities.iter().zip(counts).filter(|(_, count)| *count > 0) {
            let written = self.localities.entry(text.key.clone()).or_default();
            *written.entry(text.shown.clone()).or_default() += count;
        }
    }

    fn add_titles(
        &mut self,
        segment: &SegmentReader,
        fields: &Fields,
        theirs: &BitSet,
    ) -> tantivy::Result<()> {
        let index = segment.inverted_index(fields.texts[0])?;
        let mut terms = index.terms().stream().map_err(TantivyError::from)?;
        while terms.advance() {
            let mut count = 0;
            texts::each(&index, terms.value(), |doc| count += u64::from(theirs.contains(doc)))?;
            if let Some(word) = std::str::from_utf8(terms.key()).ok().filter(|_| count > 0) {
                *self.titles.entry(word.to_owned()).or_default() += count;
            }
        }
        Ok(())
    }
}
