//! What a search found, as the API reports it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::paging::Listed;
use super::property::Property;
use crate::messages::Language;
use crate::numbers::Count;

/// A page of the homes found, and how the words of the search were understood.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct FoundHomes {
    pub(crate) content: Vec<Property>,
    pub(crate) total_elements: Count,
    pub(crate) total_pages: u64,
    pub(crate) understood: Understood,
    pub(crate) relaxed: Option<Relaxed>,
    pub(crate) facets: Facets,
}

/// The counts of what can be chosen next, by filter.
pub(crate) type Facets = BTreeMap<String, Vec<FacetCount>>;

/// The number of homes with one value of a filter.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct FacetCount {
    pub(crate) value: String,
    pub(crate) count: Count,
}

/// How many homes a search finds, and what can be chosen next.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Choices {
    pub(crate) total_elements: Count,
    pub(crate) filters: Facets,
}

/// A text that people may mean.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Suggestion {
    pub(crate) text: String,
    pub(crate) kind: String,
}

/// A search that the person made.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct PastSearch {
    pub(crate) search_filters: Option<Map<String, Value>>,
    pub(crate) results_count: Count,
    pub(crate) timestamp: Option<String>,
}

impl Listed for FoundHomes {
    fn without_entries(self) -> Self {
        Self { content: Vec::new(), ..self }
    }
}

/// The words that became filters.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Understood {
    pub(crate) filters: Vec<UnderstoodFilter>,
    /// The words that remained text.
    pub(crate) text: Vec<String>,
    /// The words that only raise a home. Words of filters are among them.
    pub(crate) preferred: Vec<String>,
}

impl Understood {
    /// Whether words would be lost if the filters alone were asked for.
    pub(crate) fn has_more_than_filters(&self) -> bool {
        let of_filters = self.filters.iter().flat_map(|filter| [&filter.words, &filter.label]);
        let of_filters = of_filters.flat_map(|text| text.split(|c: char| !c.is_alphanumeric()));
        let said: BTreeSet<String> = of_filters.map(str::to_lowercase).collect();
        !self.text.is_empty() || self.preferred.iter().any(|word| !said.contains(&word.to_lowercase()))
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct UnderstoodFilter {
    /// The words as they were typed.
    pub(crate) words: String,
    pub(crate) label: String,
    /// The search without the words of this filter.
    pub(crate) without: String,
    /// The same filter as parameters of the API.
    pub(crate) parameters: BTreeMap<String, String>,
}

/// How a search that found nothing was relaxed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Relaxed {
    left_out: Vec<String>,
    /// The language in which it is told.
    #[serde(skip)]
    language: Language,
}

impl Relaxed {
    /// What happened, in words.
    pub(crate) fn words(&self) -> String {
        if self.left_out.is_empty() {
            return self.language.text("search-relaxed-to-text").to_string();
        }
        let quoted = |words: &String| self.language.text("search-quoted").arg("words", words).to_string();
        let and = |all: String, words: String| {
            self.language.text("search-and").arg("first", all).arg("second", words).to_string()
        };
        let words = self.left_out.iter().map(quoted).reduce(and).unwrap_or_default();
        self.language.text("search-relaxed-without").arg("words", words).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::Relaxed;

    #[test]
    fn what_was_left_out_is_told() {
        let told = |words: &[&str]| {
            let left_out = words.iter().map(|word| (*word).to_owned()).collect();
            Relaxed { left_out, ..Relaxed::default() }.words()
        };
        assert!(told(&["gated", "near lake"]).ends_with("without “gated” and “near lake”."));
        assert!(told(&[]).ends_with("in their text."));
    }
}
