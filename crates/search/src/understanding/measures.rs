//! Reads numbers with their units: bedrooms, bathrooms, areas and amounts of money.

use domain::Paise;
use domain::area::{Area, AreaUnit};

use super::lexicon::{self, Bound};
use super::tokens::Token;
use domain::property::Rooms;

use crate::query::{Numbers, RoomSet};

/// The smallest number that is money without saying so.
const LEAST_RUPEES: f64 = 1000.0;
/// `About` an area or an amount allows for this much on either side, in percent.
const ABOUT_PERCENT: i64 = 10;
/// What a number with its unit asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Measure {
    Bedrooms(RoomSet),
    Bathrooms(Numbers),
    /// In paise.
    Price {
        least: Option<i64>,
        most: Option<i64>,
    },
    /// In square feet.
    Area {
        least: Option<f64>,
        most: Option<f64>,
    },
}

/// How the words before a number say that it is money.
#[derive(Clone, Copy, Debug, Default)]
pub struct Context {
    /// What a phrase before the number says.
    pub bound: Option<Bound>,
    /// Whether a word before it says that it is money.
    pub is_money: bool,
}

/// Reads a measure that starts at the first token. Returns how many tokens it has.
pub fn read(tokens: &[Token], context: Context) -> Option<(Measure, usize)> {
    rooms(tokens, context.bound).or_else(|| area(tokens, context)).or_else(|| price(tokens, context))
}

fn word(tokens: &[Token], at: usize) -> Option<&str> {
    tokens.get(at).filter(|token| !token.is_quoted).map(|token| &*token.text)
}

/// The length of the first of `phrases` that stands at `at`.
fn one_of(tokens: &[Token], at: usize, phrases: &[&[&str]]) -> Option<usize> {
    let stands = |phrase: &&&[&str]| (0..phrase.len()).all(|i| word(tokens, at + i) == Some(phrase[i]));
    phrases.iter().find(stands).map(|phrase| phrase.len())
}

fn plain(tokens: &[Token], at: usize) -> Option<f64> {
    let token = tokens.get(at).filter(|token| token.is_number() && !token.is_quoted)?;
    token.text.replace(',', "").parse().ok().filter(|number: &f64| number.is_finite())
}

/// Whether the token joins two numbers to a range, or to alternatives.
fn joint(tokens: &[Token], at: usize) -> Option<Joint> {
    Some(match word(tokens, at)? {
        "-" | "to" | "se" => Joint::Range,
        "and" | "&" | "or" | "/" | "aur" | "ya" => Joint::Either,
        _ => return None,
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Joint {
    Range,
    Either,
}

const BEDROOMS: &[&[&str]] = &[
    &["bhk"],
    &["bhks"],
    &["bed", "room"],
    &["bedroom"],
    &["bedrooms"],
    &["bed"],
    &["beds"],
    &["br"],
    &["b", "h", "k"],
    &["बीएचके"],
    &["బిహెచ్కె"],
];
const BATHROOMS: &[&[&str]] =
    &[&["bath"], &["baths"], &["bathroom"], &["bathrooms"], &["toilet"], &["toilets"]];

fn rooms(tokens: &[Token], bound: Option<Bound>) -> Option<(Measure, usize)> {
    let count = |at: usize| {
        let named = || word(tokens, at).and_then(lexicon::number).map(f64::from);
        plain(tokens, at).or_else(named).and_then(Rooms::from_number)
    };
    let first = count(0)?;
    let mut numbers = RoomSet::default();
    numbers.add(first);
    let (mut at, mut last) = (1, first);
    while let Some(joint) = joint(tokens, at) {
        let Some(next) = count(at + 1) else { break };
        if joint == Joint::Range {
            numbers.add_between(last.min(next), last.max(next));
        }
        numbers.add(next);
        (at, last) = (at + 2, next);
    }
    let mut is_open = bound == Some(Bound::Least);
    if word(tokens, at) == Some("+") {
        (is_open, at) = (true, at + 1);
    }
    // `2-bhk` is no range.
    if word(tokens, at) == Some("-") {
        at += 1;
    }
    let of_bedrooms = one_of(tokens, at, BEDROOMS);
    at += of_bedrooms.or_else(|| one_of(tokens, at, BATHROOMS))?;
    if word(tokens, at) == Some("+") {
        (is_open, at) = (true, at + 1);
    }
    if is_open {
        numbers.add_from(first);
    } else if bound == Some(Bound::Most) {
        numbers.add_between(Rooms::whole(1), first);
    }
    let measure =
        if of_bedrooms.is_some() { Measure::Bedrooms(numbers) } else { Measure::Bathrooms(whole(numbers)) };
    Some((measure, at))
}

/// The whole numbers among `rooms`.
fn whole(rooms: RoomSet) -> Numbers {
    let mut numbers = Numbers::default();
    for rooms in rooms.iter().filter(|rooms| rooms.halves().is_multiple_of(2)) {
        numbers.add(rooms.halves() / 2);
    }
    numbers
}

const UNITS: &[(AreaUnit, &[&[&str]])] = &[
    (
        AreaUnit::Sqft,
        &[
            &["sqft"],
            &["sft"],
            &["sqfts"],
            &["sq", "ft"],
            &["sq", "fts"],
            &["sq", "feet"],
            &["sq", "foot"],
            &["square", "feet"],
            &["square", "foot"],
            &["square", "ft"],
            &["sqfeet"],
        ],
    ),
    (
        AreaUnit::Sqyd,
        &[
            &["sqyd"],
            &["sqyds"],
            &["sq", "yd"],
            &["sq", "yds"],
            &["sq", "yard"],
            &["sq", "yards"],
            &["square", "yard"],
            &["square", "yards"],
            &["sqyards"],
            &["sqyard"],
            &["yards"],
            &["yard"],
            &["yds"],
            &["gaj"],
            &["gajam"],
            &["gajalu"],
            &["gajala"],
        ],
    ),
    (
        AreaUnit::Sqm,
        &[
            &["sqm"],
            &["sqmt"],
            &["sqmtr"],
            &["sqmtrs"],
            &["sq", "m"],
            &["sq", "mt"],
            &["sq", "mtr"],
            &["sq", "mtrs"],
            &["sq", "meter"],
            &["sq", "meters"],
            &["sq", "metre"],
            &["sq", "metres"],
            &["square", "meter"],
            &["square", "meters"],
            &["square", "metre"],
            &["square", "metres"],
            &["m2"],
        ],
    ),
    (AreaUnit::Acre, &[&["acre"], &["acres"], &["ekaram"], &["ekaralu"]]),
    (AreaUnit::Gunta, &[&["gunta"], &["guntas"], &["guntha"], &["gunthas"], &["guntalu"]]),
    (AreaUnit::Cent, &[&["cent"], &["cents"]]),
];

fn area_unit(tokens: &[Token], at: usize) -> Option<(AreaUnit, usize)> {
    UNITS.iter().find_map(|(unit, phrases)| Some((*unit, one_of(tokens, at, phrases)?)))
}

fn area(tokens: &[Token], context: Context) -> Option<(Measure, usize)> {
    let first = plain(tokens, 0)?;
    let mut at = 1;
    let own = area_unit(tokens, at);
    at += own.map_or(0, |(_, length)| length);
    // `2 acres to 3 acres`, `1000-1500 sqft`.
    let second = joint(tokens, at).filter(|_| plain(tokens, at + 1).is_some()).and_then(|_| {
        let (unit, length) = area_unit(tokens, at + 2)?;
        Some((plain(tokens, at + 1)?, unit, at + 2 + length))
    });
    let sqft = |value: f64, unit: AreaUnit| Area::new(value, unit).map(|area| area.sqft);
    if let Some((other, unit, end)) = second {
        let (a, b) = (sqft(first, own.map_or(unit, |(unit, _)| unit))?, sqft(other, unit)?);
        return Some((Measure::Area { least: Some(a.min(b)), most: Some(a.max(b)) }, end));
    }
    let size = sqft(first, own?.0)?;
    let (bound, at) = bound_after(tokens, at, context.bound);
    let measure = match bound {
        Some(Bound::Most) => Measure::Area { least: None, most: Some(size) },
        Some(Bound::Least) => Measure::Area { least: Some(size), most: None },
        // Nobody knows the area of a home to the foot.
        Some(Bound::About) | None => Measure::Area {
            least: Some((size * 9.0 / 10.0).floor()),
            most: Some((size * 11.0 / 10.0).ceil()),
        },
    };
    Some((measure, at))
}

/// A bound that stands after an amount wins over one before it.
fn bound_after(tokens: &[Token], at: usize, before: Option<Bound>) -> (Option<Bound>, usize) {
    if word(tokens, at) == Some("+") {
        return (Some(Bound::Least), at + 1);
    }
    for many in (1..=lexicon::LONGEST).rev() {
        let words: Option<Vec<&str>> = (at..at + many).map(|at| word(tokens, at)).collect();
        if let Some(bound) = words.and_then(|words| lexicon::after(&words.join(" "))) {
            // In `60 lakh max 2 bhk` the word belongs to what follows.
            if plain(tokens, at + many).is_none() {
                return (Some(bound), at + many);
            }
        }
    }
    (before, at)
}

/// An amount as written: digits, and the unit if it has one.
struct Amount<'a> {
    digits: &'a str,
    unit: Option<&'static str>,
    /// A smaller part after it, as in `1 crore 20 lakh`.
    part: Option<Paise>,
    is_money: bool,
    end: usize,
}

fn unit(word: &str) -> Option<&'static str> {
    Some(match word {
        "k" | "thousand" | "thousands" | "hazar" | "hazaar" | "velu" => "k",
        "l" | "lac" | "lacs" | "lakh" | "lakhs" | "lkh" | "lk" | "laksha" | "lakshalu" | "लाख" | "లక్ష"
        | "లక్షలు" | "లక్షల" => "lakh",
        "c"
        | "cr"
        | "crs"
        | "crore"
        | "crores"
        | "kotlu"
        | "koti"
        | "karod"
        | "crors"
        | "करोड\u{93c}"
        | "कोटि"
        | "కోటి"
        | "కోట్లు"
        | "కోట్ల" => "crore",
        _ => return None,
    })
}

fn amount(tokens: &[Token], from: usize) -> Option<Amount<'_>> {
    let is_currency = |at: usize| matches!(word(tokens, at), Some("rs" | "inr" | "rupees" | "rupee"));
    let mut at = from;
    let mut is_money = is_currency(at);
    at += usize::from(is_money);
    let digits = &*tokens.get(at).filter(|token| token.is_number() && !token.is_quoted)?.text;
    at += 1;
    // `60-lakh`.
    let dash = usize::from(word(tokens, at) == Some("-"));
    let found = word(tokens, at + dash).and_then(unit);
    at += found.map_or(0, |_| dash + 1);
    let part = found.filter(|unit| *unit == "crore").and_then(|_| {
        let smaller = word(tokens, at + 1).and_then(unit).filter(|unit| *unit != "crore")?;
        let number = tokens.get(at).filter(|token| token.is_number())?;
        Paise::from_text(&format!("{} {smaller}", number.text)).ok()
    });
    at += part.map_or(0, |_| 2);
    if is_currency(at) {
        (is_money, at) = (true, at + 1);
    }
    if word(tokens, at) == Some("/") && word(tokens, at + 1) == Some("-") {
        (is_money, at) = (true, at + 2);
    }
    Some(Amount { digits, unit: found, part, is_money: is_money || found.is_some(), end: at })
}

impl Amount<'_> {
    fn paise(&self, unit: Option<&str>) -> Option<i64> {
        let text = unit.map_or_else(|| self.digits.to_owned(), |unit| format!("{} {unit}", self.digits));
        let whole = Paise::from_text(&text).ok()?.paise();
        whole.checked_add(self.part.map_or(0, Paise::paise))
    }
}

/// Units of length and time, after which a number is no money.
const OTHER_UNITS: [&str; 16] = [
    "km", "kms", "m", "mtr", "mtrs", "meter", "meters", "metre", "metres", "min", "mins", "minute",
    "minutes", "year", "years", "floor",
];

fn price(tokens: &[Token], context: Context) -> Option<(Measure, usize)> {
    let first = amount(tokens, 0)?;
    let second = joint(tokens, first.end).and_then(|_| amount(tokens, first.end + 1));
    let second = second.filter(|second| second.is_money || context.is_money && first.unit.is_none());
    if let Some(second) = second {
        // `50-80 lakh`: the first number has the unit of the second.
        let (a, b) = (first.paise(first.unit.or(second.unit))?, second.paise(second.unit)?);
        return Some((Measure::Price { least: Some(a.min(b)), most: Some(a.max(b)) }, second.end));
    }
    let is_large = || first.digits.replace(',', "").parse::<f64>().is_ok_and(|number| number >= LEAST_RUPEES);
    let expected = context.is_money || context.bound.is_some();
    let is_pincode = context.bound.is_none() && first.digits.len() == 6 && first.digits.starts_with("50");
    let measured = word(tokens, first.end).is_some_and(|word| OTHER_UNITS.contains(&word)) || is_pincode;
    if !first.is_money && (measured || !expected || !is_large()) {
        return None;
    }
    let paise = first.paise(first.unit)?;
    let (bound, end) = bound_after(tokens, first.end, context.bound);
    let measure = match bound {
        Some(Bound::Least) => Measure::Price { least: Some(paise), most: None },
        Some(Bound::About) => {
            let some = paise / 100 * ABOUT_PERCENT;
            Measure::Price { least: Some(paise - some), most: Some(paise.saturating_add(some)) }
        }
        // An amount alone is what somebody can pay.
        Some(Bound::Most) | None => Measure::Price { least: None, most: Some(paise) },
    };
    Some((measure, end))
}
