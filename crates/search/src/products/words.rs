//! The words of products, and of searches for them.

use domain::search_text;

/// Longer words are cut to this length.
const LONGEST: usize = 40;

/// Words that mean the same.
const SYNONYMS: [&[&str]; 5] = [
    &["phone", "phones", "mobile", "mobiles", "smartphone", "smartphones", "cell", "cells"],
    &["laptop", "laptops", "computer", "computers", "notebook", "notebooks"],
    &["headphone", "headphones", "earphone", "earphones", "earbud", "earbuds"],
    &["tv", "tvs", "television", "televisions"],
    &["car", "cars", "automobile", "automobiles", "vehicle", "vehicles"],
];

/// The words of a text.
#[must_use]
pub fn product_words(text: &str) -> Vec<String> {
    search_text::words(text).into_iter().map(|word| word.chars().take(LONGEST).collect()).collect()
}

/// The words joined by blanks. Texts that mean the same thing have equal keys.
#[must_use]
pub fn product_key(text: &str) -> String {
    product_words(text).join(" ")
}

/// The words that mean the same as `word`, with itself; nothing if it has no synonyms.
#[must_use]
pub fn synonyms(word: &str) -> &'static [&'static str] {
    SYNONYMS.into_iter().find(|group| group.contains(&word)).unwrap_or_default()
}
