//! What is offered when all words of a query together find nothing.
//!
//! First the words that became filters are taken as text: a home whose title says `villa` is found although its
//! field says otherwise. If that finds nothing either, as few conditions as possible are left out, but never most
//! of them. Only what the query says is left out; parameters of the request always hold.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::engine::IndexError;
use crate::index::Index;
use crate::query::{Facet, IndexHits, Query};
use crate::request::TimedSearch;

/// How a search that found nothing was relaxed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RelaxedSearch)]
pub struct Relaxed {
    /// How it was relaxed.
    pub how: How,
    /// The words that were left out, as typed. They are empty when all words were taken as text.
    pub left_out: Vec<String>,
}

/// How a search was relaxed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schema(as = RelaxedHow)]
pub enum How {
    /// All words were taken as text, none as a filter.
    AsText,
    /// Some words were left out.
    LeftOut,
}

/// What a search found, and the query that found it.
#[derive(Debug)]
pub struct Found {
    /// The hits.
    pub hits: IndexHits,
    /// The query that found them.
    pub query: Query,
    /// How the search was relaxed, if it was.
    pub relaxed: Option<Relaxed>,
}

/// Searches, and relaxes a search that finds nothing.
pub fn search(index: &Index, asked: &TimedSearch) -> Result<Found, IndexError> {
    let query = &asked.query;
    let hits = index.search(query)?;
    if hits.total > 0 || asked.understanding.is_empty() {
        return Ok(Found { hits, query: query.clone(), relaxed: None });
    }
    if asked.understood != 0 {
        let literal = asked.literal();
        let hits = index.search(&literal)?;
        if hits.total > 0 {
            let relaxed = Relaxed { how: How::AsText, left_out: Vec::new() };
            return Ok(Found { hits, query: literal, relaxed: Some(relaxed) });
        }
    }
    let (words, filters) = (query.words.len(), asked.understood.count_ones() as usize);
    if words + filters > 1
        && let Some(missed) = best(&index.missed(query, asked.understood)?, words, filters)
    {
        let (narrower, left_out) = asked.without(missed);
        let hits = index.search(&narrower)?;
        let relaxed = Some(Relaxed { how: How::LeftOut, left_out });
        return Ok(Found { hits, query: narrower, relaxed });
    }
    Ok(Found { hits, query: query.clone(), relaxed: None })
}

/// The conditions that a home misses: a bit for each facet of a filter, and from [`Missed::WORDS`] on one for each
/// word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Missed(pub u32);

impl Missed {
    /// The bit of the first word.
    pub const WORDS: u32 = 16;

    /// Whether the filter of the facet is missed.
    pub const fn facet(self, facet: Facet) -> bool {
        self.0 & facet.bit() as u32 != 0
    }

    /// The facets, one bit each.
    pub const fn facets(self) -> u16 {
        (self.0 & 0xffff) as u16
    }

    /// Whether the word at this place is missed.
    pub fn word(self, place: usize) -> bool {
        u32::try_from(place).is_ok_and(|place| self.0 >> Self::WORDS >> place & 1 == 1)
    }

    const fn count(self) -> usize {
        self.0.count_ones() as usize
    }

    const fn words(self) -> usize {
        (self.0 >> Self::WORDS).count_ones() as usize
    }

    /// How much people would miss the conditions: a place more than a kind, and both more than a word.
    fn weight(self) -> u32 {
        let of = |facet: Facet| match facet {
            Facet::Locality => 8,
            Facet::ListingType => 6,
            Facet::Price | Facet::PropertyType | Facet::Bedrooms => 4,
            _ => 2,
        };
        let facets: u32 = Facet::every().filter(|facet| self.facet(*facet)).map(of).sum();
        facets + u32::try_from(self.words()).unwrap_or(u32::MAX)
    }
}

/// The conditions to leave out of so many `words` and `filters`: as few as possible, those that people miss least, and
/// what then finds most. More conditions must hold than are left out; as many are enough if a filter is among them.
fn best(counts: &HashMap<Missed, u64>, words: usize, filters: usize) -> Option<Missed> {
    let enough = |missed: &Missed| {
        let holding = (words + filters).saturating_sub(missed.count());
        let holds_filter = missed.facets().count_ones() as usize != filters;
        holding > missed.count() || holding == missed.count() && holds_filter
    };
    let candidates = counts.iter().filter(|(missed, _)| missed.count() > 0 && enough(missed));
    let order = |(missed, count): &(&Missed, &u64)| {
        (missed.count(), missed.weight(), std::cmp::Reverse(**count), missed.0)
    };
    candidates.min_by_key(order).map(|(missed, _)| *missed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: u32 = Facet::Locality.bit() as u32;
    const KIND: u32 = Facet::PropertyType.bit() as u32;
    const FIRST: u32 = 1 << Missed::WORDS;
    const SECOND: u32 = 2 << Missed::WORDS;

    fn chosen(counts: &[(u32, u64)], words: usize, filters: usize) -> Option<u32> {
        let counts = counts.iter().map(|(missed, count)| (Missed(*missed), *count)).collect();
        best(&counts, words, filters).map(|missed| missed.0)
    }

    #[test]
    fn as_little_as_possible_is_left_out() {
        assert_eq!(chosen(&[(PLACE, 9), (KIND, 1), (FIRST, 1), (FIRST | KIND, 40)], 1, 2), Some(FIRST));
        assert_eq!(chosen(&[(PLACE, 9), (KIND, 1)], 1, 2), Some(KIND));
        assert_eq!(chosen(&[(FIRST, 3), (SECOND, 8)], 3, 0), Some(SECOND));
    }

    #[test]
    fn most_conditions_hold_or_half_of_them_with_a_filter() {
        assert_eq!(chosen(&[(FIRST, 3)], 1, 0), None);
        assert_eq!(chosen(&[(FIRST, 3)], 2, 0), None);
        assert_eq!(chosen(&[(PLACE, 3)], 1, 1), None);
        assert_eq!(chosen(&[(FIRST, 3)], 1, 1), Some(FIRST));
        assert_eq!(chosen(&[(KIND, 3)], 0, 2), Some(KIND));
        assert_eq!(chosen(&[(FIRST | SECOND, 3)], 3, 0), None);
    }
}
