//! Understands a typed query: which of its words are filters, which are text, and which mean nothing.
//!
//! ```text
//! 2 bhk flat in kondapur under 60 lakh with lake view
//! bedrooms  |    location  maxPrice         demanded text
//!     propertyType
//! ```
//! Reading is pure and depends on nothing but the text, so a saved search means the same at any time. Words in
//! quotation marks are always text.

mod join;
mod lexicon;
mod measures;
mod reader;
mod tokens;
mod told;

use std::ops::Range;

use domain::property::kinds::{FurnishedStatus, ListingType, PropertyType};

use crate::gazetteer::Locality;
use crate::query::{Detail, MOST_WORDS};
use crate::words::words;
pub use join::Joined;
use measures::Measure;
pub use told::{UnderstoodFilter, UnderstoodQuery};

/// What a part of a query asks for.
#[derive(Clone, Debug, PartialEq)]
enum Condition {
    /// Words that must stand in the texts of a home.
    Text,
    /// Words without meaning for a search.
    Little,
    /// Words that are looked for in the texts, but not demanded.
    Wish,
    Kinds(&'static str, &'static [PropertyType]),
    Deal(&'static str, ListingType),
    Furnished(&'static str, FurnishedStatus),
    Verified,
    /// What only some listings state, and what to call it.
    Detail(&'static str, Detail),
    Locality(&'static Locality),
    Measure(Measure),
}

impl Condition {
    const fn is_filter(&self) -> bool {
        !matches!(self, Self::Text | Self::Little | Self::Wish)
    }
}

/// A part of a query.
#[derive(Clone, Debug, PartialEq)]
struct Part {
    /// Where it stands in the query.
    range: Range<usize>,
    condition: Condition,
    is_quoted: bool,
}

/// A query as it was understood.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Understanding {
    text: String,
    parts: Vec<Part>,
}

/// Understands `text`.
#[must_use]
pub fn understand(text: &str) -> Understanding {
    reader::read(text)
}

/// The lowest and the highest price, in paise, that a budget such as `50 L - 1 Cr` or `under 60 lakh` names.
#[must_use]
pub fn budget(text: &str) -> Option<(Option<i64>, Option<i64>)> {
    understand(&format!("budget {text}")).parts.into_iter().find_map(|part| match part.condition {
        Condition::Measure(Measure::Price { least, most }) => Some((least, most)),
        _ => None,
    })
}

impl Understanding {
    fn of(text: &str, mut parts: Vec<Part>) -> Self {
        // A query of nothing but wishes or little words asks for those.
        for weak in [Condition::Wish, Condition::Little] {
            if !parts.iter().any(|part| part.condition.is_filter() || part.condition == Condition::Text) {
                for part in parts.iter_mut().filter(|part| part.condition == weak) {
                    part.condition = Condition::Text;
                }
            }
        }
        Self { text: text.to_owned(), parts }
    }

    /// Whether the query has no words.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The words that the texts of a home must have.
    #[must_use]
    pub fn demanded(&self) -> Vec<String> {
        self.words_of(|condition| *condition == Condition::Text)
    }

    /// The words that raise a home whose texts have them: wishes, and words of filters that are likely in a title.
    #[must_use]
    pub fn preferred(&self) -> Vec<String> {
        let mut preferred = Vec::new();
        for part in &self.parts {
            match &part.condition {
                Condition::Wish | Condition::Kinds(..) | Condition::Furnished(..) => {
                    preferred.extend(words(self.written(part)));
                }
                // As typed, and as a home states it: `girls` and `WOMEN`.
                Condition::Detail(_, detail) => {
                    let typed = words(self.written(part));
                    let stated = words(detail.stated()).into_iter().filter(|word| !typed.contains(word));
                    preferred.extend(stated.chain(typed.iter().cloned()));
                }
                // The right name of a misspelt locality.
                Condition::Locality(locality) => preferred.extend(words(locality.name)),
                _ => {}
            }
        }
        preferred.truncate(MOST_WORDS);
        preferred
    }

    /// All words as text, but little ones, wishes and what only some listings state.
    #[must_use]
    pub fn literal(&self) -> Vec<String> {
        self.words_of(|condition| {
            !matches!(condition, Condition::Little | Condition::Wish | Condition::Detail(..))
        })
    }

    fn words_of(&self, of: impl Fn(&Condition) -> bool) -> Vec<String> {
        let mut text = String::new();
        let mut last = None;
        for part in self.parts.iter().filter(|part| of(&part.condition)) {
            // A number and its unit are written as one word.
            if last != Some(&part.range) {
                text.push_str(self.written(part));
                text.push(' ');
            }
            last = Some(&part.range);
        }
        let mut found = words(&text);
        found.truncate(MOST_WORDS);
        found
    }

    /// The part as it was typed.
    fn written(&self, part: &Part) -> &str {
        self.text.get(part.range.clone()).unwrap_or_default()
    }

    /// The query without a part.
    fn without(&self, part: &Part) -> String {
        let before = self.text.get(..part.range.start).unwrap_or_default();
        let after = self.text.get(part.range.end..).unwrap_or_default();
        let rest: Vec<&str> = before.split_whitespace().chain(after.split_whitespace()).collect();
        rest.join(" ")
    }
}

#[cfg(test)]
mod tests;
