//! Counts texts over several segments.

use std::collections::BTreeMap;

use super::text_column::Text;
use crate::query::Count;

/// Counts of texts: by key, then by written form.
#[derive(Debug, Default)]
pub struct TextCounts<'a>(BTreeMap<&'a str, BTreeMap<&'a str, u64>>);

impl<'a> TextCounts<'a> {
    /// Adds the counts of a segment, by ordinal.
    pub fn add_all(&mut self, texts: &'a [Text], counts: &[u32]) {
        for (text, count) in texts.iter().zip(counts).filter(|(_, count)| **count > 0) {
            self.add(&text.key, &text.shown, u64::from(*count));
        }
    }

    /// Adds to the count of a text.
    pub fn add(&mut self, key: &'a str, shown: &'a str, count: u64) {
        *self.0.entry(key).or_default().entry(shown).or_default() += count;
    }

    /// The sum of all counts.
    pub fn sum(&self) -> u64 {
        self.0.values().flat_map(BTreeMap::values).sum()
    }

    /// At most `most` texts, the most common first, each in its most common written form.
    pub fn most_common(&self, most: usize) -> Vec<Count> {
        let one = |written: &BTreeMap<&str, u64>| {
            let shown = written.iter().rev().max_by_key(|(_, count)| **count);
            Count::of(shown.map(|(shown, _)| (*shown).to_owned()).unwrap_or_default(), written.values().sum())
        };
        let mut counts: Vec<Count> = self.0.values().map(one).collect();
        counts.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
        counts.truncate(most);
        counts
    }
}
