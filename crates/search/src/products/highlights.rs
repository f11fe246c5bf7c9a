//! Marks the words of a search in the texts of a hit.

use serde::Serialize;
use unicode_segmentation::UnicodeSegmentation as _;
use utoipa::ToSchema;

use super::listed_product::ListedProduct;
use super::query::ProductQuery;
use super::words::{product_words, synonyms};
use crate::words::matched;

/// How many characters of a description are shown before the first marked word, and in all.
const BEFORE: usize = 60;
const LONGEST: usize = 200;

/// Where the words of the search stand, as HTML: the words between `<em>` and `</em>`, everything else escaped.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = ProductHighlights)]
pub struct Highlights {
    /// The name, if it has one of the words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The part of the description with the first of the words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl Highlights {
    /// The highlights of a hit; `None` if neither text has one of the words.
    pub fn of(product: &ListedProduct, query: &ProductQuery) -> Option<Self> {
        if query.words.is_empty() {
            return None;
        }
        let content = &product.details.content;
        let name = marked(content.name.text(), query, 0, usize::MAX);
        let description =
            content.description.as_ref().and_then(|text| marked(text.text(), query, BEFORE, LONGEST));
        (name.is_some() || description.is_some()).then_some(Self { name, description })
    }
}

fn marked(text: &str, query: &ProductQuery, before: usize, longest: usize) -> Option<String> {
    let pieces: Vec<(&str, bool)> =
        text.split_word_bounds().map(|piece| (piece, is_asked(piece, query))).collect();
    let first = pieces.iter().position(|(_, asked)| *asked)?;
    let long = |piece: &&(&str, bool)| piece.0.chars().count();
    let mut room = before;
    let skipped = pieces.get(..first)?.iter().rev().take_while(|piece| {
        let fits = before == 0 || long(piece) <= room;
        room = room.saturating_sub(long(piece));
        fits
    });
    let start = first - skipped.count();
    let (mut html, mut shown) = (String::new(), 0);
    for piece in pieces.get(start..)? {
        shown += long(&piece);
        if shown > longest {
            break;
        }
        let escaped = escaped(piece.0);
        let (open, close) = if piece.1 { ("<em>", "</em>") } else { ("", "") };
        html.extend([open, &escaped, close]);
    }
    Some(html.trim().to_owned())
}

fn is_asked(piece: &str, query: &ProductQuery) -> bool {
    let words = product_words(piece);
    let asks = |(place, asked): (usize, &String)| {
        let last = place + 1 == query.words.len();
        let is =
            |word: &String| matched(asked, last, word).is_some() || synonyms(asked).contains(&word.as_str());
        words.iter().any(is)
    };
    query.words.iter().enumerate().any(asks)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use domain::{TenantId, Timestamp};

    use super::*;

    fn query(text: &str) -> ProductQuery {
        let mut query = ProductQuery::all(TenantId::stored("hyderabad"), Timestamp::from_micros(0));
        query.text(text);
        query
    }

    #[test]
    fn words_are_marked_as_they_were_found_and_the_rest_is_escaped() {
        let whole = |text, asked| marked(text, &query(asked), 0, usize::MAX);
        assert_eq!(
            whole("Wireless <b> Headphones & more", "hedphones wirel"),
            Some("<em>Wireless</em> &lt;b&gt; <em>Headphones</em> &amp; more".to_owned())
        );
        assert_eq!(whole("Garden tools", "headphones"), None);
        assert_eq!(whole("Earbuds", "headphones"), Some("<em>Earbuds</em>".to_owned()));
    }

    #[test]
    fn of_a_long_text_the_part_around_the_first_word_is_shown() {
        let text = format!("{}headphones {}", "before ".repeat(100), "after ".repeat(100));
        let part = marked(&text, &query("headphones"), BEFORE, LONGEST).unwrap();
        assert!(part.contains("before <em>headphones</em> after"), "{part}");
        assert!(part.chars().count() < LONGEST + 20, "{part}");
    }
}
