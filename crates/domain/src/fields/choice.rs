//! Closed sets of words.

use crate::text;

/// A closed set of words in the API.
pub trait Choice: Copy + PartialEq + 'static {
    /// Every word with its value.
    const ALL: &'static [(&'static str, Self)];

    /// Other words that people and earlier clients use. They are understood, never shown.
    const SYNONYMS: &'static [(&'static str, Self)] = &[];

    /// The value of a word, in upper or lower case, with `-` or a space allowed for `_`.
    #[must_use]
    fn from_word(word: &str) -> Option<Self> {
        let word = text::cleaned(word).to_uppercase().replace(['-', ' '], "_");
        let mut all = Self::ALL.iter().chain(Self::SYNONYMS);
        all.find(|(name, _)| *name == word).map(|(_, value)| *value)
    }

    /// The word of this value.
    #[must_use]
    fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, value)| *value == self).map_or("", |(name, _)| name)
    }

    /// The error message `must be one of A, B, C`.
    #[must_use]
    fn choices() -> String {
        let words: Vec<_> = Self::ALL.iter().map(|(name, _)| *name).collect();
        format!("must be one of {}", words.join(", "))
    }
}
