//! The conditions of a search one by one, each with the search without it.

use super::HomeSearch;
use crate::labels::capitalised;
use crate::messages::Language;
use crate::place_path::{HOMES, What};

/// A condition, and what is wanted without it.
pub(crate) struct Condition {
    /// What it is about: `locality`, `kind`, `deal`, `q` or the name of a filter.
    pub(crate) about: &'static str,
    pub(crate) label: String,
    pub(crate) without: HomeSearch,
}

impl HomeSearch {
    /// Every condition but the words.
    pub(crate) fn conditions(&self, language: Language) -> Vec<Condition> {
        let label = |key: &str| capitalised(language.text(key).to_string());
        let mut conditions = Vec::new();
        if let Some(locality) = &self.place.locality {
            let mut without = self.clone();
            without.place.locality = None;
            conditions.push(Condition { about: "locality", label: locality.name.clone(), without });
        }
        if let Some(What { kind, deal }) = self.place.what {
            if kind.slug != HOMES.slug {
                let mut without = self.clone();
                without.place.what = What::new(&HOMES, deal);
                conditions.push(Condition { about: "kind", label: label(kind.words), without });
            }
            if let Some(deal) = deal {
                let mut without = self.clone();
                without.place.what = What::new(kind, None);
                conditions.push(Condition { about: "deal", label: label(deal.words), without });
            }
        }
        for (at, (parameter, value)) in self.filters.iter().enumerate() {
            let mut without = self.clone();
            without.filters.remove(at);
            conditions.push(Condition {
                about: parameter.name,
                label: parameter.told(language, value),
                without,
            });
        }
        conditions
    }

    /// The same without the words.
    pub(crate) fn without_words(&self) -> Self {
        self.with_words(String::new())
    }

    /// The same with other words.
    pub(crate) fn with_words(&self, words: String) -> Self {
        let mut other = Self { words, ..self.clone() };
        // The best match first is an order of words only.
        if other.sort.is_some_and(|sort| *sort == super::BEST || *sort == *other.usual_sort()) {
            other.sort = None;
        }
        other
    }
}
