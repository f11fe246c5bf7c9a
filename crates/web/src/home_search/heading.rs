//! What is wanted, in words.

use super::HomeSearch;
use crate::labels::capitalised;
use crate::messages::{Language, key};
use crate::rupees;

impl HomeSearch {
    /// `2 BHK apartments for sale in Kondapur under ₹80 lakh`. `city` is named when no locality is.
    pub(crate) fn heading(&self, language: Language, city: &str) -> String {
        if self.is_bare() {
            return language.text("search-heading-all").arg("city", city).to_string();
        }
        if self.place.is_empty() && self.filters.is_empty() {
            return language.text("search-heading-words").arg("words", &self.words).to_string();
        }
        let what = match self.place.what {
            Some(what) => what.words(language),
            None => language.text("search-homes").to_string(),
        };
        let place = self.place.locality.as_ref().map_or(city, |locality| locality.name.as_str());
        let (least, most) = (self.bound("minPrice", language), self.bound("maxPrice", language));
        let rooms = self.rooms(language);
        let message = language.text(if self.words.is_empty() {
            key("search-heading")
        } else {
            key("search-heading-with-words")
        });
        let message = message
            .arg("has-rooms", if rooms.is_some() { "yes" } else { "no" })
            .arg("rooms", rooms.unwrap_or_default())
            .arg("what", what)
            .arg("place", place)
            .arg("price", bounds(least.is_some(), most.is_some()))
            .arg("least", least.unwrap_or_default())
            .arg("most", most.unwrap_or_default())
            .arg("words", &self.words);
        capitalised(message.to_string())
    }

    /// The numbers of bedrooms: `2`, or `2, 3 or 4+`.
    fn rooms(&self, language: Language) -> Option<String> {
        let numbers: Vec<&str> = self.values("bedrooms").collect();
        let (last, others) = numbers.split_last()?;
        if others.is_empty() {
            return Some((*last).to_owned());
        }
        Some(language.text("search-or").arg("others", others.join(", ")).arg("last", *last).to_string())
    }

    fn bound(&self, name: &str, language: Language) -> Option<String> {
        let amount = self.value(name).and_then(|value| value.parse().ok())?;
        Some(rupees::words(language, amount))
    }

    /// A short name for a saved search.
    pub(crate) fn name(&self, language: Language, city: &str) -> String {
        self.heading(language, city).chars().take(80).collect()
    }
}

/// Which bounds a range has.
fn bounds(has_least: bool, has_most: bool) -> &'static str {
    match (has_least, has_most) {
        (true, true) => "between",
        (true, false) => "from",
        (false, true) => "under",
        (false, false) => "any",
    }
}
