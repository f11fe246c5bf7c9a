//! Reads a query from left to right.

use std::ops::Range;

use domain::property::kinds::ListingType;

use super::lexicon::{self, Bound, Meaning};
use super::measures::{self, Context, Measure};
use super::tokens::{Token, tokens};
use super::{Condition, Part, Understanding};
use crate::gazetteer::{self, Locality};

/// Endings that Telugu and Hindi join to a place: in, to, of.
const ENDINGS: [&str; 6] = ["loni", "lona", "lo", "ku", "ki", "la"];

/// Reads `text`.
pub fn read(text: &str) -> Understanding {
    let tokens = tokens(text);
    let mut reader = Reader { tokens: &tokens, at: 0, is_money: false, parts: Vec::new() };
    while reader.at < tokens.len() {
        reader.step();
    }
    Understanding::of(text, reader.parts)
}

struct Reader<'a> {
    tokens: &'a [Token],
    at: usize,
    /// Whether the last word said that money follows.
    is_money: bool,
    parts: Vec<Part>,
}

/// Consecutive words, joined by blanks, and where the next token stands.
struct Phrase {
    words: String,
    end: usize,
}

impl Reader<'_> {
    /// The phrases that start here, by their number of words. A hyphen between words is passed over.
    fn phrases(&self) -> Vec<Phrase> {
        let mut phrases = Vec::new();
        let mut words = String::new();
        for (at, token) in self.tokens.iter().enumerate().skip(self.at) {
            if token.is_quoted || token.is_sign() && token.text != "-" {
                break;
            }
            if token.is_sign() {
                continue;
            }
            if !words.is_empty() {
                words.push(' ');
            }
            words.push_str(&token.text);
            phrases.push(Phrase { words: words.clone(), end: at + 1 });
            if phrases.len() == gazetteer::LONGEST.max(lexicon::LONGEST) {
                break;
            }
        }
        phrases
    }

    fn step(&mut self) {
        let Some(token) = self.tokens.get(self.at) else { return };
        if token.is_quoted {
            return self.take(self.at + 1, Condition::Text);
        }
        if token.is_sign() {
            self.at += 1;
            return;
        }
        let phrases = self.phrases();
        let locality = longest(&phrases, gazetteer::named);
        let meant = longest(&phrases, lexicon::meaning);
        let is_money = std::mem::take(&mut self.is_money);
        if let Some((locality, end)) = locality
            && meant.is_none_or(|(_, other)| other <= end)
        {
            return self.take(end, Condition::Locality(locality));
        }
        // `1 rk` is a phrase that starts with a number.
        let is_number_phrase = token.is_number() && meant.is_some();
        let context = Context { bound: None, is_money };
        if !is_number_phrase && let Some(measured) = self.measure(self.at, context) {
            return self.take_measure(measured);
        }
        match meant {
            Some((meaning, end)) => self.mean(meaning, end, is_money),
            None => self.name(&phrases),
        }
    }

    fn mean(&mut self, meaning: Meaning, end: usize, is_money: bool) {
        let condition = match meaning {
            Meaning::Before(bound) => return self.bound(bound, end, is_money),
            Meaning::Money => {
                self.take(end, Condition::Little);
                self.is_money = true;
                return;
            }
            // `price is 50 lakh`, `rent of 20000`.
            Meaning::Little => {
                self.take(end, Condition::Little);
                self.is_money = is_money;
                return;
            }
            Meaning::After(_) => Condition::Little,
            Meaning::Wish => Condition::Wish,
            Meaning::Kinds(name, kinds) => Condition::Kinds(name, kinds),
            Meaning::Deal(name, deal) => Condition::Deal(name, deal),
            Meaning::Furnished(name, status) => Condition::Furnished(name, status),
            Meaning::Verified => Condition::Verified,
            Meaning::States(name, detail) => Condition::Detail(name, detail),
        };
        // `rent 15000`.
        let is_rent = matches!(condition, Condition::Deal(_, deal) if deal != ListingType::Sale);
        self.take(end, condition);
        self.is_money = is_rent;
    }

    /// A word such as `under`, with the amount after it. Without one it means nothing.
    fn bound(&mut self, bound: Bound, end: usize, is_money: bool) {
        let context = Context { bound: Some(bound), is_money };
        let of = usize::from(self.tokens.get(end).is_some_and(|token| ["of", "rs"].contains(&&*token.text)));
        for start in [end, end + of] {
            if let Some(measured) = self.measure(start, context) {
                return self.take_measure(measured);
            }
        }
        self.take(end, Condition::Little);
        self.is_money = is_money;
    }

    fn measure(&self, start: usize, context: Context) -> Option<(Measure, usize)> {
        let rest = self.tokens.get(start..)?;
        let (measure, length) = measures::read(rest, context)?;
        Some((measure, start + length))
    }

    fn take_measure(&mut self, (measure, end): (Measure, usize)) {
        self.take(end, Condition::Measure(measure));
    }

    /// A word of no meaning: a locality with an ending, a misspelt locality, or text.
    fn name(&mut self, phrases: &[Phrase]) {
        let ended = longest(phrases, |words| {
            let mut stems = ENDINGS.iter().filter_map(|ending| words.strip_suffix(ending));
            stems.find_map(gazetteer::named)
        });
        // Words that mean something of their own are no part of a misspelt name.
        let free = |end: usize| {
            let words = &self.tokens[self.at..end];
            words.iter().all(|token| lexicon::meaning(&token.text).is_none() && !token.is_number())
        };
        let misspelt = || {
            let near = |phrase: &Phrase| {
                Some((gazetteer::misspelt(&phrase.words).filter(|_| free(phrase.end))?, phrase.end))
            };
            phrases.iter().rev().find_map(near)
        };
        match ended.or_else(misspelt) {
            Some((locality, end)) => self.take(end, Condition::Locality(locality)),
            None => self.take(self.at + 1, Condition::Text),
        }
    }

    /// Adds the part up to `end`, and goes on behind it.
    fn take(&mut self, end: usize, condition: Condition) {
        let range: Option<Range<usize>> = self
            .tokens
            .get(self.at)
            .zip(self.tokens.get(end.saturating_sub(1)))
            .map(|(first, last)| first.range.start..last.range.end);
        let is_quoted = self.tokens.get(self.at).is_some_and(|token| token.is_quoted);
        self.parts.extend(range.map(|range| Part { range, condition, is_quoted }));
        self.at = end.max(self.at + 1);
    }
}

/// What the longest phrase that `find` knows is, and where it ends.
fn longest<T>(phrases: &[Phrase], find: impl Fn(&str) -> Option<T>) -> Option<(T, usize)> {
    phrases.iter().rev().find_map(|phrase| Some((find(&phrase.words)?, phrase.end)))
}

/// A locality by reference, compared by its name.
impl PartialEq for Locality {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}
