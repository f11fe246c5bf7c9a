//! Splits a typed query into words, numbers and signs, each with its place in the text.

use std::ops::Range;

use domain::search_text;
use unicode_segmentation::UnicodeSegmentation as _;

/// A piece of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// A folded word, a number such as `1,25,000` or `1.5`, or one of the signs `-`, `/` and `+`.
    pub text: String,
    /// Where the word that it belongs to stands in the query.
    pub range: Range<usize>,
    /// Whether it stands in quotation marks.
    pub is_quoted: bool,
}

impl Token {
    /// Whether it is a number.
    pub fn is_number(&self) -> bool {
        self.text.starts_with(|c: char| c.is_ascii_digit())
    }

    /// Whether it is a sign, neither word nor number.
    pub fn is_sign(&self) -> bool {
        matches!(&*self.text, "-" | "/" | "+")
    }
}

/// Splits `text`. Numbers are separated from their units: `60L` is `60` and `l`.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut quotes = text.chars().filter(|c| is_quote(*c)).count();
    // A mark without a partner quotes nothing.
    quotes -= quotes % 2;
    let mut found = Vec::new();
    let mut is_quoted = false;
    for (from, segment) in text.split_word_bound_indices() {
        if segment.chars().all(is_quote) {
            let paired = segment.chars().count().min(quotes);
            quotes -= paired;
            is_quoted ^= paired % 2 == 1;
            continue;
        }
        let range = from..from + segment.len();
        let token = |text: String| Token { text, range: range.clone(), is_quoted };
        found.extend(pieces(segment).into_iter().map(token));
    }
    found
}

const fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '«' | '»')
}

fn pieces(segment: &str) -> Vec<String> {
    let folded = search_text::fold(segment);
    let currency = folded.strip_prefix("rs").or(folded.strip_prefix("inr"));
    if let Some(number) = currency.filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
        return [vec!["rs".to_owned()], number_and_unit(number)].concat();
    }
    if folded.starts_with(|c: char| c.is_ascii_digit()) {
        return number_and_unit(&folded);
    }
    match &*folded {
        "₹" => vec!["rs".to_owned()],
        "-" | "–" | "—" | "−" | "‐" | "‑" => vec!["-".to_owned()],
        "/" | "+" => vec![folded],
        _ => search_text::words(&folded),
    }
}

fn number_and_unit(text: &str) -> Vec<String> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != ',' && c != '.').unwrap_or(text.len());
    let mut pieces = vec![text[..end].trim_end_matches([',', '.']).to_owned()];
    pieces.extend(search_text::words(&text[end..]));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        tokens(text).into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn numbers_stand_apart_from_their_units() {
        assert_eq!(texts("2BHK"), ["2", "bhk"]);
        assert_eq!(texts("Rs.50,000/-"), ["rs", "50,000", "/", "-"]);
        assert_eq!(texts("₹1.5cr – 2 Cr."), ["rs", "1.5", "cr", "-", "2", "cr"]);
        assert_eq!(texts("3+ bhk, 1,200sq.ft"), ["3", "+", "bhk", "1,200", "sq", "ft"]);
        assert_eq!(texts("Hi-Tech L.B. Nagar"), ["hi", "-", "tech", "l", "b", "nagar"]);
        assert_eq!(texts("२ बीएचके"), ["2", "बीएचके"]);
    }

    #[test]
    fn places_are_those_of_the_text() {
        let text = "É 2bhk";
        let found = tokens(text);
        assert_eq!(&text[found[0].range.clone()], "É");
        assert_eq!(&text[found[1].range.clone()], "2bhk");
        assert_eq!(found[1].range, found[2].range);
    }

    #[test]
    fn quotation_marks_come_in_pairs() {
        let quoted = |text: &str| -> Vec<bool> { tokens(text).iter().map(|token| token.is_quoted).collect() };
        assert_eq!(quoted("a \"b c\" d"), [false, true, true, false]);
        assert_eq!(quoted("“a” 6\" b"), [true, false, false]);
        assert_eq!(quoted("\"a"), [false]);
    }
}
