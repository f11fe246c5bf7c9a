//! Selects and orders the suggestions for typed text.

use std::collections::{BTreeMap, HashSet};

use serde::Serialize;
use utoipa::ToSchema;

use crate::index::Vocabulary;
use crate::understanding::understand;
use crate::words::{begins_alike, matched, spellings, words};

/// Words that mean nothing on their own.
const EMPTY: [&str; 8] = ["and", "for", "from", "near", "the", "with", "your", "our"];
/// Words of titles shorter than this are not suggested.
const SHORTEST: usize = 3;

/// The kind of a suggestion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schema(as = SuggestionKind)]
pub enum Kind {
    /// A locality of listings.
    Locality,
    /// A search that many people made.
    Search,
    /// A word from listings' titles.
    Word,
}

/// A suggested search.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Suggestion {
    /// The text to search for.
    pub text: String,
    /// The kind of suggestion.
    pub kind: Kind,
    /// The number of listings that name it; for a search, the number of people who made it.
    pub count: u64,
}

#[derive(Debug)]
struct SuggestionEntry {
    suggestion: Suggestion,
    /// Its words, in every spelling.
    spellings: Vec<Vec<String>>,
}

/// The vocabulary of a tenant's listings, prepared for comparing with typed text.
#[derive(Debug, Default)]
pub struct SuggestionIndex {
    all: Vec<SuggestionEntry>,
    /// Every spelling of every entry.
    keys: HashSet<String>,
}

impl SuggestionIndex {
    /// Builds the entries: the localities, each in its most common written form, and the words of titles that are not
    /// localities.
    #[must_use]
    pub fn of(vocabulary: Vocabulary) -> Self {
        let Vocabulary { localities, titles } = vocabulary;
        let is_word = |word: &str| {
            word.chars().count() >= SHORTEST
                && !word.chars().any(char::is_numeric)
                && !EMPTY.contains(&word)
                && !localities.contains_key(word)
        };
        let of_titles =
            titles.into_iter().filter(|(word, _)| is_word(word)).map(|(word, count)| SuggestionEntry {
                spellings: vec![vec![word.clone()]],
                suggestion: Suggestion { text: word, kind: Kind::Word, count },
            });
        let of_titles: Vec<SuggestionEntry> = of_titles.collect();
        let mut all: Vec<SuggestionEntry> =
            localities.iter().map(|(key, written)| locality(key, written)).collect();
        all.extend(of_titles);
        let keys = all.iter().flat_map(|entry| entry.spellings.iter().map(|words| words.join(" "))).collect();
        Self { all, keys }
    }
}

fn locality(key: &str, written: &BTreeMap<String, u64>) -> SuggestionEntry {
    let most = written.iter().rev().max_by_key(|(_, count)| **count);
    let text = most.map_or_else(|| key.to_owned(), |(shown, _)| shown.clone());
    let suggestion = Suggestion { text, kind: Kind::Locality, count: written.values().sum() };
    let plain: Vec<String> = key.split(' ').map(str::to_owned).collect();
    SuggestionEntry { suggestion, spellings: spellings(&plain) }
}

/// How well the typed text matches; a better match is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    AlikeWithin,
    Alike,
    Within,
    Begins,
}

/// At most `limit` suggestions for the typed text, from `known` and from the `popular` searches. Exact matches come
/// before matches with typing errors, and matches at the start before matches further in. Among equal matches the
/// kinds take turns, each giving its most common suggestion first. When nothing matches the whole text, the locality at
/// its end is completed.
#[must_use]
pub fn suggest(
    typed: &str,
    known: &SuggestionIndex,
    popular: &[(String, u64)],
    limit: usize,
) -> Vec<Suggestion> {
    let found = matching(&words(typed), known, popular, limit);
    if found.is_empty() { completed(typed, known, limit) } else { found }
}

/// The most words of a locality that are completed within a longer text.
const COMPLETED: usize = 3;

/// Completes the locality at the end of a text whose other words are understood: `2 bhk flat in kond`.
fn completed(typed: &str, known: &SuggestionIndex, limit: usize) -> Vec<Suggestion> {
    let parts: Vec<&str> = typed.split_whitespace().collect();
    for many in (1..=COMPLETED.min(parts.len().saturating_sub(1))).rev() {
        let (head, tail) = parts.split_at(parts.len() - many);
        let head = head.join(" ");
        if !understand(&head).demanded().is_empty() {
            continue;
        }
        let localities = matching(&words(&tail.join(" ")), known, &[], limit).into_iter();
        let localities = localities.filter(|found| found.kind == Kind::Locality);
        let whole: Vec<Suggestion> =
            localities.map(|found| Suggestion { text: format!("{head} {}", found.text), ..found }).collect();
        if !whole.is_empty() {
            return whole;
        }
    }
    Vec::new()
}

fn matching(
    typed: &[String],
    known: &SuggestionIndex,
    popular: &[(String, u64)],
    limit: usize,
) -> Vec<Suggestion> {
    let searches =
        popular.iter().filter(|(text, _)| !known.keys.contains(text)).map(|(text, people)| SuggestionEntry {
            suggestion: Suggestion { text: text.clone(), kind: Kind::Search, count: *people },
            spellings: vec![text.split(' ').map(str::to_owned).collect()],
        });
    let searches: Vec<SuggestionEntry> = searches.collect();
    let mut found = Vec::new();
    for letters in [TypoTolerance::Exact, TypoTolerance::Alike] {
        // Matches with typing errors come last, and are only searched for when there are too few others.
        if found.len() < limit {
            found.clear();
            for SuggestionEntry { suggestion, spellings } in known.all.iter().chain(&searches) {
                let fits = spellings.iter().filter_map(|words| fit(typed, words, letters));
                found.extend(fits.max().map(|fit| (fit, suggestion)));
            }
        }
    }
    ranked(found, limit)
}

/// Whether typing errors are tolerated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TypoTolerance {
    Exact,
    /// A few letters may differ.
    Alike,
}

fn ranked(mut found: Vec<(Fit, &Suggestion)>, limit: usize) -> Vec<Suggestion> {
    found.sort_by(|(fit, a), (other, b)| {
        other.cmp(fit).then(b.count.cmp(&a.count)).then_with(|| a.text.cmp(&b.text))
    });
    let mut turns: BTreeMap<(Fit, Kind), usize> = BTreeMap::new();
    let mut placed: Vec<_> = found
        .into_iter()
        .map(|(fit, suggestion)| {
            let turn = turns.entry((fit, suggestion.kind)).or_default();
            *turn += 1;
            (std::cmp::Reverse(fit), *turn, suggestion.kind, suggestion)
        })
        .collect();
    placed.sort_by_key(|(fit, turn, kind, _)| (*fit, *turn, *kind));
    placed.into_iter().take(limit).map(|(.., suggestion)| suggestion.clone()).collect()
}

/// How `typed` matches consecutive words of `there`.
fn fit(typed: &[String], there: &[String], letters: TypoTolerance) -> Option<Fit> {
    let Some((last, before)) = typed.split_last() else { return Some(Fit::Begins) };
    let starts = 0..=there.len().checked_sub(typed.len())?;
    let one = |start: usize| {
        let (whole, unfinished) = (there.get(start..start + before.len())?, there.get(start + before.len())?);
        let exact = before == whole && unfinished.starts_with(&**last);
        if !exact {
            let mut pairs = before.iter().zip(whole);
            let met = letters == TypoTolerance::Alike
                && pairs.all(|(asked, word)| matched(asked, false, word).is_some());
            if !met || !begins_alike(last, unfinished) {
                return None;
            }
        }
        Some(match (exact, start == 0) {
            (true, true) => Fit::Begins,
            (true, false) => Fit::Within,
            (false, true) => Fit::Alike,
            (false, false) => Fit::AlikeWithin,
        })
    };
    starts.filter_map(one).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> SuggestionIndex {
        let counts = |all: &[(&str, u64)]| -> BTreeMap<String, u64> {
            all.iter().map(|(text, count)| ((*text).to_owned(), *count)).collect()
        };
        let localities = [
            ("gachibowli", counts(&[("Gachibowli", 7)])),
            ("hitec city", counts(&[("HITEC City", 5), ("Hitech City", 4)])),
            ("panjagutta", counts(&[("Panjagutta", 2)])),
            ("banjara hills", counts(&[("Banjara Hills", 3)])),
        ];
        SuggestionIndex::of(Vocabulary {
            localities: localities.map(|(key, written)| (key.to_owned(), written)).into(),
            titles: counts(&[("gated", 9), ("gachibowli", 3), ("in", 40), ("g42", 3), ("villa", 8)]),
        })
    }

    fn texts(typed: &str) -> Vec<String> {
        let popular = [("gated villa".to_owned(), 12), ("hitec city".to_owned(), 30)];
        suggest(typed, &known(), &popular, 10).into_iter().map(|suggestion| suggestion.text).collect()
    }

    #[test]
    fn each_kind_has_its_turn_and_nothing_comes_twice() {
        assert_eq!(texts("ga"), ["Gachibowli", "gated villa", "gated"]);
        assert_eq!(texts("")[..3], ["HITEC City", "gated villa", "gated"]);
        assert_eq!(suggest("g", &known(), &[], 1).len(), 1);
    }

    #[test]
    fn letters_may_be_wrong_while_typing_as_the_word_is_long() {
        assert_eq!(texts("gchib"), ["Gachibowli"]);
        assert_eq!(texts("gachibwo"), ["Gachibowli"]);
        assert_eq!(texts("banjra hil"), ["Banjara Hills"]);
        assert_eq!(texts("xq"), [""; 0]);
    }

    #[test]
    fn a_locality_is_completed_behind_words_that_are_understood() {
        assert_eq!(texts("2 bhk flat in gach"), ["2 bhk flat in Gachibowli"]);
        assert_eq!(texts("villa for rent near hi-tech c"), ["villa for rent near HITEC City"]);
        assert_eq!(texts("flat in banjara hi"), ["flat in Banjara Hills"]);
        assert_eq!(texts("nothing like gach"), [""; 0]);
    }

    #[test]
    fn every_spelling_of_a_locality_leads_to_it() {
        for typed in ["hitech c", "hi-te", "Hi-Tech", "high tech", "hitechc", "hitec"] {
            assert_eq!(texts(typed)[0], "HITEC City", "{typed}");
        }
        assert_eq!(texts("punja"), ["Panjagutta"]);
        assert_eq!(texts("hills"), ["Banjara Hills"]);
    }
}
