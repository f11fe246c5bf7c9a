//! Reads an address.

use super::{BEST, HomeSearch, PARAMETERS, Parameter, SORTS, View};
use crate::form::Form;
use crate::localities::Locality;
use crate::place_path::{HOMES, PlacePath, What};

/// The longest words that the API takes.
const LONGEST: usize = 200;
/// The most values of one filter.
const MOST_VALUES: usize = 20;
/// What the first page asks for by `for`, as a path says it.
const TABS: [(&str, &str); 5] = [
    ("buy", "homes-for-sale"),
    ("rent", "homes-for-rent"),
    ("plots", "plots-for-sale"),
    ("commercial", "commercial"),
    ("pg", "pg"),
];
/// Words that contradict a tab. One tab is chosen from the start, so what is typed prevails.
const CONTRADICTIONS: [(&str, &[&str]); 7] = [
    ("rent", &["buy", "plots"]),
    ("rental", &["buy", "plots"]),
    ("lease", &["buy", "rent", "plots"]),
    ("buy", &["rent", "pg"]),
    ("sale", &["rent", "pg"]),
    ("pg", &["buy", "rent", "plots", "commercial"]),
    ("hostel", &["buy", "rent", "plots", "commercial"]),
];

/// An address as it was read.
pub(crate) struct Reading {
    pub(crate) wanted: HomeSearch,
    /// The parameters whose value means nothing: name and value.
    pub(crate) unread: Vec<(String, String)>,
}

fn contradicts(words: &str, tab: &str) -> bool {
    words.split(|c: char| !c.is_alphanumeric()).any(|word| {
        let known = CONTRADICTIONS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word));
        known.is_some_and(|(_, tabs)| tabs.contains(&tab))
    })
}

impl HomeSearch {
    pub(crate) fn read(place: PlacePath, query: &Form) -> Reading {
        let mut wanted = Self { place, ..Self::default() };
        let mut unread = Vec::new();
        let words = query.get("q").unwrap_or_default();
        for (name, value) in query.pairs() {
            let value = value.trim();
            if name == "for" && contradicts(words, value) {
                continue;
            }
            if !value.is_empty() && !wanted.take(name, value) {
                unread.push((name.to_owned(), value.to_owned()));
            }
        }
        wanted.settle();
        let is_usual = wanted.sort.is_some_and(|sort| *sort == *wanted.usual_sort());
        if is_usual {
            wanted.sort = None;
        }
        if wanted.sort.is_some_and(|sort| *sort == BEST) && wanted.words.is_empty() {
            wanted.sort = None;
            unread.push(("sort".to_owned(), BEST.code.to_owned()));
        }
        Reading { wanted, unread }
    }

    /// Takes one parameter of an address. Returns whether it means something; one that is not ours does not count.
    pub(super) fn take(&mut self, name: &str, value: &str) -> bool {
        match name {
            "q" => self.words = value.chars().take(LONGEST).collect(),
            "locality" => match Locality::named(value) {
                Some(locality) => self.place.locality = Some(locality),
                None => return false,
            },
            "kind" => match What::parse(value) {
                Some(what) => self.place.what = Some(what),
                None => return value == "homes",
            },
            "for" => match TABS.iter().find(|(code, _)| *code == value) {
                Some((_, slug)) => self.place.what = What::parse(slug),
                None => return false,
            },
            "sort" => match SORTS.iter().chain([&BEST]).find(|sort| sort.code == value) {
                Some(sort) => self.sort = Some(sort),
                None => return false,
            },
            "view" => match View::ALL.into_iter().find(|view| view.code() == value) {
                Some(view) => self.view = view,
                None => return false,
            },
            "page" => {}
            _ => match PARAMETERS.iter().find(|parameter| parameter.name == name) {
                Some(parameter) => return self.take_filter(parameter, value),
                None => return true,
            },
        }
        true
    }

    pub(super) fn take_filter(&mut self, parameter: &'static Parameter, text: &str) -> bool {
        let Some(values) = parameter.values(text) else { return false };
        for value in values {
            self.add(parameter, value);
        }
        true
    }

    /// Adds a value; a filter that holds one value only gets another one.
    pub(super) fn add(&mut self, parameter: &'static Parameter, value: String) {
        if !parameter.many {
            self.filters.retain(|(its, _)| *its != parameter);
        }
        let is_full = self.values(parameter.name).count() >= MOST_VALUES;
        if !is_full && !self.has(parameter.name, &value) {
            self.filters.push((parameter, value));
            let place = |name: &str| PARAMETERS.iter().position(|parameter| parameter.name == name);
            self.filters.sort_by_key(|(parameter, _)| place(parameter.name));
        }
    }

    /// Moves into the path what it can say, and puts bounds the right way round.
    pub(crate) fn settle(&mut self) {
        let of = |name: &str| -> Vec<&'static str> {
            let codes = |(code, _): &(&'static str, &'static str)| self.has(name, code).then_some(*code);
            let labels =
                if name == "type" { crate::labels::PROPERTY_TYPES } else { crate::labels::LISTING_TYPES };
            labels.iter().filter_map(codes).collect()
        };
        let (types, deals) = (of("type"), of("deal"));
        let mut said: Vec<&str> = Vec::new();
        match self.place.what {
            None => {
                let (both, alone) = (What::of(&types, &deals), What::of(&[], &deals));
                if both.is_some() {
                    said = vec!["type", "deal"];
                } else if alone.is_some_and(|what| what.kind.also.is_none()) {
                    said = vec!["deal"];
                }
                self.place.what = both.or(alone.filter(|_| said == ["deal"]));
            }
            Some(what) if what.deal.is_none() && !deals.is_empty() => {
                let deal = What::of(&[], &deals).and_then(|what| what.deal);
                if let Some(both) = deal.and_then(|deal| What::new(what.kind, Some(deal))) {
                    self.place.what = Some(both);
                    said = vec!["deal"];
                } else if what.kind.also.is_some_and(|(name, _)| name == "listingType") {
                    said = vec!["deal"];
                }
            }
            Some(what) if what.kind.slug == HOMES.slug && !types.is_empty() => {
                let deal: Vec<&str> = what.deal.iter().map(|deal| deal.code).collect();
                if let Some(both) = What::of(&types, &deal) {
                    self.place.what = Some(both);
                    said = vec!["type"];
                }
            }
            Some(_) => {}
        }
        self.filters.retain(|(parameter, _)| !said.contains(&parameter.name));
        for (least, most) in [("minPrice", "maxPrice"), ("minArea", "maxArea")] {
            self.put_in_order(least, most);
        }
    }

    fn put_in_order(&mut self, least: &str, most: &str) {
        let number = |name: &str| self.value(name).and_then(|value| value.parse::<u64>().ok());
        let (Some(low), Some(high)) = (number(least), number(most)) else { return };
        if low <= high {
            return;
        }
        for (parameter, value) in &mut self.filters {
            if parameter.name == least {
                *value = high.to_string();
            } else if parameter.name == most {
                *value = low.to_string();
            }
        }
    }
}
